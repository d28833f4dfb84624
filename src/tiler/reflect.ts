import type { SampleArray } from "../scene/raster-block.ts";

/**
 * The index in 0 … size − 1 that position i shows when a line of `size` px is continued by mirror images of itself,
 * the edge pixel repeated (… 1 0 | 0 1 2 | 2 1 …): defined for every i and for a size of 1.
 */
export function reflectIndex(i: number, size: number): number {
  const period = 2 * size;
  const m = ((i % period) + period) % period;
  return m < size ? m : period - 1 - m;
}

/** Size of a raster or of the padded one, in px. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Continues pixels to the right and below by reflection. `data` is width · height · bands, interleaved, and so is the result. */
export function reflectPad<T extends SampleArray>(data: T, from: Size, to: Size, bands: number): T {
  if (from.width === to.width && from.height === to.height) return data;
  const padded = new (data.constructor as new (length: number) => T)(to.width * to.height * bands);
  for (let row = 0; row < to.height; row++) {
    const source = reflectIndex(row, from.height) * from.width * bands;
    const target = row * to.width * bands;
    padded.set(data.subarray(source, source + Math.min(from.width, to.width) * bands), target);
    for (let col = from.width; col < to.width; col++) {
      const mirrored = source + reflectIndex(col, from.width) * bands;
      for (let band = 0; band < bands; band++) padded[target + col * bands + band] = data[mirrored + band]!;
    }
  }
  return padded;
}
