import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deflateBytes } from "../../src/kernels/deflate.ts";

function inflated(stream: Uint8Array): Uint8Array {
  return new Uint8Array(inflateSync(stream));
}

/** Bytes as runs of a value, one after the other. */
const runs = fc
  .array(fc.tuple(fc.nat({ max: 255 }), fc.integer({ min: 1, max: 600 })), { maxLength: 300 })
  .map((parts) => Uint8Array.from(parts.flatMap(([value, length]) => Array<number>(length).fill(value))));

test("property: zlib inflates what was deflated, runs and noise alike", () => {
  fc.assert(
    fc.property(fc.oneof(runs, fc.uint8Array({ maxLength: 70_000 })), (bytes) => {
      expect(Buffer.compare(inflated(deflateBytes(bytes)), bytes)).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test.each([0, 1, 2, 15, 16, 17, 32_767, 32_768, 32_769, 65_536, 100_000])(
  "%i bytes: of one value, of noise, and alternating",
  (length) => {
    const noise = Uint8Array.from({ length }, (_, i) => Math.imul(i, 2_654_435_761) >>> 13);
    for (const bytes of [new Uint8Array(length).fill(9), noise, noise.map((_, i) => i & 1)])
      expect(Buffer.compare(inflated(deflateBytes(bytes)), bytes)).toBe(0);
  },
);

test("codes longer than deflate allows are shortened: frequencies that grow as Fibonacci's numbers", () => {
  const counts = [1, 1];
  while (counts.length < 21) counts.push(counts.at(-1)! + counts.at(-2)!);
  // no two neighbours alike, so that all of them are sent as literals
  const values = counts.flatMap((count, value) => Array<number>(count).fill(value));
  let seed = 1;
  for (let i = values.length - 1; i > 0; i--) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    const j = seed % (i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  const bytes = Uint8Array.from(values.slice(0, 32_000));
  expect(Buffer.compare(inflated(deflateBytes(bytes)), bytes)).toBe(0);
});

test("lengths of runs: every one from 1 to 600", () => {
  const bytes = Uint8Array.from(
    Array.from({ length: 600 }, (_, i) => Array<number>(i + 1).fill(i & 255)).flat(),
  );
  expect(Buffer.compare(inflated(deflateBytes(bytes)), bytes)).toBe(0);
});

test("noise, which cannot be packed, grows by less than 1 %", () => {
  const noise = Uint8Array.from({ length: 1 << 18 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 13);
  expect(deflateBytes(noise).length).toBeLessThan(noise.length * 1.01);
});

test("property: differences along rows add up to the bytes again", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), (units, rows) => {
      const rowLength = 16 * units;
      const bytes = Uint8Array.from({ length: rows * rowLength }, (_, i) => Math.imul(i, 40_503) >>> 3);
      const stored = inflated(deflateBytes(bytes, { rowLength }));
      for (let i = 0; i < stored.length; i++)
        if (i % rowLength !== 0) stored[i] = stored[i]! + stored[i - 1]!;
      expect(Buffer.compare(stored, bytes)).toBe(0);
    }),
  );
});
