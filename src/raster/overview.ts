import type { Strip } from "./strip.ts";

/** How four pixels become one: the commonest class, or the mean of quantities and colours. */
export type OverviewMethod = "mode" | "average";

/** What halving needs to know of a level: its width (px), its bands, the value that is no data, the method. */
export interface HalvingOptions {
  readonly width: number;
  readonly bands: number;
  readonly nodata: number | null;
  readonly method: OverviewMethod;
}

/** Side of a level after halving: a last odd row or column becomes a pixel of its own. */
export function halfOf(side: number): number {
  return Math.ceil(side / 2);
}

/**
 * Halves the rows of a strip into `target` (halfOf(rows) · halfOf(width) · bands samples) and, when both have one, its mask.
 * A pixel of the result is data when at least half of its pixels are; it is then the mode of the valid ones (ties to the lowest
 * value) or their mean (half up), else nodata (0 where there is none). A cell cut by the edge counts its own pixels only: it is
 * read as if the edge were doubled, which changes neither mode, mean nor share.
 */
export function halveStrip(source: Strip, options: HalvingOptions, target: Strip): void {
  const halfWidth = halfOf(options.width);
  for (let row = 0, out = 0; row < source.rows; row += 2, out += halfWidth) {
    const top = row * options.width;
    const bottom = Math.min(row + 1, source.rows - 1) * options.width;
    halveRows(source, top, bottom, options, target, out);
  }
}

/** Two rows that start at the pixels `top` and `bottom` to one that starts at `out`. Cells without a hole make no call. */
function halveRows(
  { data, mask }: Strip,
  top: number,
  bottom: number,
  { width, bands, nodata, method }: HalvingOptions,
  target: Strip,
  out: number,
): void {
  const average = method === "average";
  const result = target.data;
  for (let col = 0, to = out; col < width; col += 2, to++) {
    const right = col + 1 < width ? col + 1 : col;
    const pixels: Cell = [top + col, top + right, bottom + col, bottom + right];
    const whole = mask === null || countValid(mask, pixels) === 4;
    if (target.mask !== null) target.mask[to] = whole || countValid(mask, pixels) >= 2 ? 1 : 0;
    for (let band = 0; band < bands; band++) {
      const a = data[pixels[0] * bands + band]!;
      const b = data[pixels[1] * bands + band]!;
      const c = data[pixels[2] * bands + band]!;
      const d = data[pixels[3] * bands + band]!;
      const at = to * bands + band;
      if (!whole) result[at] = combine(validSamples(mask, pixels, [a, b, c, d]), nodata, method);
      else if (a === b && a === c && a === d) result[at] = a;
      else if (average && a !== nodata && b !== nodata && c !== nodata && d !== nodata)
        result[at] = awayFrom(nodata, (a + b + c + d + 2) >> 2);
      else result[at] = combine([a, b, c, d], nodata, method);
    }
  }
}

/** The four pixels of a cell, or their four samples. */
type Cell = readonly [number, number, number, number];

function countValid(mask: Uint8Array, [a, b, c, d]: Cell): number {
  return Number(mask[a] !== 0) + Number(mask[b] !== 0) + Number(mask[c] !== 0) + Number(mask[d] !== 0);
}

function validSamples(mask: Uint8Array, pixels: Cell, samples: Cell): readonly number[] {
  return samples.filter((_, index) => mask[pixels[index]!] !== 0);
}

/** One value of up to four; nodata (or 0) when fewer than two of them are data. */
function combine(values: readonly number[], nodata: number | null, method: OverviewMethod): number {
  const valid = nodata === null ? values : values.filter((value) => value !== nodata);
  if (valid.length < 2) return nodata ?? 0;
  return method === "mode" ? modeOf(valid) : awayFrom(nodata, meanOf(valid));
}

/** The commonest of two to four values, the lowest among equals. */
function modeOf(values: readonly number[]): number {
  let best = Infinity;
  let bestCount = 0;
  for (const value of values) {
    let count = 0;
    for (const other of values) if (other === value) count++;
    if (count > bestCount || (count === bestCount && value < best)) [best, bestCount] = [value, count];
  }
  return best;
}

function meanOf(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return Math.floor((2 * sum + values.length) / (2 * values.length));
}

/** A mean of data must not read as nodata: one that meets it goes to the next value (it lies between two values, so that exists). */
function awayFrom(nodata: number | null, mean: number): number {
  return mean === nodata ? mean + 1 : mean;
}
