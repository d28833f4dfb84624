import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { PartFile } from "../../src/raster/part-file.ts";
import {
  bytesChunk,
  dictionaryChunk,
  doubleChunk,
  floatChunk,
  int64Chunk,
} from "../../src/vector/parquet-columns.ts";
import { ParquetWriter } from "../../src/vector/parquet-writer.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();
const path = join(scratch, "rows.parquet");
const compressors = { GZIP: (bytes: Uint8Array) => new Uint8Array(gunzipSync(bytes)) };

interface Row {
  readonly count: number;
  readonly kind: number;
  readonly width: number | null;
  readonly share: number | null;
  readonly bytes: Uint8Array;
}

const known = (value: number | null): number => value ?? Number.NaN;

/** Writes row groups, the bytes in pages of two rows; `kind` is a place in 200 numbers, 1000 and on. */
async function write(groups: readonly (readonly Row[])[]): Promise<number> {
  const file = await PartFile.create(path);
  const writer = new ParquetWriter(file, [
    { path: ["count"], type: "INT64" },
    { path: ["kind"], type: "INT32" },
    { path: ["size", "width"], type: "DOUBLE", isOptional: true },
    { path: ["share"], type: "FLOAT", isOptional: true },
    { path: ["bytes"], type: "BYTE_ARRAY" },
  ]);
  const kinds = Buffer.from(Int32Array.from({ length: 200 }, (_, i) => 1000 + i).buffer);
  for (const rows of groups) {
    const column = (of: (row: Row) => number) => Float64Array.from(rows, of);
    await writer.write(rows.length, [
      int64Chunk(column(({ count }) => count)),
      dictionaryChunk(
        Uint8Array.from(rows, ({ kind }) => kind),
        { count: 200, values: kinds },
        null,
      ),
      doubleChunk(
        column(({ width }) => known(width)),
        true,
      ),
      floatChunk(column(({ share }) => known(share))),
      bytesChunk(pagesOf(rows)),
    ]);
  }
  const length = await writer.finish({ key: "Grüße" });
  await file.seal();
  return length;
}

function* pagesOf(rows: readonly Row[]) {
  for (let i = 0; i < rows.length; i += 2) {
    const page = rows.slice(i, i + 2);
    const values = page.flatMap(({ bytes }) => [Buffer.from(Uint32Array.of(bytes.length).buffer), bytes]);
    yield { rows: page.length, values: Buffer.concat(values) };
  }
}

const anyRow: fc.Arbitrary<Row> = fc.record({
  count: fc.maxSafeNat(),
  kind: fc.nat(199),
  width: fc.option(fc.double({ noNaN: true })),
  share: fc.option(fc.float({ noNaN: true })),
  bytes: fc.uint8Array({ maxLength: 9 }),
});

test("property: rows of any values and nulls are read back by hyparquet, group by group", async () => {
  const anyGroup = fc.array(anyRow, { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(anyGroup, { maxLength: 3 }), async (groups) => {
      const length = await write(groups);
      expect(length).toBe(readFileSync(path).length);
      const file = await asyncBufferFromFile(path);
      const rows = await parquetReadObjects({ file, compressors, utf8: false });
      expect(rows).toEqual(
        groups.flat().map(({ count, kind, width, share, bytes }) => ({
          count: BigInt(count),
          kind: 1000 + kind,
          size: { width },
          share,
          bytes,
        })),
      );
      const metadata = await parquetMetadataAsync(file);
      expect(metadata.key_value_metadata).toEqual([{ key: "key", value: "Grüße" }]);
      metadata.row_groups.forEach(({ columns, num_rows }, i) => {
        const counts = groups[i]!.map(({ count }) => count);
        const widths = groups[i]!.flatMap(({ width }) => width ?? []);
        expect(num_rows).toBe(BigInt(counts.length));
        expect(columns[0]!.meta_data!.statistics).toMatchObject({
          min_value: BigInt(Math.min(...counts)),
          max_value: BigInt(Math.max(...counts)),
        });
        if (widths.length > 0)
          expect(columns[2]!.meta_data!.statistics).toMatchObject({
            min_value: Math.min(...widths),
            max_value: Math.max(...widths),
            null_count: BigInt(counts.length - widths.length),
          });
      });
    }),
    { numRuns: 60 },
  );
});
