/**
 * Pixels per pair of classes: rows are the reference, columns the prediction. `counts[row · n + column]`, where n is the
 * number of ids and row and column are places in `ids`.
 */
export interface ConfusionMatrix {
  /** Class ids (pixel values), ascending. */
  readonly ids: readonly number[];
  /** Pixels, ids.length², row by row. Float64 holds whole numbers up to 2^53. */
  readonly counts: Float64Array;
}

/** Ids that a label raster can hold: one byte. */
export const ID_COUNT = 256;

/** Pixels per pair of byte values: pairs[reference · 256 + prediction]. */
export type PairCounts = Float64Array;

/** No pairs counted yet. */
export function emptyPairs(): PairCounts {
  return new Float64Array(ID_COUNT * ID_COUNT);
}

/** The confusion matrix of the given classes; pairs with any other value are left out. */
export function confusionOf(pairs: PairCounts, ids: readonly number[]): ConfusionMatrix {
  const sorted = [...ids].sort((a, b) => a - b);
  const counts = new Float64Array(sorted.length ** 2);
  sorted.forEach((reference, row) => {
    sorted.forEach((prediction, column) => {
      counts[row * sorted.length + column] = pairs[reference * ID_COUNT + prediction]!;
    });
  });
  return { ids: sorted, counts };
}

/** Pixels per value of the reference (row sums) and of the prediction (column sums), 256 each. */
export function valueCounts(pairs: PairCounts): {
  readonly reference: Float64Array;
  readonly prediction: Float64Array;
} {
  const reference = new Float64Array(ID_COUNT);
  const prediction = new Float64Array(ID_COUNT);
  for (let row = 0; row < ID_COUNT; row++) {
    for (let column = 0; column < ID_COUNT; column++) {
      const count = pairs[row * ID_COUNT + column]!;
      reference[row]! += count;
      prediction[column]! += count;
    }
  }
  return { reference, prediction };
}
