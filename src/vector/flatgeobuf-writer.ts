import type { Crs } from "../geo/crs.ts";
import type { Bounds } from "../geo/grid.ts";
import { PartFile } from "../raster/part-file.ts";
import type { FeatureMaker, PolygonFeature, VectorOptions, VectorResult } from "./feature.ts";
import type { FeatureRow } from "./feature-group.ts";
import { featureGroups, unionBounds } from "./feature-groups.ts";
import { FlatBuffer, type FlatValue } from "./flat-buffer.ts";
import { BoxList, packedRtree } from "./packed-rtree.ts";
import type { LandCoverPolygon } from "./polygons.ts";
import { writeVectorFile } from "./vector-file.ts";

/** "fgb", version 3, "fgb", patch 0. */
const MAGIC = Uint8Array.of(0x66, 0x67, 0x62, 3, 0x66, 0x67, 0x62, 0);
const POLYGON = 3;
/** Values of FlatGeobuf's ColumnType. */
const [UBYTE, LONG, DOUBLE, STRING] = [1, 7, 10, 11];
const COLUMNS = [
  { name: "id", type: LONG, value: ({ id }: Properties) => long(id) },
  { name: "class_id", type: UBYTE, value: ({ classId }: Properties) => Uint8Array.of(classId) },
  { name: "class", type: STRING, value: ({ className }: Properties) => text(className) },
  { name: "area_m2", type: DOUBLE, value: ({ areaM2 }: Properties) => double(areaM2) },
  { name: "perimeter_m", type: DOUBLE, value: ({ perimeterM }: Properties) => double(perimeterM) },
  {
    name: "mean_confidence",
    type: DOUBLE,
    value: ({ meanConfidence }: Properties) => double(meanConfidence),
  },
] as const;

type Properties = Omit<PolygonFeature, "rings">;

/**
 * Writes polygons as FlatGeobuf 3 at `path` with a spatial index: features are streamed, in Hilbert order by groups, into a file
 * of their own, for the index stands before them; 40 bytes of memory a feature. Nothing stays when it fails.
 * Throws UserError when the place cannot be written.
 */
export async function writeFlatGeobuf(
  path: string,
  polygons: AsyncIterable<LandCoverPolygon>,
  options: VectorOptions,
): Promise<VectorResult> {
  return writeVectorFile(path, options, async (file, features) => {
    const spool = await PartFile.create(`${path}.features.part`);
    try {
      const { boxes, bounds, bytes } = await spoolFeatures(spool, polygons, features);
      const index = boxes.count === 0 ? new Uint8Array(0) : packedRtree(boxes);
      const head = Buffer.concat([MAGIC, headerOf(boxes.count, bounds, options.grid.crs, features.lonLat)]);
      await file.append(head);
      await file.append(index);
      await spool.copyTo(file);
      return head.length + index.length + bytes;
    } finally {
      await spool.remove();
    }
  });
}

async function spoolFeatures(
  spool: PartFile,
  polygons: AsyncIterable<LandCoverPolygon>,
  features: FeatureMaker,
): Promise<{ readonly boxes: BoxList; readonly bounds: Bounds | null; readonly bytes: number }> {
  const boxes = new BoxList();
  const buffer = new FlatBuffer();
  let bounds: Bounds | null = null;
  let bytes = 0;
  for await (const group of featureGroups(polygons, features)) {
    bounds = bounds === null ? group.bounds : unionBounds(bounds, group.bounds);
    const messages: Uint8Array[] = [];
    for (const row of group.rows()) {
      const message = buffer.message(featureFields(row)).slice();
      boxes.add(row.feature.bounds, bytes);
      bytes += message.length;
      messages.push(message);
    }
    await spool.append(Buffer.concat(messages));
  }
  return { boxes, bounds, bytes };
}

/** Table Header: name, envelope, geometry_type, has_z … has_tm, columns, features_count, index_node_size, crs. */
function headerOf(count: number, bounds: Bounds | null, crs: Crs | null, lonLat: boolean): Uint8Array {
  return new FlatBuffer().message([
    { type: "text", value: "landcover" },
    bounds === null ? null : { type: "f64s", value: Float64Array.from(bounds) },
    { type: "u8", value: POLYGON },
    ...[null, null, null, null],
    {
      type: "tables",
      tables: COLUMNS.map(({ name, type }) => [
        { type: "text", value: name },
        { type: "u8", value: type },
      ]),
    },
    { type: "u64", value: count },
    count === 0 ? { type: "u16", value: 0 } : null,
    crsTable(crs, lonLat),
  ]);
}

/** Table Crs: org, code, name, description, wkt. */
function crsTable(crs: Crs | null, lonLat: boolean): FlatValue | null {
  const epsg = (code: number, name: string): FlatValue => ({
    type: "table",
    fields: [
      { type: "text", value: "EPSG" },
      { type: "i32", value: code },
      { type: "text", value: name },
    ],
  });
  if (lonLat) return epsg(4326, "WGS 84");
  if (crs === null) return null;
  if (crs.epsg !== null) return epsg(crs.epsg, crs.name);
  const wkt: FlatValue | null = crs.wkt === null ? null : { type: "text", value: crs.wkt };
  return { type: "table", fields: [null, null, { type: "text", value: crs.name }, null, wkt] };
}

/** Table Feature: geometry (ends of the rings in points, coordinates), properties. */
function featureFields({ feature, wkb }: FeatureRow): readonly FlatValue[] {
  const { ends, xy } = coordinatesOf(wkb);
  const geometry = [
    ends.length === 1 ? null : ({ type: "u32s", value: ends } as const),
    { type: "f64s", value: xy } as const,
  ];
  return [
    { type: "table", fields: geometry },
    { type: "bytes", value: propertiesOf(feature) },
  ];
}

/** The rings of a WKB polygon one behind the other, and where each ends (points). */
function coordinatesOf(wkb: Uint8Array): { readonly ends: Uint32Array; readonly xy: Float64Array } {
  const view = new DataView(wkb.buffer, wkb.byteOffset, wkb.byteLength);
  const ends = new Uint32Array(view.getUint32(5, true));
  const xy = new Uint8Array(wkb.length - 9 - 4 * ends.length);
  let [from, points] = [9, 0];
  for (let ring = 0; ring < ends.length; ring++) {
    const count = view.getUint32(from, true);
    xy.set(wkb.subarray(from + 4, from + 4 + count * 16), points * 16);
    from += 4 + count * 16;
    ends[ring] = points += count;
  }
  return { ends, xy: new Float64Array(xy.buffer) };
}

/** For each property that is known the number of its column (16 bits) and its value. */
function propertiesOf(feature: Properties): Uint8Array {
  return Buffer.concat(
    COLUMNS.flatMap(({ value }, column) => {
      const bytes = value(feature);
      return bytes === null ? [] : [Uint8Array.of(column, 0), bytes];
    }),
  );
}

function long(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

function double(value: number | null): Uint8Array | null {
  if (value === null) return null;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** The length in bytes (32 bits), then UTF-8. */
function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}
