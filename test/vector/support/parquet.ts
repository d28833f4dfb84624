import { gunzipSync } from "node:zlib";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";

/** A row of landcover.parquet as hyparquet reads it. */
export interface ParquetRow {
  readonly id: bigint;
  readonly class_id: number;
  readonly class: string;
  readonly area_m2: number | null;
  readonly perimeter_m: number | null;
  readonly mean_confidence: number | null;
  readonly bbox: {
    readonly xmin: number;
    readonly ymin: number;
    readonly xmax: number;
    readonly ymax: number;
  };
  readonly geometry: { readonly type: "Polygon"; readonly coordinates: readonly (readonly number[][])[] };
}

/** Reads a GeoParquet file: its rows, with geometry as GeoJSON, its "geo" metadata and its row groups. */
export async function readGeoParquet(path: string): Promise<{
  readonly rows: readonly ParquetRow[];
  readonly geo: {
    readonly columns: { readonly geometry: Record<string, unknown> };
    readonly version: string;
  };
  readonly groups: readonly number[];
}> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const compressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)) };
  const rows = (await parquetReadObjects({ file, compressors })) as unknown as readonly ParquetRow[];
  const geo = metadata.key_value_metadata?.find(({ key }) => key === "geo")?.value;
  return {
    rows,
    geo: JSON.parse(geo ?? "null"),
    groups: metadata.row_groups.map(({ num_rows }) => Number(num_rows)),
  };
}
