/** How often a model was right where it was checked: the validation figures that a card carries. */
export interface Validation {
  /** Pixels: a row per class of the reference, a column per predicted class. */
  readonly confusion: readonly (readonly number[])[];
  /** Per predicted class, pixels that count as one independent sample; null where unknown. */
  readonly designEffect: readonly (number | null)[] | null;
}

/** What a class's share of the map says of its share of the ground, both 0–1. */
export interface ShareEstimate {
  readonly mapped: number;
  /** Corrected for what the model confuses. */
  readonly estimated: number;
  /** Half the width of the 95 % confidence interval; null where it is not known how neighbouring mistakes hang together. */
  readonly margin: number | null;
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.96;

/**
 * The error-adjusted estimator of Olofsson et al. (2014, Remote Sensing of Environment 148, eqs. 9–11): with W the mapped shares and
 * n the error matrix (i mapped, j reference), share_j = Σ W_i · n_ij / n_i and its variance is Σ W_i² · p (1 − p) / (m_i − 1) where
 * p = n_ij / n_i and m_i = n_i / design effect independent samples. Null where a mapped class was never predicted in validation.
 */
export function estimateShares(
  mapped: readonly number[],
  { confusion, designEffect }: Validation,
): readonly ShareEstimate[] | null {
  const predicted = mapped.map((_, i) => confusion.reduce((sum, row) => sum + row[i]!, 0));
  if (mapped.some((share, i) => share > 0 && predicted[i] === 0)) return null;
  const strata = mapped.flatMap((share, i) =>
    share === 0 ? [] : [{ share, i, samples: samplesOf(predicted[i]!, designEffect?.[i] ?? null) }],
  );
  return mapped.map((own, j) => {
    const shareIn = (i: number): number => confusion[j]![i]! / predicted[i]!;
    const estimated = strata.reduce((sum, { share, i }) => sum + share * shareIn(i), 0);
    const variance = strata.reduce<number | null>((sum, { share, i, samples }) => {
      if (sum === null || samples === null) return null;
      return sum + (share ** 2 * shareIn(i) * (1 - shareIn(i))) / (samples - 1);
    }, 0);
    return { mapped: own, estimated, margin: variance === null ? null : Z * Math.sqrt(variance) };
  });
}

/** Share (0–1) of the map that is right if the model errs as in validation: Σ W_i · n_ii / n_i; null as above. */
export function expectedAccuracy(
  mapped: readonly number[],
  { confusion }: Pick<Validation, "confusion">,
): number | null {
  let right = 0;
  for (const [i, share] of mapped.entries()) {
    if (share === 0) continue;
    const predicted = confusion.reduce((sum, row) => sum + row[i]!, 0);
    if (predicted === 0) return null;
    right += (share * confusion[i]![i]!) / predicted;
  }
  return right;
}

/** Independent samples of a predicted class; null where too few for a variance. */
function samplesOf(pixels: number, designEffect: number | null): number | null {
  if (designEffect === null) return null;
  const samples = pixels / designEffect;
  return samples > 1 ? samples : null;
}
