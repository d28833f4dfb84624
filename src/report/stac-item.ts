import { gridBounds } from "../geo/grid.ts";
import { NODATA } from "../scene/class-scheme.ts";
import { crsProjjson } from "../vector/projjson.ts";
import { footprintOf } from "./footprint.ts";
import { fileNameOf, type MapRecord } from "./map-record.ts";
import { stacExtensions } from "./stac-extensions.ts";
import { modelProperties, slug, stacClasses } from "./stac-model.ts";

/** A file of the output folder, by its relative name. `sha256` is null for a file that is not finished yet. */
export interface AssetFile {
  readonly name: string;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

const COG = "image/tiff; application=geotiff; profile=cloud-optimized";

/** What each file of the folder is; files that are not here (scripts of the web map …) are no assets. */
const ASSETS: Readonly<Record<string, readonly [key: string, title: string, type: string, role: string]>> = {
  "landcover.tif": ["landcover", "Land cover", COG, "data"],
  "confidence.tif": ["confidence", "Confidence of the land cover", COG, "data"],
  "landcover.tif.aux.xml": ["landcover-aux", "Class names for GDAL", "application/xml", "metadata"],
  "landcover.parquet": [
    "polygons",
    "Land-cover polygons (GeoParquet)",
    "application/vnd.apache.parquet",
    "data",
  ],
  "landcover.fgb": ["flatgeobuf", "Land-cover polygons (FlatGeobuf)", "application/vnd.flatgeobuf", "data"],
  "landcover.gpkg": [
    "geopackage",
    "Land-cover polygons (GeoPackage)",
    "application/geopackage+sqlite3",
    "data",
  ],
  "landcover.geojson": ["geojson", "Land-cover polygons (GeoJSON)", "application/geo+json", "data"],
  "confidence-raster.pmtiles": [
    "confidence-tiles",
    "Raster tiles of the confidence (PMTiles)",
    "application/vnd.pmtiles",
    "visual",
  ],
  "landcover.pmtiles": ["vector-tiles", "Vector tiles (PMTiles)", "application/vnd.pmtiles", "data"],
  "landcover-raster.pmtiles": ["raster-tiles", "Raster tiles (PMTiles)", "application/vnd.pmtiles", "visual"],
  "imagery.pmtiles": ["imagery", "The scene as raster tiles (PMTiles)", "application/vnd.pmtiles", "visual"],
  "areas.json": ["areas", "Area of each class", "application/json", "data"],
  "areas.csv": ["areas-csv", "Area of each class", "text/csv", "data"],
  "report.html": [
    "report",
    "Report: pictures, areas and their error, accuracy, provenance",
    "text/html",
    "metadata",
  ],
  "preview.png": ["preview", "Land cover in small", "image/png", "thumbnail"],
  "index.html": ["web-map", "Web map", "text/html", "visual"],
  "run.json": ["run", "How the files were made", "application/json", "metadata"],
};

/**
 * The STAC 1.1 item of a map: its assets with relative links, sizes and SHA-256 (as multihash: 0x12, 32 bytes). `datetime` is when
 * the scene was taken, or else when the map was made.
 */
export function stacItem(record: MapRecord, files: readonly AssetFile[]): Readonly<Record<string, unknown>> {
  const place = footprintOf(record.grid);
  return {
    type: "Feature",
    stac_version: "1.1.0",
    stac_extensions: stacExtensions({ hasRaster: files.some(({ name }) => isRaster(ASSETS[name]?.[0])) }),
    id: slug(record.name.replace(/\.[^.]*$/, "")) || "landcover",
    geometry: place?.geometry ?? null,
    ...(place === null ? {} : { bbox: place.bbox }),
    properties: properties(record),
    links: record.inputs.flatMap(({ path }) => (isUrl(path) ? [sourceLink(path)] : [])),
    assets: {
      ...Object.fromEntries(files.flatMap((file) => asset(file, record))),
      model: modelAsset(record),
    },
  };
}

function properties(record: MapRecord): Readonly<Record<string, unknown>> {
  const { name, taken, card, gsd, finished, config, software } = record;
  const time =
    taken === null ? "the scene does not say when it was taken: `datetime` is when the map was made" : "";
  const sources = record.inputs.map(
    ({ path, sha256 }) => fileNameOf(path) + (sha256 === null ? "" : ` (SHA-256 ${sha256})`),
  );
  const blend = typeof config["blend"] === "string" ? { blend: config["blend"] } : {};
  return {
    title: `Land cover of ${name}`,
    description: [`Land cover by ${card.name} ${card.version}.`, card.description, sentence(time)]
      .join(" ")
      .trim(),
    datetime: taken ?? finished,
    created: finished,
    ...(gsd === null ? {} : { gsd }),
    bands: ["landcover", "confidence", ...card.input.bands].map((band) => ({ name: band })),
    "processing:datetime": finished,
    "processing:software": software,
    "processing:lineage": `${sources.join(", ")}, cut into ${record.chips.planned} overlapping chips, classified by ${card.name} ${card.version} (SHA-256 ${card.sha256}) on ${record.device} and stitched.`,
    ...projection(record),
    ...modelProperties(card, {
      chip: config["chip"] ?? card.chip,
      overlap: config["overlap"] ?? card.overlap,
      ...blend,
    }),
  };
}

function sentence(text: string): string {
  return text === "" ? "" : `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

function projection({ grid }: MapRecord): Readonly<Record<string, unknown>> {
  const { crs, width, height, affine } = grid;
  const projjson = crs !== null && crs.epsg === null ? crsProjjson(crs) : null;
  return {
    "proj:code": crs?.epsg == null ? null : `EPSG:${crs.epsg}`,
    ...(typeof projjson === "object" && projjson !== null ? { "proj:projjson": projjson } : {}),
    "proj:shape": [height, width],
    "proj:transform": affine,
    ...(crs === null ? {} : { "proj:bbox": gridBounds(grid) }),
  };
}

function asset(
  { name, bytes, sha256 }: AssetFile,
  record: MapRecord,
): readonly (readonly [string, Readonly<Record<string, unknown>>])[] {
  const known = ASSETS[name];
  if (known === undefined) return [];
  const [key, title, type, role] = known;
  const described = {
    href: `./${name}`,
    title,
    type,
    roles: [role],
    ...(bytes === null ? {} : { "file:size": bytes }),
    ...(sha256 === null ? {} : { "file:checksum": multihash(sha256) }),
    ...rasterFields(key, record),
  };
  return [[key, described]];
}

function isRaster(key: string | undefined): boolean {
  return key === "landcover" || key === "confidence";
}

function rasterFields(key: string, { areas, card, gsd }: MapRecord): Readonly<Record<string, unknown>> {
  if (!isRaster(key)) return {};
  const band = {
    name: key,
    data_type: "uint8",
    nodata: NODATA,
    "raster:sampling": "area",
    ...(gsd === null ? {} : { "raster:spatial_resolution": gsd }),
  };
  if (key === "confidence") return { bands: [{ ...band, unit: "%" }] };
  const counts = new Map(areas.classes.map(({ id, pixels }) => [id, pixels]));
  const known = stacClasses(card.classes).map((described, i) => ({
    ...described,
    count: counts.get(card.classes[i]!.id) ?? 0,
  }));
  const none = { value: NODATA, name: "nodata", nodata: true, count: areas.nodata.pixels };
  return { bands: [band], "classification:classes": [...known, none] };
}

/** The model is not in the folder: it is named by its digest (RFC 6920). */
function modelAsset({ card }: MapRecord): Readonly<Record<string, unknown>> {
  const digest = Buffer.from(card.sha256, "hex").toString("base64url");
  return {
    href: `ni:///sha-256;${digest}`,
    title: `${card.name} ${card.version}`,
    description: `${card.description} The file is not in this folder; it is named by its SHA-256.`,
    type: "application/octet-stream; framework=onnx",
    roles: ["mlm:model", "mlm:weights"],
    "mlm:artifact_type": "onnx",
    "file:checksum": multihash(card.sha256),
    bands: card.input.bands.map((name) => ({ name })),
  };
}

function multihash(sha256: string): string {
  return `1220${sha256}`;
}

function isUrl(path: string): boolean {
  return /^https?:/.test(path);
}

/** A URL without what may be secret in it: user, password and query. */
function sourceLink(url: string): object {
  const { origin, pathname } = new URL(url);
  return { rel: "derived_from", href: origin + pathname, title: "Scene" };
}
