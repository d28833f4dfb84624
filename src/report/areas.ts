import { CancelledError, UserError } from "../errors.ts";
import { type Grid, sameGrid } from "../geo/grid.ts";
import { fullWindow, splitWindow } from "../geo/window.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import {
  type AreaMethod,
  addWindow,
  areasOf,
  type ClassArea,
  type Extent,
  emptySums,
  HECTARE,
  type RasterAreas,
  unknownValues,
} from "./areas-sums.ts";
import { rowAreas } from "./pixel-areas.ts";

/** Side (px) of the windows that are read. */
const READ_SIZE = 1024;

/** The same area from polygons, and how it differs from the raster's. */
export interface PolygonArea {
  /** Null where there are no polygons. */
  readonly polygonHectares: number | null;
  /** Polygons minus raster. */
  readonly differenceHectares: number | null;
  /** The difference as a share of the raster's hectares; null where those are 0 or unknown. */
  readonly relativeDifference: number | null;
}

/** Areas by pixels and by polygons, side by side. */
export interface Areas extends RasterAreas {
  readonly classes: readonly (RasterAreas["classes"][number] & PolygonArea)[];
  readonly total: ClassArea & PolygonArea;
}

/**
 * Measures each class of a label raster, window by window; the confidence raster (0–100, on the same grid) gives the means.
 * Throws UserError "unknown-class" or "grid-mismatch", and CancelledError when the signal is aborted.
 */
export async function measureAreas(
  labels: Scene,
  confidence: Scene | null,
  classes: readonly LandCoverClass[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<RasterAreas> {
  if (labels.sampleType !== "uint8") throw notClasses(labels.path, `${labels.sampleType} samples`, classes);
  if (confidence !== null && !sameGrid(labels.grid, confidence.grid)) throw gridMismatch(labels, confidence);
  const sums = emptySums();
  for (const window of splitWindow(fullWindow(labels.grid), READ_SIZE)) {
    if (options.signal?.aborted) throw new CancelledError();
    const [block, trust] = await Promise.all([labels.read(window), confidence?.read(window) ?? null]);
    addWindow(sums, block, trust, rowAreas(labels.grid, window));
  }
  const unknown = unknownValues(sums, classes);
  if (unknown.length > 0) throw notClasses(labels.path, `the values ${unknown.join(", ")}`, classes);
  return areasOf(sums, classes, areaMethod(labels.grid));
}

/** Adds the polygons' areas (m² by class id; null without polygons) and how they differ from the raster's. */
export function combineAreas(raster: RasterAreas, polygonAreas: ReadonlyMap<number, number> | null): Areas {
  const hectares = (id: number): number | null =>
    polygonAreas === null ? null : (polygonAreas.get(id) ?? 0) / HECTARE;
  const total = polygonAreas === null ? null : raster.classes.reduce((sum, { id }) => sum + hectares(id)!, 0);
  return {
    ...raster,
    classes: raster.classes.map((area) => ({ ...area, ...polygonArea(area, hectares(area.id)) })),
    total: { ...raster.total, ...polygonArea(raster.total, total) },
  };
}

function polygonArea({ hectares }: Extent, polygonHectares: number | null): PolygonArea {
  if (hectares === null || polygonHectares === null)
    return { polygonHectares, differenceHectares: null, relativeDifference: null };
  const differenceHectares = polygonHectares - hectares;
  return {
    polygonHectares,
    differenceHectares,
    relativeDifference: hectares === 0 ? null : differenceHectares / hectares,
  };
}

function gridMismatch(labels: Scene, confidence: Scene): UserError {
  return new UserError(
    "grid-mismatch",
    `${confidence.path} is not on the grid of ${labels.path}: size, transform or CRS differ.`,
    "Pass the confidence raster that was written together with the labels.",
  );
}

/** The error of a label raster that cannot be measured by these classes. */
function notClasses(path: string, found: string, classes: readonly LandCoverClass[]): UserError {
  const names = classes.map(({ id, name }) => `${id} ${name}`).join(", ");
  return new UserError(
    "unknown-class",
    `${path} holds ${found}, not among the classes ${names}.`,
    "Pass the classes that the raster was made with.",
  );
}

function areaMethod({ crs }: Grid): AreaMethod {
  if (crs === null) return "none";
  if (crs.proj4 !== null) return "ellipsoid";
  return crs.metresPerUnit === null ? "none" : "plane";
}
