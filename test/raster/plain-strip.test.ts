import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deflateCodec } from "../../src/raster/block-codec.ts";
import { PlainStripEncoder } from "../../src/raster/plain-strip.ts";
import { cutBlock, type Strip } from "../../src/raster/strip.ts";

const SIZE = 16;

/** The rule of an overview, cell by cell. */
function bruteCell(cell: readonly number[], method: "mode" | "average", nodata: number | null): number {
  const valid = cell.filter((value) => value !== nodata).sort((a, b) => a - b);
  if (valid.length < 2) return 255;
  if (method === "average") return Math.floor(valid.reduce((sum, value) => sum + value) / valid.length + 0.5);
  const votes = (value: number): number => valid.filter((other) => other === value).length;
  return valid.reduce((best, value) => (votes(value) > votes(best) ? value : best));
}

function bruteHalf({ data, rows }: Strip, width: number, method: "mode" | "average", nodata: number | null) {
  const halfWidth = Math.ceil(width / 2);
  return Array.from({ length: Math.ceil(rows / 2) * halfWidth }, (_, i) => {
    const [row, col] = [2 * Math.floor(i / halfWidth), 2 * (i % halfWidth)];
    const at = (y: number, x: number) => data[Math.min(y, rows - 1) * width + Math.min(x, width - 1)]!;
    const cell = [at(row, col), at(row, col + 1), at(row + 1, col), at(row + 1, col + 1)];
    return bruteCell(cell, method, nodata);
  });
}

/** What a reader makes of a block. */
function read(stream: Uint8Array, predictor: 1 | 2): number[] {
  const block = new Uint8Array(inflateSync(stream));
  if (predictor === 2)
    for (let i = 0; i < block.length; i++) if (i % SIZE !== 0) block[i] = block[i]! + block[i - 1]!;
  return [...block];
}

const cases = fc.record({
  width: fc.integer({ min: 1, max: 141 }),
  rows: fc.integer({ min: 1, max: SIZE }),
  method: fc.constantFrom("mode" as const, "average" as const),
  predictor: fc.constantFrom(1 as const, 2 as const),
  nodata: fc.constantFrom(null, 255),
  split: fc.integer({ min: 0, max: 9 }),
  values: fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 254, 255), fc.nat({ max: 255 })), {
    minLength: 141,
    maxLength: 141 * SIZE,
  }),
});

test("property: blocks and their halves are those of the strip, whatever its size and however it is split", () => {
  fc.assert(
    fc.property(cases, ({ width, rows, method, predictor, nodata, split, values }) => {
      const data = new Uint8Array(new SharedArrayBuffer(width * rows)).map(
        (_, i) => values[i % values.length]!,
      );
      const strip: Strip = { data, mask: null, rows };
      const half: Strip = { ...strip, data: new Uint8Array(Math.ceil(width / 2) * Math.ceil(rows / 2)) };
      const encoder = new PlainStripEncoder({
        ...{ width, bands: 1, nodata, method, sampleType: "uint8", masked: false, blockSize: SIZE },
        codec: deflateCodec({ predictor }),
      });
      const middle = Math.min(split * SIZE, width);
      const parts = [
        { from: 0, to: middle },
        { from: middle, to: width },
      ].filter(({ from, to }) => from < to);
      const blocks = parts.flatMap((columns) => [...encoder.encode(strip, half, columns)]);
      const cutting = { width, bands: 1, size: SIZE, padding: nodata ?? 0 };
      const expected = Array.from({ length: Math.ceil(width / SIZE) }, (_, i) => [
        ...cutBlock(data, rows, i * SIZE, cutting).data,
      ]);
      expect(blocks.map(({ block }) => read(block, predictor))).toEqual(expected);
      expect([...half.data]).toEqual(bruteHalf(strip, width, method, nodata));
    }),
    { numRuns: 1000 },
  );
});
