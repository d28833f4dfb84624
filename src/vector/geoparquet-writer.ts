import { gzipSync } from "node:zlib";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Bounds } from "../geo/grid.ts";
import type { PartFile } from "../raster/part-file.ts";
import type { FeatureMaker, VectorOptions, VectorResult } from "./feature.ts";
import { type FeatureRow, featureGroups, groupBounds, unionBounds } from "./feature-groups.ts";
import { geoMetadata, SCHEMA } from "./geoparquet-schema.ts";
import type { LandCoverPolygon } from "./polygons.ts";
import { crsProjjson } from "./projjson.ts";
import { writeVectorFile } from "./vector-file.ts";

/**
 * Writes polygons as GeoParquet 1.1 at `path`, streamed: row groups of at most 32 MiB of geometry, rows in Hilbert order within
 * each, through NAME.part. Nothing stays when it fails. Throws UserError when the place cannot be written.
 */
export async function writeGeoParquet(
  path: string,
  polygons: AsyncIterable<LandCoverPolygon>,
  options: VectorOptions,
): Promise<VectorResult> {
  return writeVectorFile(path, options, (file, features) => writeRows(file, polygons, features, options));
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
  for await (const group of featureGroups(polygons, features)) {
    await writeGroup(parquet, group);
    const box = groupBounds(group);
    bounds = bounds === null ? box : unionBounds(bounds, box);
  }
  metadata.value = geoMetadata(features.lonLat ? undefined : crsProjjson(grid.crs), bounds);
  await parquet.finish();
  return writer.offset;
}

async function writeGroup(parquet: ParquetWriter, rows: readonly FeatureRow[]): Promise<void> {
  const column = <T>(read: (row: FeatureRow) => T): T[] => rows.map(read);
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
