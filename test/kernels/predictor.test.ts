import fc from "fast-check";
import { expect, test } from "vitest";
import { createKernels } from "../../src/kernels/kernels.ts";
import { undoPredictor } from "../../src/scene/predictor.ts";
import { seededRandom } from "../support/random.ts";

const TYPES = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const;
const MARK = 0xa5;

interface Rows {
  readonly size: 1 | 2 | 4 | 8;
  readonly samples: number;
  readonly width: number;
  readonly rows: number;
  readonly seed: number;
}

function differences({ size, samples, width, rows, seed }: Rows): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: size * samples * width * rows }, () => random() * 256);
}

/** As TIFF 6.0 says it, sample by sample. */
function summed(stored: Uint8Array, { size, samples, width }: Rows): Uint8Array {
  const data = new TYPES[size](stored.slice().buffer);
  const rowLength = width * samples;
  for (let i = 0; i < data.length; i++)
    if (i % rowLength >= samples) data[i] = (data[i] as never) + (data[i - samples] as never);
  return new Uint8Array(data.buffer);
}

const anyRows = fc.record({
  size: fc.constantFrom(1, 2, 4, 8),
  samples: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 })),
  width: fc.integer({ min: 1, max: 70 }),
  rows: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
});

test("property: samples of any size, number and width are summed along their row, and nothing around them changes", () => {
  const { run, at, bytes } = createKernels({ before: 16, rows: 8 * 40 * 70 * 4 + 16 });
  fc.assert(
    fc.property(anyRows, (shape) => {
      const stored = differences(shape);
      for (const array of Object.values(bytes)) array.fill(MARK);
      bytes.rows.set(stored);
      const { size, samples, width, rows } = shape;
      run.addUp(at.rows, rows, size * samples * width, size * samples, size);
      expect(Buffer.compare(bytes.rows.subarray(0, stored.length), summed(stored, shape))).toBe(0);
      for (const array of [bytes.before, bytes.rows.slice(stored.length)])
        expect(array.every((byte) => byte === MARK)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test.each([
  { because: "many rows", size: 1, samples: 3, width: 517, rows: 300 },
  { because: "rows longer than what is summed at a time", size: 1, samples: 3, width: 100_003, rows: 2 },
  { because: "wide samples in long rows", size: 8, samples: 3, width: 11_003, rows: 2 },
  { because: "pixels longer than what is summed at a time", size: 4, samples: 60_000, width: 3, rows: 2 },
] as const)("predictor 2 is undone in parts: $because", (shape) => {
  const stored = differences({ ...shape, seed: 7 });
  const expected = summed(stored, { ...shape, seed: 7 });
  undoPredictor(stored, { width: shape.width, samples: shape.samples, bits: 8 * shape.size, predictor: 2 });
  expect(Buffer.compare(stored, expected)).toBe(0);
});
