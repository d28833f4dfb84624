import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ConfusionMatrix, confusionOf, emptyPairs, ID_COUNT } from "../../src/evaluate/confusion.ts";
import { type MeanScores, scoresOf } from "../../src/evaluate/scores.ts";

type Means = { readonly [Key in keyof MeanScores]: number | null };
interface Case {
  readonly name: string;
  readonly ids: readonly number[];
  readonly reference: readonly number[];
  readonly prediction: readonly number[];
  readonly confusion: readonly (readonly number[])[];
  readonly pixelAccuracy: number;
  readonly kappa: number | null;
  readonly macro: Means;
  readonly frequencyWeighted: Means;
  readonly perClass: readonly (Means & { readonly id: number })[];
}

const oracle = JSON.parse(
  readFileSync(new URL("../fixtures/evaluate/scores.json", import.meta.url), "utf8"),
) as { readonly source: string; readonly cases: readonly Case[] };

const KEYS = ["iou", "precision", "recall", "f1"] as const;
const matrices = fc
  .integer({ min: 1, max: 6 })
  .chain((n) =>
    fc.array(fc.nat(50), { minLength: n * n, maxLength: n * n }).map((counts) => matrixOf(n, counts)),
  );

function matrixOf(n: number, counts: readonly number[]): ConfusionMatrix {
  return { ids: Array.from({ length: n }, (_, id) => id), counts: Float64Array.from(counts) };
}

function expectClose(found: number | null, expected: number | null, what: string): void {
  if (found === null || expected === null) expect(found, what).toBe(expected);
  else expect(Math.abs(found - expected), what).toBeLessThan(1e-12);
}

describe("scores", () => {
  test.each(oracle.cases)(`are those of scikit-learn to 1e-12: $name`, (given) => {
    const pairs = emptyPairs();
    given.reference.forEach((value, pixel) => {
      pairs[value * ID_COUNT + given.prediction[pixel]!]!++;
    });
    const matrix = confusionOf(pairs, given.ids);
    expect([...matrix.counts]).toEqual(given.confusion.flat());
    const scores = scoresOf(matrix);
    expectClose(scores.pixelAccuracy, given.pixelAccuracy, "pixel accuracy");
    expectClose(scores.kappa, given.kappa, "kappa");
    expectClose(scores.meanIoU, given.macro.iou, "mean IoU");
    for (const key of KEYS) {
      expectClose(scores.macro[key], given.macro[key], `macro ${key}`);
      expectClose(scores.frequencyWeighted[key], given.frequencyWeighted[key], `weighted ${key}`);
      for (const [place, row] of given.perClass.entries())
        expectClose(scores.perClass[place]![key], row[key], `${key} of class ${row.id}`);
    }
  });

  test("of a class absent from both sides are undefined and not in the mean", () => {
    const scores = scoresOf(matrixOf(3, [3, 1, 0, 0, 2, 0, 0, 0, 0]));
    expect(scores.perClass[2]).toEqual({
      id: 2,
      iou: null,
      precision: null,
      recall: null,
      f1: null,
      support: 0,
      predicted: 0,
    });
    expect(scores.meanIoU).toBeCloseTo((3 / 4 + 2 / 3) / 2, 15);
  });

  test("of no pixels at all are all undefined", () => {
    const { pixelAccuracy, meanIoU, kappa, macro, frequencyWeighted } = scoresOf(matrixOf(2, [0, 0, 0, 0]));
    const none = { iou: null, precision: null, recall: null, f1: null };
    expect({ pixelAccuracy, meanIoU, kappa, macro, frequencyWeighted }).toEqual({
      pixelAccuracy: null,
      meanIoU: null,
      kappa: null,
      macro: none,
      frequencyWeighted: none,
    });
  });

  test("property: F1 is the harmonic mean of precision and recall, and IoU is F1 / (2 − F1)", () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        for (const { iou, precision, recall, f1 } of scoresOf(matrix).perClass) {
          if (f1 === null) continue;
          expectClose(iou, f1 / (2 - f1), "IoU");
          if (precision && recall) expectClose(f1, (2 * precision * recall) / (precision + recall), "F1");
        }
      }),
    );
  });

  test("property: exchanging reference and prediction exchanges precision and recall, and keeps IoU, F1 and kappa", () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const n = matrix.ids.length;
        const swapped = matrix.counts.map(
          (_, place) => matrix.counts[(place % n) * n + Math.floor(place / n)]!,
        );
        const [one, other] = [scoresOf(matrix), scoresOf({ ids: matrix.ids, counts: swapped })];
        expectClose(one.kappa, other.kappa, "kappa");
        for (const [place, row] of one.perClass.entries()) {
          expect(other.perClass[place]).toMatchObject({
            precision: row.recall,
            recall: row.precision,
            f1: row.f1,
          });
        }
      }),
    );
  });

  test("property: the recall weighted by frequency is the pixel accuracy", () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const { frequencyWeighted, pixelAccuracy } = scoresOf(matrix);
        expectClose(frequencyWeighted.recall, pixelAccuracy, "weighted recall");
      }),
    );
  });
});
