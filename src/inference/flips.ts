import type { SampleArray } from "../scene/raster-block.ts";

/** A mirroring of a chip: left to right, top to bottom, or both. Each undoes itself. */
export interface Flip {
  readonly across: boolean;
  readonly down: boolean;
}

/** The chip as it is. */
const AS_IT_IS: Flip = { across: false, down: false };

/** A chip shown once. */
export const NO_FLIPS: readonly Flip[] = [AS_IT_IS];

/** Its three mirrorings, and at last the chip as it is. */
export const FLIPS: readonly Flip[] = [
  { across: true, down: false },
  { across: true, down: true },
  { across: false, down: true },
  AS_IT_IS,
];

/** Test-time augmentation by its name in the configuration. */
export type Tta = "none" | "flip";

/** What each chip is shown as. */
export function flipsOf(tta: Tta): readonly Flip[] {
  return tta === "flip" ? FLIPS : NO_FLIPS;
}

/** The chip mirrored: interleaved samples, height · width · bands. */
export function flipSamples<T extends SampleArray>(samples: T, width: number, bands: number, flip: Flip): T {
  if (!flip.across && !flip.down) return samples;
  const flipped = samples.slice() as T;
  const row = width * bands;
  for (let start = 0; start < samples.length; start += row) {
    const from = flip.down ? samples.length - row - start : start;
    if (!flip.across) flipped.set(samples.subarray(from, from + row), start);
    else flipRow(samples, from, flipped, { start, width, bands });
  }
  return flipped;
}

function flipRow<T extends SampleArray>(
  samples: T,
  from: number,
  flipped: T,
  { start, width, bands }: { readonly start: number; readonly width: number; readonly bands: number },
): void {
  for (let col = 0; col < width; col++) {
    const [at, to] = [from + (width - 1 - col) * bands, start + col * bands];
    for (let band = 0; band < bands; band++) flipped[to + band] = samples[at + band]!;
  }
}

/** Adds the scores of a mirrored chip, [classes][height][width] cells, where they belong in the chip. */
export function addFlipped(sum: Float32Array, scores: Float32Array, size: Size, flip: Flip): void {
  const { width, height } = size;
  for (let row = 0; row < sum.length / width; row++) {
    const inPlane = row % height;
    const from = (flip.down ? row - inPlane + height - 1 - inPlane : row) * width;
    const at = row * width;
    if (flip.across) for (let col = 0; col < width; col++) sum[at + col]! += scores[from + width - 1 - col]!;
    else for (let col = 0; col < width; col++) sum[at + col]! += scores[from + col]!;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Which place of an axis of `length` lies at each place of one that is mirrored, or not, against it. */
export function placesAlong(length: number, isMirrored: boolean): Int32Array {
  return Int32Array.from({ length }, (_, i) => (isMirrored ? length - 1 - i : i));
}
