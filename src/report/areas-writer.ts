import { writeWhole } from "../raster/write-whole.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { Areas, PolygonArea } from "./areas.ts";
import type { AreaMethod, ClassArea } from "./areas-sums.ts";

const METHODS: Readonly<Record<AreaMethod, string>> = {
  ellipsoid: "each pixel and polygon measured on the WGS 84 ellipsoid",
  plane: "pixel sides in the CRS's linear unit: its projection is not known",
  none: "no hectares: the raster has no CRS, so the size of a pixel on the ground is unknown",
};

const UNITS = {
  hectares: "10 000 m²",
  share: "0–1 of the area with data",
  meanConfidence: "0–100 %, mean over pixels",
  lowConfidence: "0–1 of the class's pixels: confidence under 50 %",
  differenceHectares: "polygons minus raster",
  relativeDifference: "0–1 of the raster's hectares",
} as const;

const COLUMNS = [
  "class_id",
  "class",
  "pixels",
  "hectares",
  "share",
  "mean_confidence",
  "polygon_hectares",
  "difference_hectares",
  "relative_difference",
] as const;

/** The areas as JSON text with units and method; hectares to a hundredth of a square metre, null where unknown. */
export function areasJson({ method, classes, total, nodata }: Areas): string {
  const content = { method: METHODS[method], units: UNITS, classes, total, nodata };
  return `${JSON.stringify(content, (_, value) => (typeof value === "number" ? round(value) : value), 2)}\n`;
}

/** The areas as CSV (RFC 4180): a header, one row per class, then "nodata" and "total"; an empty cell where unknown. */
export function areasCsv({ classes, total, nodata }: Areas): string {
  const nothing = { share: null, meanConfidence: null, lowConfidence: null, polygonHectares: null };
  const undifferent = { differenceHectares: null, relativeDifference: null };
  const rows = [
    [...COLUMNS],
    ...classes.map((area) => [area.id, area.name, ...cells(area)]),
    [NODATA, "nodata", ...cells({ ...nodata, ...nothing, ...undifferent })],
    [null, "total", ...cells(total)],
  ];
  return rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

/** Writes areas.json and areas.csv: each as NAME.part, synced, then renamed. Throws UserError where the folder cannot be written. */
export async function writeAreas(
  paths: { readonly json: string; readonly csv: string },
  areas: Areas,
): Promise<void> {
  await writeWhole(paths.json, areasJson(areas));
  await writeWhole(paths.csv, areasCsv(areas));
}

function cells(area: ClassArea & PolygonArea): readonly (number | null)[] {
  const { pixels, hectares, share, meanConfidence } = area;
  const { polygonHectares, differenceHectares, relativeDifference } = area;
  return [pixels, hectares, share, meanConfidence, polygonHectares, differenceHectares, relativeDifference];
}

function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(round(value));
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Six decimals, so that the last bits of a sine do not show. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
