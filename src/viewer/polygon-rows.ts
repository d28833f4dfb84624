import { gunzipSync } from "fflate";
import {
  asyncBufferFromUrl,
  cachedAsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from "hyparquet";

/** What landcover.parquet says about one polygon. */
export interface PolygonRow {
  readonly id: number;
  readonly className: string;
  /** m² on the ellipsoid; null where the ground is unknown. */
  readonly areaM2: number | null;
  readonly perimeterM: number | null;
  /** 0–100 %, or null. */
  readonly meanConfidence: number | null;
}

/** Rows of a GeoParquet file by polygon id, read by ranges. */
export interface PolygonRows {
  /** Null where the file has no such polygon. */
  get(id: number): Promise<PolygonRow | null>;
}

const COLUMNS = ["id", "class", "area_m2", "perimeter_m", "mean_confidence"];
const COMPRESSORS = {
  GZIP: (bytes: Uint8Array, length: number) => gunzipSync(bytes, { out: new Uint8Array(length) }),
};

/** The rows of landcover.parquet at `url`; nothing is read before the first is asked for. */
export function polygonRows(url: URL, byteLength: number): PolygonRows {
  const groups = new Map<number, Promise<ReadonlyMap<number, PolygonRow>>>();

  const open = once(async () => {
    const file = cachedAsyncBuffer(await asyncBufferFromUrl({ url: url.href, byteLength }));
    return { file, metadata: await parquetMetadataAsync(file) };
  });

  async function readGroup(rowStart: number, rowEnd: number): Promise<ReadonlyMap<number, PolygonRow>> {
    const { file, metadata } = await open();
    const options = { file, metadata, columns: COLUMNS, rowStart, rowEnd, compressors: COMPRESSORS };
    const rows = (await parquetReadObjects(options)).map(rowOf);
    return new Map(rows.map((row) => [row.id, row]));
  }

  return {
    async get(id) {
      const { metadata } = await open();
      for (const { start, end } of groupsWith(metadata, id)) {
        const rows = groups.get(start) ?? readGroup(start, end);
        groups.set(start, rows);
        const found = (await rows).get(id);
        if (found !== undefined) return found;
      }
      return null;
    },
  };
}

/** First and last (not included) row of each row group whose ids may include this one, by the statistics of the file. */
function groupsWith(metadata: FileMetaData, id: number): { start: number; end: number }[] {
  let start = 0;
  const groups = metadata.row_groups.map((group) => {
    const place = { start, end: start + Number(group.num_rows) };
    start = place.end;
    const statistics = group.columns[0]?.meta_data?.statistics;
    const least = Number(statistics?.min_value ?? 0);
    const most = Number(statistics?.max_value ?? Number.MAX_SAFE_INTEGER);
    return { place, holds: least <= id && id <= most };
  });
  return groups.filter(({ holds }) => holds).map(({ place }) => place);
}

function rowOf(row: Record<string, unknown>): PolygonRow {
  const number = (value: unknown): number | null =>
    value === null || value === undefined ? null : Number(value);
  return {
    id: Number(row["id"]),
    className: String(row["class"]),
    areaM2: number(row["area_m2"]),
    perimeterM: number(row["perimeter_m"]),
    meanConfidence: number(row["mean_confidence"]),
  };
}

/** Does something when it is first asked for, and keeps what came of it. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
