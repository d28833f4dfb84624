import fc from "fast-check";
import { expect, test } from "vitest";
import { sumOf } from "../../src/inference/sum.ts";

const floats = fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6, maxLength: 50 });
const lengths = fc.integer({ min: 0, max: 40_000 });

test("property: the sum of values, of any number, is that of adding them one by one", () => {
  fc.assert(
    fc.property(floats, lengths, (some, length) => {
      const values = Float32Array.from({ length }, (_, i) => some[i % some.length] ?? 0.25);
      const expected = values.reduce((sum, value) => sum + value, 0);
      expect(sumOf(values)).toBeCloseTo(expected, 2);
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "%s anywhere shows in the sum",
  (bad) => {
    for (const place of [0, 5, 16_384, 20_001]) {
      const values = new Float32Array(20_002).fill(0.5);
      values[place] = bad;
      expect(sumOf(values)).toBe(bad);
    }
  },
);
