import type { Bounds } from "../geo/grid.ts";
import type { PartFile } from "../raster/part-file.ts";
import type { FeatureMaker, VectorOptions, VectorResult } from "./feature.ts";
import { featureGroups, unionBounds } from "./feature-groups.ts";
import { COLUMNS, chunksOf, geoMetadata } from "./geoparquet-schema.ts";
import { ParquetWriter } from "./parquet-writer.ts";
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
  const parquet = new ParquetWriter(file, COLUMNS);
  let bounds: Bounds | null = null;
  for await (const group of featureGroups(polygons, features)) {
    await parquet.write(group.length, chunksOf(group));
    bounds = bounds === null ? group.bounds : unionBounds(bounds, group.bounds);
  }
  return parquet.finish({ geo: geoMetadata(features.lonLat ? undefined : crsProjjson(grid.crs), bounds) });
}
