import type { SchemaElement } from "hyparquet-writer";
import type { Bounds } from "../geo/grid.ts";

/** The columns of landcover.parquet; `bbox` is a struct of four doubles, as GeoParquet's covering wants it. */
export const SCHEMA: SchemaElement[] = [
  { name: "root", num_children: 8 },
  { name: "id", type: "INT64", repetition_type: "REQUIRED" },
  { name: "class_id", type: "INT32", repetition_type: "REQUIRED" },
  { name: "class", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "area_m2", type: "DOUBLE", repetition_type: "OPTIONAL" },
  { name: "perimeter_m", type: "DOUBLE", repetition_type: "OPTIONAL" },
  { name: "mean_confidence", type: "FLOAT", repetition_type: "OPTIONAL" },
  { name: "bbox", repetition_type: "REQUIRED", num_children: 4 },
  { name: "xmin", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "ymin", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "xmax", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "ymax", type: "DOUBLE", repetition_type: "REQUIRED" },
  { name: "geometry", type: "BYTE_ARRAY", repetition_type: "REQUIRED" },
];

/**
 * The value of the file's metadata key "geo" (GeoParquet 1.1.0). `crs` is PROJJSON, null where the coordinates have no CRS, and
 * left out for OGC:CRS84, the default: WGS 84, longitude first. `bounds` of all rows, or null for a file without any.
 */
export function geoMetadata(crs: object | null | undefined, bounds: Bounds | null): string {
  const path = (name: string): readonly string[] => ["bbox", name];
  return JSON.stringify({
    version: "1.1.0",
    primary_column: "geometry",
    columns: {
      geometry: {
        encoding: "WKB",
        geometry_types: ["Polygon"],
        ...(crs === undefined ? {} : { crs }),
        orientation: "counterclockwise",
        ...(bounds === null ? {} : { bbox: bounds }),
        covering: {
          bbox: { xmin: path("xmin"), ymin: path("ymin"), xmax: path("xmax"), ymax: path("ymax") },
        },
      },
    },
  });
}
