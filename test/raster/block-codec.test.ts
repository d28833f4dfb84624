import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type BlockCodec, deflateCodec, onceForConstant } from "../../src/raster/block-codec.ts";
import { cutBlock, packBits } from "../../src/raster/strip.ts";

test("property: what deflate and its predictor stored is what a reader adds up again", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(Uint8Array, Uint16Array),
      fc.constantFrom(1, 2, 3),
      fc.constantFrom(1 as const, 2 as const),
      fc.array(fc.nat({ max: 65535 }), { minLength: 48, maxLength: 48 }),
      async (Type, bands, predictor, values) => {
        const samples = Type.from(values.slice(0, 16 * bands));
        const encoded = await deflateCodec({ predictor }).encode({
          data: samples.slice(),
          size: 4,
          bands,
        });
        const stored = new Type(new Uint8Array(inflateSync(encoded)).buffer);
        if (predictor === 2) undoDifferences(stored, 4, bands);
        expect(stored).toEqual(samples);
      },
    ),
    { numRuns: 60 },
  );
});

function undoDifferences(samples: Uint8Array | Uint16Array, size: number, bands: number): void {
  for (let row = 0; row < size; row++)
    for (let i = bands; i < size * bands; i++)
      samples[row * size * bands + i]! += samples[row * size * bands + i - bands]!;
}

test("a block of one value is encoded once, however often it comes", async () => {
  let calls = 0;
  const codec: BlockCodec = {
    ...deflateCodec(),
    encode: async ({ data }) => {
      calls++;
      return Uint8Array.of(data[0]!);
    },
  };
  const once = onceForConstant(codec);
  const encode = (data: Uint8Array) => once.encode({ data, size: 2, bands: 1 });
  expect(await encode(Uint8Array.of(7, 7, 7, 7))).toEqual(await encode(Uint8Array.of(7, 7, 7, 7)));
  expect(calls).toBe(1);
  expect(await encode(Uint8Array.of(9, 9, 9, 9))).toEqual(Uint8Array.of(9));
  await encode(Uint8Array.of(7, 7, 7, 8));
  await encode(Uint8Array.of(7, 7, 7, 8));
  expect(calls).toBe(4);
});

test("property: a block has the strip's pixels, and past the edge the fill value or the edge's own pixels", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat({ max: 2 }),
      fc.constantFrom("edge" as const, 0, 9),
      (width, rows, bands, block, padding) => {
        const size = 4;
        const col = Math.min(block * size, Math.floor((width - 1) / size) * size);
        const data = Uint8Array.from({ length: width * rows * bands }, (_, i) => i + 10);
        const cut = cutBlock(data, rows, col, { width, bands, size, padding });
        for (let y = 0; y < size; y++)
          for (let x = 0; x < size; x++)
            for (let band = 0; band < bands; band++) {
              const inside = col + x < width && y < rows;
              const from = (Math.min(y, rows - 1) * width + Math.min(col + x, width - 1)) * bands + band;
              const expected = inside || padding === "edge" ? data[from] : padding;
              expect(cut.data[(y * size + x) * bands + band]).toBe(expected);
            }
      },
    ),
  );
});

test("mask bits start at the highest", () => {
  expect([...packBits(Uint8Array.of(1, 0, 0, 0, 0, 0, 255, 1, 0, 1, 0, 0, 0, 0, 0, 0))]).toEqual([
    0x83, 0x40,
  ]);
});
