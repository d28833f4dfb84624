import type { Bounds } from "../geo/grid.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { FeatureGroup } from "./feature-group.ts";
import {
  bytesChunk,
  dictionaryChunk,
  doubleChunk,
  floatChunk,
  int64Chunk,
  type ParquetChunk,
} from "./parquet-columns.ts";
import type { ParquetColumn } from "./parquet-writer.ts";

/** Bytes of geometry in a page, about. */
const PAGE_BYTES = 1 << 20;

/** The columns of landcover.parquet; `bbox` is a struct of four doubles, as GeoParquet's covering wants it. */
export const COLUMNS: readonly ParquetColumn[] = [
  { path: ["id"], type: "INT64" },
  { path: ["class_id"], type: "INT32" },
  { path: ["class"], type: "BYTE_ARRAY", isText: true },
  { path: ["area_m2"], type: "DOUBLE", isOptional: true },
  { path: ["perimeter_m"], type: "DOUBLE", isOptional: true },
  { path: ["mean_confidence"], type: "FLOAT", isOptional: true },
  { path: ["bbox", "xmin"], type: "DOUBLE" },
  { path: ["bbox", "ymin"], type: "DOUBLE" },
  { path: ["bbox", "xmax"], type: "DOUBLE" },
  { path: ["bbox", "ymax"], type: "DOUBLE" },
  { path: ["geometry"], type: "BYTE_ARRAY" },
];

/** A group as chunks of these columns, rows in Hilbert order. */
export function chunksOf(group: FeatureGroup): readonly ParquetChunk[] {
  const order = group.order();
  return [
    int64Chunk(group.ordered("ids")),
    ...classChunks(group, order),
    doubleChunk(group.ordered("areas"), true),
    doubleChunk(group.ordered("perimeters"), true),
    floatChunk(group.ordered("confidences")),
    ...[0, 1, 2, 3].map((side) => doubleChunk(group.ordered("boxes", side), false)),
    bytesChunk(geometryPages(group, order)),
  ];
}

/** Ids and names of the classes. */
function classChunks({ classIds, classNames }: FeatureGroup, order: Uint32Array): ParquetChunk[] {
  const classes = [...classNames].sort(([a], [b]) => a - b);
  const ids = classes.map(([id]) => Buffer.from(Int32Array.of(id).buffer));
  const names = classes.map(([, name]) => withLength(Buffer.from(name)));
  const placeOf = new Uint8Array(256);
  for (const [place, [id]] of classes.entries()) placeOf[id] = place;
  const places = placesOf(order, classIds, placeOf);
  const count = classes.length;
  return [
    dictionaryChunk(places, { count, values: Buffer.concat(ids) }, { min: ids[0]!, max: ids.at(-1)! }),
    dictionaryChunk(places, { count, values: Buffer.concat(names) }, null),
  ];
}

/** The places of the features' classes. */
function placesOf(order: Uint32Array, classIds: Uint8Array, placeOf: Uint8Array): Uint8Array {
  const places = new Uint8Array(order.length);
  for (let i = 0; i < places.length; i++) places[i] = placeOf[classIds[order[i]!]!]!;
  return places;
}

/** A plain string of bytes. */
function withLength(bytes: Uint8Array): Uint8Array {
  const plain = new ByteWriter(bytes.length + 4);
  plain.uint32(bytes.length);
  plain.append(bytes);
  return plain.view();
}

/** The geometry of features in pages. */
function* geometryPages(
  group: FeatureGroup,
  order: Uint32Array,
): Generator<{ readonly rows: number; readonly values: Uint8Array }> {
  const page = new ByteWriter(2 * PAGE_BYTES);
  for (let from = 0; from < order.length; ) {
    const rows = fillPage(page, group, order, from);
    yield { rows, values: page.view() };
    page.clear();
    from += rows;
  }
}

/** Puts the geometry of features from one on into a page until it is full; returns how many. */
function fillPage(page: ByteWriter, group: FeatureGroup, order: Uint32Array, from: number): number {
  let at = from;
  while (at < order.length && page.length < PAGE_BYTES) {
    const wkb = group.wkb(order[at++]!);
    page.uint32(wkb.length);
    page.append(wkb);
  }
  return at - from;
}

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
