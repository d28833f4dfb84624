import fc from "fast-check";
import { expect, test } from "vitest";
import { cellSizes, risingWeights } from "../../src/stitcher/blend.ts";

test("property: weights rise from 0 to 1, mirror themselves, and leave the margins to the other chip", () => {
  const cases = fc.record({
    overlap: fc.integer({ min: 0, max: 256 }),
    margin: fc.integer({ min: 0, max: 128 }),
  });
  fc.assert(
    fc.property(cases, fc.constantFrom("hann" as const, "crop" as const), ({ overlap, margin }, blend) => {
      fc.pre(2 * margin <= overlap);
      const weights = [...risingWeights(overlap, margin, blend)];
      weights.forEach((weight, i) => {
        expect(weight).toBeGreaterThanOrEqual(weights[i - 1] ?? 0);
        expect(weight).toBeLessThanOrEqual(1);
        if (i < margin) expect(weight).toBe(0);
        if (i >= overlap - margin) expect(weight).toBe(1);
        if (overlap % 2 === 0) expect(weight + weights[overlap - 1 - i]!).toBeCloseTo(1, 6);
      });
    }),
  );
});

test("hann weights are the Hann window of twice the overlap", () => {
  const overlap = 32;
  const hann = (i: number) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / (2 * overlap));
  for (const [i, weight] of risingWeights(overlap, 0, "hann").entries())
    expect(weight).toBeCloseTo(hann(i), 6);
});

test.each([
  { chip: 512, overlap: 66, margin: 0, stride: 4, message: "Chips of 512 px with 66 px overlap do not fit" },
  { chip: 512, overlap: 32, margin: 32, stride: 1, message: "32 px at each edge of a chip see only padding" },
])("an overlap of $overlap px for stride $stride and margin $margin is refused", ({ message, ...sizes }) => {
  expect(() => cellSizes(sizes)).toThrow(message);
});

test("chips without overlap are allowed whatever the margin: the user accepts seams", () => {
  expect(cellSizes({ chip: 512, overlap: 0, margin: 32, stride: 4 })).toEqual({
    chip: 128,
    overlap: 0,
    margin: 8,
    stride: 4,
  });
});
