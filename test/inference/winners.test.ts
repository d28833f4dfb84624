import fc from "fast-check";
import { expect, test } from "vitest";
import { findWinners } from "../../src/inference/winners.ts";

const CLASS_IDS = Uint8Array.of(7, 0, 254, 3);

/** The first of the best in each cell, by comparing numbers; what is negative counts as zero; percent in single precision. */
function expected(scores: Float32Array, classes: number) {
  const cells = scores.length / classes;
  return Array.from({ length: cells }, (_, cell) => {
    const own = Array.from({ length: classes }, (_, k) => scores[k * cells + cell]!);
    const best = own.findIndex((score) => Math.max(0, score) === Math.max(0, ...own));
    return {
      label: CLASS_IDS[best],
      confidence: Math.floor(Math.fround(Math.fround(Math.max(0, own[best]!) * 100) + 0.5)),
    };
  });
}

function found(scores: Float32Array, classes: number) {
  const cells = scores.length / classes;
  const winners = { labels: new Uint8Array(cells), confidence: new Uint8Array(cells) };
  findWinners(scores, CLASS_IDS.subarray(0, classes), winners, { from: 0, to: cells, at: 0 });
  return Array.from(winners.labels, (label, i) => ({ label, confidence: winners.confidence[i] }));
}

test("property: the class with the highest score wins, the first of equals, whatever the floats", () => {
  const score = fc.oneof(
    fc.float({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom(0, -0, 1, 0.5, -0.004, -1e-9, 1e-40, 1 - 2 ** -24),
  );
  const cases = fc.integer({ min: 1, max: 4 }).chain((classes) =>
    fc.tuple(
      fc.constant(classes),
      fc.array(fc.array(score, { minLength: classes, maxLength: classes }), {
        minLength: 1,
        maxLength: 40,
      }),
    ),
  );
  fc.assert(
    fc.property(cases, ([classes, cells]) => {
      const scores = Float32Array.from({ length: classes * cells.length }, (_, i) => {
        return cells[i % cells.length]![Math.floor(i / cells.length)]!;
      });
      expect(found(scores, classes)).toEqual(expected(scores, classes));
    }),
    { numRuns: 500 },
  );
});

test("a run of cells goes to its place, and nowhere else", () => {
  const scores = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1);
  const winners = { labels: new Uint8Array(5).fill(99), confidence: new Uint8Array(5).fill(99) };
  findWinners(scores, CLASS_IDS.subarray(0, 2), winners, { from: 1, to: 3, at: 2 });
  expect([...winners.labels]).toEqual([99, 99, 0, 7, 99]);
  expect([...winners.confidence]).toEqual([99, 99, 100, 100, 99]);
});

test("chips of any size: more cells than are looked at together", () => {
  const cells = 40_001;
  const scores = Float32Array.from(
    { length: 3 * cells },
    (_, i) => (Math.imul(i, 2_654_435_761) >>> 8) / 2 ** 24,
  );
  expect(found(scores, 3)).toEqual(expected(scores, 3));
});
