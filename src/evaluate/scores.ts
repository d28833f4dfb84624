import type { ConfusionMatrix } from "./confusion.ts";

/** How well one class was found, 0–1; null where the denominator is 0. */
export interface ClassScores {
  readonly id: number;
  /** TP / (TP + FP + FN). */
  readonly iou: number | null;
  /** TP / (TP + FP): user's accuracy; null when the class was never predicted. */
  readonly precision: number | null;
  /** TP / (TP + FN): producer's accuracy; null when the reference has none of it. */
  readonly recall: number | null;
  /** 2 TP / (2 TP + FP + FN). */
  readonly f1: number | null;
  /** Pixels of the class in the reference. */
  readonly support: number;
  /** Pixels of the class in the prediction, over the same pixels. */
  readonly predicted: number;
}

/** A mean over the classes; a class whose score is null does not count. */
export interface MeanScores {
  readonly iou: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

/** Scores of a confusion matrix, 0–1 (kappa −1–1); null where undefined. */
export interface Scores {
  /** Share of pixels whose class is right. */
  readonly pixelAccuracy: number | null;
  /** Mean of the classes' IoU; classes absent from both sides are not in it. The same figure as macro.iou. */
  readonly meanIoU: number | null;
  /** Cohen's kappa: agreement beyond what the two class distributions give by chance. */
  readonly kappa: number | null;
  /** Every class counts the same. */
  readonly macro: MeanScores;
  /** Every class counts by its pixels in the reference. */
  readonly frequencyWeighted: MeanScores;
  /** In the order of the matrix's ids. */
  readonly perClass: readonly ClassScores[];
}

/** All scores of a confusion matrix. */
export function scoresOf(matrix: ConfusionMatrix): Scores {
  const perClass = matrix.ids.map((_, place) => classScores(matrix, place));
  const macro = meanScores(perClass, () => 1);
  return {
    pixelAccuracy: pixelAccuracy(matrix),
    meanIoU: macro.iou,
    kappa: kappa(matrix),
    macro,
    frequencyWeighted: meanScores(perClass, ({ support }) => support),
    perClass,
  };
}

function classScores({ ids, counts }: ConfusionMatrix, place: number): ClassScores {
  const n = ids.length;
  let support = 0;
  let predicted = 0;
  for (let other = 0; other < n; other++) {
    support += counts[place * n + other]!;
    predicted += counts[other * n + place]!;
  }
  const hits = counts[place * n + place]!;
  return {
    id: ids[place]!,
    iou: ratio(hits, support + predicted - hits),
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, support + predicted),
    support,
    predicted,
  };
}

function meanScores(perClass: readonly ClassScores[], weight: (scores: ClassScores) => number): MeanScores {
  const mean = (key: keyof MeanScores): number | null => {
    const defined = perClass.filter((scores) => scores[key] !== null);
    const total = sum(defined.map(weight));
    return ratio(sum(defined.map((scores) => weight(scores) * scores[key]!)), total);
  };
  return { iou: mean("iou"), precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

function pixelAccuracy({ ids, counts }: ConfusionMatrix): number | null {
  return ratio(sum(ids.map((_, place) => counts[place * ids.length + place]!)), sum(counts));
}

/** Cohen (1960): (observed − expected) / (1 − expected); null when chance alone would always agree. */
function kappa(matrix: ConfusionMatrix): number | null {
  const total = sum(matrix.counts);
  const observed = pixelAccuracy(matrix);
  if (observed === null) return null;
  const expected = sum(
    matrix.ids.map((_, place) => {
      const { support, predicted } = classScores(matrix, place);
      return (support / total) * (predicted / total);
    }),
  );
  return ratio(observed - expected, 1 - expected);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
