import type { Samples, Strip } from "./strip.ts";

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
 * Halves the rows of a strip, or some of its columns (`from` even), into `target` (halfOf(rows) · halfOf(width) · bands samples) and, when both have one, its mask.
 * A pixel of the result is data when at least half of its pixels are; it is then the mode of the valid ones (ties to the lowest
 * value) or their mean (half up), else nodata (0 where there is none). A cell cut by the edge counts its own pixels only: it is
 * read as if the edge were doubled, which changes neither mode, mean nor share.
 */
export function halveStrip(
  source: Strip,
  options: HalvingOptions,
  target: Strip,
  { from, to }: { readonly from: number; readonly to: number } = { from: 0, to: options.width },
): void {
  const { width, bands, method, nodata } = options;
  const cell: CellRule = { bands, nodata, average: method === "average" };
  for (let row = 0, out = from / 2; row < source.rows; row += 2, out += halfOf(width)) {
    const rows: RowPair = {
      top: row * width + from,
      bottom: Math.min(row + 1, source.rows - 1) * width + from,
      width: to - from,
      out,
    };
    for (let band = 0; band < bands; band++)
      if (source.mask === null && cell.average) averageRows(source.data, rows, band, cell, target.data);
      else halveAnyRows(source.data, source.mask, rows, band, cell, target.data);
    if (source.mask !== null && target.mask !== null) halveMask(source.mask, rows, target.mask);
  }
}

interface CellRule {
  readonly bands: number;
  readonly nodata: number | null;
  readonly average: boolean;
}

/** Two rows of `width` pixels and the row made of them, by the position of their first pixel. */
interface RowPair {
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly out: number;
}

/** Means of one band of two rows; nothing is called where all four samples are data and their mean is not the nodata value. */
function averageRows(data: Samples, rows: RowPair, band: number, rule: CellRule, target: Samples): void {
  const { bands } = rule;
  const nodata = rule.nodata ?? Number.NaN;
  const end = (rows.top + rows.width - 1) * bands + band;
  let to = rows.out * bands + band;
  let i = rows.top * bands + band;
  let j = rows.bottom * bands + band;
  for (; i < end; i += 2 * bands, j += 2 * bands, to += bands) {
    const a = data[i]!;
    const b = data[i + bands]!;
    const c = data[j]!;
    const d = data[j + bands]!;
    const mean = (a + b + c + d + 2) >> 2;
    const plain = a !== nodata && b !== nodata && c !== nodata && d !== nodata && mean !== nodata;
    target[to] = plain ? mean : ofValid([a, b, c, d], rule.nodata, true);
  }
  if (i === end) target[to] = ofValid([data[i]!, data[i]!, data[j]!, data[j]!], rule.nodata, true);
}

/** Either, where a sample counts only when the mask, if there is one, says so. */
function halveAnyRows(
  data: Samples,
  mask: Uint8Array | null,
  { top, bottom, width, out }: RowPair,
  band: number,
  { bands, nodata, average }: CellRule,
  target: Samples,
): void {
  for (let col = 0, to = out * bands + band; col < width; col += 2, to += bands) {
    const right = col + 1 < width ? col + 1 : col;
    const pixels = [top + col, top + right, bottom + col, bottom + right];
    const samples = pixels.map((pixel) => data[pixel * bands + band]!);
    const valid = samples.filter((_, index) => mask === null || mask[pixels[index]!] !== 0);
    target[to] = ofValid(valid, nodata, average);
  }
}

function halveMask(mask: Uint8Array, { top, bottom, width, out }: RowPair, target: Uint8Array): void {
  for (let col = 0, to = out; col < width; col += 2, to++) {
    const right = col + 1 < width ? col + 1 : col;
    const valid =
      Number(mask[top + col] !== 0) +
      Number(mask[top + right] !== 0) +
      Number(mask[bottom + col] !== 0) +
      Number(mask[bottom + right] !== 0);
    target[to] = valid >= 2 ? 1 : 0;
  }
}

/** The commonest of four values, the lowest among equals. */
function modeOfFour(a: number, b: number, c: number, d: number): number {
  if (a === b) return c === d ? Math.min(a, c) : a;
  if (c === d) return c;
  if (a === c || a === d) return b === c || b === d ? Math.min(a, b) : a;
  if (b === c || b === d) return b;
  return Math.min(a, b, c, d);
}

/** One value for the samples of a cell that the mask lets through; nodata (or 0) when fewer than two of them are data. */
function ofValid(values: readonly number[], nodata: number | null, average: boolean): number {
  const valid = values.filter((value) => value !== nodata);
  const [a, b, c, d] = valid;
  if (a === undefined || b === undefined) return nodata ?? 0;
  if (average) return awayFrom(nodata, meanOf(valid));
  if (c === undefined) return Math.min(a, b);
  return d === undefined ? modeOfThree(a, b, c) : modeOfFour(a, b, c, d);
}

function modeOfThree(a: number, b: number, c: number): number {
  if (a === b || a === c) return a;
  return b === c ? b : Math.min(a, b, c);
}

function meanOf(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return Math.floor((2 * sum + values.length) / (2 * values.length));
}

/** A mean of data must not read as nodata: one that meets it goes to the next value, which is no further than the highest one. */
function awayFrom(nodata: number | null, mean: number): number {
  return mean === nodata ? mean + 1 : mean;
}
