/** What a run can write, and the files it consists of. */
export const OUTPUT_FILES = {
  landcover: ["landcover.tif", "landcover.tif.aux.xml"],
  confidence: ["confidence.tif"],
  polygons: ["landcover.parquet"],
  flatgeobuf: ["landcover.fgb"],
  geopackage: ["landcover.gpkg"],
  geojson: ["landcover.geojson"],
  "vector-tiles": ["landcover.pmtiles"],
  "raster-tiles": ["landcover-raster.pmtiles"],
  "confidence-tiles": ["confidence-raster.pmtiles"],
  imagery: ["imagery.pmtiles"],
  areas: ["areas.json", "areas.csv"],
  viewer: ["index.html", "viewer.js", "viewer-worker.js", "viewer.css"],
  report: ["report.html"],
  preview: ["preview.png"],
  stac: ["item.json"],
} as const;

export type Output = keyof typeof OUTPUT_FILES;

export const OUTPUTS = Object.keys(OUTPUT_FILES) as [Output, ...Output[]];

/** The files of polygons: they are traced once for all of them. */
export const VECTOR_OUTPUTS = [
  "polygons",
  "flatgeobuf",
  "geopackage",
  "geojson",
] as const satisfies readonly Output[];

/** Where a run stands that is not finished; removed with the last file. */
export const CHECKPOINT_FILE = "run.checkpoint";

/** What is written by default: polygons in one format. */
export const DEFAULT_OUTPUTS = [
  "landcover",
  "confidence",
  "polygons",
  "vector-tiles",
  "raster-tiles",
  "confidence-tiles",
  "imagery",
  "areas",
  "viewer",
  "report",
  "preview",
  "stac",
] as const satisfies readonly Output[];

/** Always written, and last: a folder without it is not finished. */
export const RUN_FILE = "run.json";
