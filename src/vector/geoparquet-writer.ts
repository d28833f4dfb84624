import { rename } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Bounds } from "../geo/grid.ts";
import { PartFile } from "../raster/part-file.ts";
import { writeError } from "../raster/write-error.ts";
import { FeatureMaker, type PolygonFeature, type VectorOptions, type VectorResult } from "./feature.ts";
import { geoMetadata, SCHEMA } from "./geoparquet-schema.ts";
import { hilbertIndex } from "./hilbert.ts";
import type { LandCoverPolygon } from "./polygons.ts";
import { crsProjjson } from "./projjson.ts";
import { polygonWkb } from "./wkb.ts";

/** A row group is written when it has this many rows or bytes of geometry. */
const GROUP_ROWS = 50_000;
const GROUP_BYTES = 32 * 2 ** 20;

/**
 * Writes polygons as GeoParquet 1.1 at `path`, streamed: row groups of at most 32 MiB of geometry, rows in Hilbert order within
 * each, through NAME.part. Nothing stays when it fails. Throws UserError when the place cannot be written.
 */
export async function writeGeoParquet(
  path: string,
  polygons: AsyncIterable<LandCoverPolygon>,
  options: VectorOptions,
): Promise<VectorResult> {
  const features = new FeatureMaker(options);
  try {
    const file = await PartFile.create(`${path}.part`);
    try {
      const bytes = await writeRows(file, polygons, features, options);
      await file.seal();
      await rename(file.path, path);
      return { polygons: features.polygons, bytes, areaByClass: features.areaByClass };
    } catch (error) {
      await file.remove();
      throw error;
    }
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Writes all row groups and the footer; returns the length in bytes. */
async function writeRows(
  file: PartFile,
  polygons: AsyncIterable<LandCoverPolygon>,
  features: FeatureMaker,
  { grid }: VectorOptions,
): Promise<number> {
  const writer = new FileByteWriter(file);
  const metadata = { key: "geo", value: "" };
  const parquet = new ParquetWriter({
    writer,
    schema: SCHEMA,
    kvMetadata: [metadata],
    createdBy: "landstitch",
    codec: "GZIP",
    compressors: { GZIP: (bytes) => gzipSync(bytes, { level: 1, chunkSize: bytes.length + 64 }) },
  });
  let bounds: Bounds | null = null;
  let group: Row[] = [];
  let geometryBytes = 0;
  for await (const polygon of polygons) {
    const feature = features.make(polygon);
    const row = { feature, wkb: polygonWkb(feature.rings) };
    group.push(row);
    geometryBytes += row.wkb.length;
    bounds = bounds === null ? feature.bounds : union(bounds, feature.bounds);
    if (group.length < GROUP_ROWS && geometryBytes < GROUP_BYTES) continue;
    await writeGroup(parquet, group);
    group = [];
    geometryBytes = 0;
  }
  if (group.length > 0) await writeGroup(parquet, group);
  metadata.value = geoMetadata(features.lonLat ? undefined : crsProjjson(grid.crs), bounds);
  await parquet.finish();
  return writer.offset;
}

interface Row {
  readonly feature: PolygonFeature;
  readonly wkb: Uint8Array;
}

async function writeGroup(parquet: ParquetWriter, group: readonly Row[]): Promise<void> {
  const rows = inHilbertOrder(group);
  const column = <T>(read: (row: Row) => T): T[] => rows.map(read);
  await parquet.write({
    rowGroupSize: rows.length,
    columnData: [
      { name: "id", data: column(({ feature }) => BigInt(feature.id)), encoding: "PLAIN" },
      { name: "class_id", data: column(({ feature }) => feature.classId) },
      { name: "class", data: column(({ feature }) => feature.className) },
      { name: "area_m2", data: column(({ feature }) => feature.areaM2), encoding: "PLAIN" },
      { name: "perimeter_m", data: column(({ feature }) => feature.perimeterM), encoding: "PLAIN" },
      { name: "mean_confidence", data: column(({ feature }) => feature.meanConfidence), encoding: "PLAIN" },
      { name: "bbox", data: column(({ feature }) => boxOf(feature.bounds)), encoding: "PLAIN" },
      { name: "geometry", data: column(({ wkb }) => wkb), encoding: "PLAIN", statistics: false },
    ],
  });
}

function boxOf([xmin, ymin, xmax, ymax]: Bounds): Record<"xmin" | "ymin" | "xmax" | "ymax", number> {
  return { xmin, ymin, xmax, ymax };
}

/** The rows of a group along the Hilbert curve over its bounds, by the centres of their boxes. */
function inHilbertOrder(group: readonly Row[]): Row[] {
  const [west, south, east, north] = group.map(({ feature }) => feature.bounds).reduce(union);
  const scale = 65535 / Math.max(east - west, north - south, Number.MIN_VALUE);
  const keyed = group.map((row) => {
    const [x0, y0, x1, y1] = row.feature.bounds;
    return { row, key: hilbertIndex(((x0 + x1) / 2 - west) * scale, ((y0 + y1) / 2 - south) * scale) };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ row }) => row);
}

function union(a: Bounds, b: Bounds): Bounds {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** Collects the bytes of a row group, then appends them to a file. */
class FileByteWriter extends ByteWriter {
  constructor(private readonly file: PartFile) {
    super(1 << 20);
  }

  async flush(): Promise<void> {
    await this.file.append(this.getBytes());
    this.index = 0;
  }

  override async finish(): Promise<void> {
    await this.flush();
  }
}
