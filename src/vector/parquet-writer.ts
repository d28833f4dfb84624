import { gzipSync } from "node:zlib";
import type { PartFile } from "../raster/part-file.ts";
import type { ParquetChunk, ParquetPage } from "./parquet-columns.ts";
import { binary, encodeThrift, i32, i64, list, struct, type Thrift, text } from "./thrift.ts";

const MAGIC = Buffer.from("PAR1");
/** Numbers of parquet.thrift (apache/parquet-format). */
const TYPES = { INT32: 1, INT64: 2, FLOAT: 4, DOUBLE: 5, BYTE_ARRAY: 6 } as const;
const [REQUIRED, OPTIONAL] = [0, 1];
const UTF8 = 0;
const GZIP = 2;
const [PLAIN, RLE_DICTIONARY] = [0, 8];
const [DICTIONARY_PAGE, DATA_PAGE_V2] = [2, 3];

/** A column of the file, or of the struct that the first name of its path is. */
export interface ParquetColumn {
  readonly path: readonly [name: string] | readonly [struct: string, name: string];
  readonly type: keyof typeof TYPES;
  readonly isOptional?: boolean;
  readonly isText?: boolean;
}

/** Writes Parquet (2.x) row group by row group: pages of version 2, compressed with gzip. */
export class ParquetWriter {
  private offset = 0;
  private rows = 0;
  private readonly groups: Thrift[] = [];

  constructor(
    private readonly file: PartFile,
    private readonly columns: readonly ParquetColumn[],
  ) {}

  /** Writes a row group: a chunk for each column. */
  async write(rows: number, chunks: readonly ParquetChunk[]): Promise<void> {
    if (this.offset === 0) await this.append(MAGIC);
    const written: { readonly column: Thrift; readonly plainBytes: number }[] = [];
    for (const [index, chunk] of chunks.entries())
      written.push(await this.writeChunk(rows, this.columns[index]!, chunk));
    const bytes = written.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
    this.groups.push(struct([1, list(written.map(({ column }) => column))], [2, i64(bytes)], [3, i64(rows)]));
    this.rows += rows;
  }

  /** Writes the footer; returns the length of the file in bytes. */
  async finish(metadata: Readonly<Record<string, string>>): Promise<number> {
    if (this.offset === 0) await this.append(MAGIC);
    const footer = encodeThrift(
      struct(
        [1, i32(2)],
        [2, list(schemaOf(this.columns))],
        [3, i64(this.rows)],
        [4, list(this.groups)],
        [5, list(Object.entries(metadata).map(([key, value]) => struct([1, text(key)], [2, text(value)])))],
        [6, text("landstitch")],
        [7, list(this.columns.map(() => struct([1, struct()])))],
      ),
    );
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await this.append(Buffer.concat([footer, length, MAGIC]));
    return this.offset;
  }

  private async writeChunk(
    rows: number,
    { path, type }: ParquetColumn,
    { dictionary, pages, range }: ParquetChunk,
  ): Promise<{ readonly column: Thrift; readonly plainBytes: number }> {
    const start = this.offset;
    let plainBytes = 0;
    if (dictionary !== null) plainBytes += await this.writeDictionary(dictionary);
    const firstPage = this.offset;
    let nulls = 0;
    for (const page of pages) {
      plainBytes += await this.writePage(page, dictionary === null ? PLAIN : RLE_DICTIONARY);
      nulls += page.nulls;
    }
    const encodings = dictionary === null ? [PLAIN] : [PLAIN, RLE_DICTIONARY];
    const column = struct(
      [1, i32(TYPES[type])],
      [2, list(encodings.map(i32))],
      [3, list(path.map(text))],
      [4, i32(GZIP)],
      [5, i64(rows)],
      [6, i64(plainBytes)],
      [7, i64(this.offset - start)],
      [9, i64(firstPage)],
      [11, dictionary && i64(start)],
      [12, range && struct([3, i64(nulls)], [5, binary(range.max)], [6, binary(range.min)])],
    );
    return { column: struct([2, i64(start)], [3, column]), plainBytes };
  }

  private async writeDictionary({ count, values }: NonNullable<ParquetChunk["dictionary"]>): Promise<number> {
    const packed = compressed(values);
    const header = encodeThrift(
      struct(
        [1, i32(DICTIONARY_PAGE)],
        [2, i32(values.length)],
        [3, i32(packed.length)],
        [7, struct([1, i32(count)], [2, i32(PLAIN)])],
      ),
    );
    await this.append(Buffer.concat([header, packed]));
    return header.length + values.length;
  }

  private async writePage({ rows, nulls, levels, values }: ParquetPage, encoding: number): Promise<number> {
    const packed = compressed(values);
    const header = encodeThrift(
      struct(
        [1, i32(DATA_PAGE_V2)],
        [2, i32(levels.length + values.length)],
        [3, i32(levels.length + packed.length)],
        [
          8,
          struct(
            [1, i32(rows)],
            [2, i32(nulls)],
            [3, i32(rows)],
            [4, i32(encoding)],
            [5, i32(levels.length)],
            [6, i32(0)],
          ),
        ],
      ),
    );
    await this.append(Buffer.concat([header, levels, packed]));
    return header.length + levels.length + values.length;
  }

  private async append(bytes: Uint8Array): Promise<void> {
    await this.file.append(bytes);
    this.offset += bytes.length;
  }
}

/** The root, then each column, a struct before the first of its columns. */
function schemaOf(columns: readonly ParquetColumn[]): Thrift[] {
  const roots = new Map<string, ParquetColumn[]>();
  for (const column of columns) {
    const siblings = roots.get(column.path[0]) ?? [];
    roots.set(column.path[0], [...siblings, column]);
  }
  const elements = [...roots].flatMap(([name, members]) =>
    members[0]!.path.length === 1
      ? members.map(leafOf)
      : [struct([3, i32(REQUIRED)], [4, text(name)], [5, i32(members.length)]), ...members.map(leafOf)],
  );
  return [struct([4, text("root")], [5, i32(roots.size)]), ...elements];
}

function leafOf({ path, type, isOptional = false, isText = false }: ParquetColumn): Thrift {
  return struct(
    [1, i32(TYPES[type])],
    [3, i32(isOptional ? OPTIONAL : REQUIRED)],
    [4, text(path.at(-1)!)],
    [6, isText ? i32(UTF8) : null],
    [10, isText ? struct([1, struct()]) : null],
  );
}

function compressed(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 1, chunkSize: bytes.length + 64 });
}
