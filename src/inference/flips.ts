import type { SampleArray } from "../scene/raster-block.ts";

/** A mirroring of a chip: left to right, top to bottom, or both. Each undoes itself. */
export interface Flip {
  readonly across: boolean;
  readonly down: boolean;
}

/** The chip as it is, and its three mirrorings. */
export const FLIPS: readonly Flip[] = [
  { across: false, down: false },
  { across: true, down: false },
  { across: false, down: true },
  { across: true, down: true },
];

/** The chip mirrored: interleaved samples, height · width · bands. */
export function flipSamples<T extends SampleArray>(samples: T, width: number, bands: number, flip: Flip): T {
  if (!flip.across && !flip.down) return samples;
  const flipped = samples.slice() as T;
  const pixels = samples.length / bands;
  const height = pixels / width;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = mirrored(pixel, width, height, flip) * bands;
    for (let band = 0; band < bands; band++) flipped[pixel * bands + band] = samples[from + band]!;
  }
  return flipped;
}

/** Adds the scores of a mirrored chip, [classes][height][width] cells, where they belong in the chip. */
export function addFlipped(sum: Float32Array, scores: Float32Array, size: Size, flip: Flip): void {
  const { width, height } = size;
  const cells = width * height;
  for (let plane = 0; plane < sum.length; plane += cells) {
    for (let cell = 0; cell < cells; cell++)
      sum[plane + cell]! += scores[plane + mirrored(cell, width, height, flip)]!;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function mirrored(index: number, width: number, height: number, { across, down }: Flip): number {
  const row = Math.floor(index / width);
  const col = index - row * width;
  return (down ? height - 1 - row : row) * width + (across ? width - 1 - col : col);
}
