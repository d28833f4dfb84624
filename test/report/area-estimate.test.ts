import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateShares, expectedAccuracy } from "../../src/report/area-estimate.ts";

/** Olofsson et al. 2014, table 8: deforestation, forest gain, stable forest, stable non-forest; here reference by map. */
const CONFUSION = [
  [66, 0, 1, 2],
  [0, 55, 0, 1],
  [5, 8, 153, 9],
  [4, 12, 11, 313],
];
const MAPPED = [0.02, 0.015, 0.32, 0.645];
const HECTARES = 900_000;

describe("error-adjusted areas", () => {
  test("are those of the worked example of Olofsson et al. 2014", () => {
    const [deforestation] = estimateShares(MAPPED, { confusion: CONFUSION, designEffect: [1, 1, 1, 1] })!;
    expect(deforestation!.estimated * HECTARES).toBeCloseTo(21_158, 0);
    expect(deforestation!.margin! * HECTARES).toBeCloseTo(6_158, -1);
    expect(expectedAccuracy(MAPPED, { confusion: CONFUSION })).toBeCloseTo(0.947, 3);
  });

  test("have margins wider by the root of the design effect", () => {
    const margin = (effect: number): number =>
      estimateShares([0.5, 0.5], {
        confusion: [
          [80_000, 10_000],
          [20_000, 90_000],
        ],
        designEffect: [effect, effect],
      })![0]!.margin!;
    expect(margin(100) / margin(1)).toBeCloseTo(10, 2);
  });

  test("have no margin where the design effect is unknown or leaves a single sample", () => {
    const confusion = [
      [8, 1],
      [2, 9],
    ];
    for (const designEffect of [null, [1, null], [1, 10]])
      expect(estimateShares([0.5, 0.5], { confusion, designEffect })![0]!.margin).toBeNull();
  });

  test("are unknown where a mapped class was never predicted, and need nothing of a class that is not mapped", () => {
    const confusion = [
      [5, 0],
      [1, 0],
    ];
    expect(estimateShares([0.5, 0.5], { confusion, designEffect: null })).toBeNull();
    expect(expectedAccuracy([0.5, 0.5], { confusion })).toBeNull();
    expect(estimateShares([1, 0], { confusion, designEffect: null })![1]!.estimated).toBeCloseTo(1 / 6);
  });

  const matrix = fc.integer({ min: 2, max: 6 }).chain((size) =>
    fc.record({
      confusion: fc.array(fc.array(fc.nat({ max: 1e6 }), { minLength: size, maxLength: size }), {
        minLength: size,
        maxLength: size,
      }),
      weights: fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: size, maxLength: size }),
    }),
  );

  test("property: estimated shares are never negative and sum to one, as the mapped ones do", () => {
    fc.assert(
      fc.property(matrix, ({ confusion, weights }) => {
        const total = weights.reduce((a, b) => a + b);
        const mapped = weights.map((weight) => weight / total);
        const estimates = estimateShares(mapped, { confusion, designEffect: null });
        if (estimates === null) return;
        expect(estimates.every(({ estimated }) => estimated >= 0)).toBe(true);
        expect(estimates.reduce((sum, { estimated }) => sum + estimated, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  test("property: a model without mistakes changes no area and has no margin of error", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 1e6 }), { minLength: 2, maxLength: 6 }), (counts) => {
        const confusion = counts.map((count, i) => counts.map((_, j) => (i === j ? count : 0)));
        const mapped = counts.map(() => 1 / counts.length);
        for (const { estimated, margin } of estimateShares(mapped, {
          confusion,
          designEffect: counts.map(() => 1),
        })!) {
          expect(estimated).toBeCloseTo(1 / counts.length, 12);
          expect(margin).toBe(0);
        }
      }),
    );
  });
});
