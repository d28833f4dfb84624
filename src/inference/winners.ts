/** The winning class of each cell, by its id, and its score in percent (0–100, rounded). */
export interface Winners {
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
}

/** Percent of a probability, 0–100, rounded. */
export function percent(score: number): number {
  return (score * 100 + 0.5) | 0;
}

/**
 * Finds the winners of cells `from` to `to` of scores [classes][cells], ties to the first class, and puts them into `winners` from place
 * `at` on.
 */
export function findWinners(
  scores: Float32Array,
  classIds: Uint8Array,
  { labels, confidence }: Winners,
  { from, to, at }: { readonly from: number; readonly to: number; readonly at: number },
): void {
  const classes = classIds.length;
  const cells = scores.length / classes;
  const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
  for (let cell = from, target = at; cell < to; cell++, target++) {
    // numbers that are not negative rank as their bits do; without a branch, whose outcome in a city nobody can guess
    let best = 0;
    let bestBits = positive(bits[cell]!);
    for (let k = 1, other = cell + cells; k < classes; k++, other += cells) {
      const behind = (bestBits - positive(bits[other]!)) | 0;
      const isBetter = behind >> 31;
      bestBits = (bestBits - (behind & isBetter)) | 0;
      best ^= (best ^ k) & isBetter;
    }
    labels[target] = classIds[best]!;
    confidence[target] = percent(scores[best * cells + cell]!);
  }
}

/** The bits of a float, of zero where it is negative. */
function positive(bits: number): number {
  return bits & ~(bits >> 31);
}
