import type { Window } from "../geo/window.ts";
import { type RasterBlock, type SampleArray, sampleArray } from "./raster-block.ts";
import { type BoxAxis, boxAxis } from "./resample-plan.ts";
import type { Scene } from "./scene.ts";

/** A level of a scene seen on a coarser grid: `scaleX` x `scaleY` of its pixels (1 or more) are one target pixel. */
export interface LevelScale {
  readonly level: number;
  readonly width: number;
  readonly height: number;
  readonly scaleX: number;
  readonly scaleY: number;
}

/** Source pixels are read in pieces of about this many bytes. */
const PIECE_BYTES = 32 * 1024 * 1024;
/** Rounding of the shares may not turn a half into less than a half. */
const HALF = 0.5 - 1e-9;

/**
 * Area-weighted mean of the level's valid pixels under each pixel of a target window. A target pixel is valid when at least
 * half of the area that it covers (inside the scene) is. The answer does not depend on how windows are cut.
 */
export async function averageWindow(
  scene: Scene,
  from: LevelScale,
  target: Window,
  bands: readonly number[],
): Promise<RasterBlock> {
  const x = boxAxis(from.scaleX, from.width, { start: target.col, count: target.width });
  const y = boxAxis(from.scaleY, from.height, { start: target.row, count: target.height });
  const sums = new ColumnSums(x, bands.length);
  const out = new AveragedBlock(scene, target, bands.length);
  let row = 0;
  for (const piece of rowPieces(scene, x, y, bands.length)) {
    const block = await scene.read(piece, { bands, level: from.level });
    for (let sourceRow = piece.row; sourceRow < piece.row + piece.height; sourceRow++) {
      while (row < target.height && sourceRow >= y.first[row]!) {
        sums.add(block, sourceRow - piece.row, shareOf(y, row, sourceRow));
        if (sourceRow < y.first[row]! + y.count[row]! - 1) break;
        out.finishRow(row++, sums, x);
        sums.clear();
      }
    }
  }
  return out.block();
}

function shareOf({ first, count, firstShare, lastShare }: BoxAxis, i: number, source: number): number {
  if (source === first[i]) return firstShare[i]!;
  return source === first[i]! + count[i]! - 1 ? lastShare[i]! : 1;
}

/** The source rows of a target window in pieces that begin and end with the file's blocks where they can. */
function* rowPieces({ storage }: Scene, x: BoxAxis, y: BoxAxis, bands: number): Generator<Window> {
  const lastCol = x.first.length - 1;
  const col = x.first[0]!;
  const width = x.first[lastCol]! + x.count[lastCol]! - col;
  const lastRow = y.first.length - 1;
  const end = y.first[lastRow]! + y.count[lastRow]!;
  const limit = Math.max(1, Math.floor(PIECE_BYTES / (width * bands * 4)));
  const step = limit > storage.blockHeight ? limit - (limit % storage.blockHeight) : limit;
  for (let row = y.first[0]!; row < end; ) {
    const next = Math.min(end, row - (row % step) + step);
    yield { col, row, width, height: next - row };
    row = next;
  }
}

/** Sums down the source columns under one row of target pixels. */
class ColumnSums {
  readonly bands: number;
  /** Per source column and band: valid samples times the share of their row. */
  readonly values: Float64Array;
  /** Per source column: shares of the rows in which it is valid. */
  readonly valid: Float64Array;
  /** Shares of all rows. */
  height = 0;

  constructor({ first, count }: BoxAxis, bands: number) {
    const last = first.length - 1;
    const columns = first[last]! + count[last]! - first[0]!;
    this.bands = bands;
    this.values = new Float64Array(columns * bands);
    this.valid = new Float64Array(columns);
  }

  /** Adds a row of a block with a share of its height. */
  add({ data, mask }: RasterBlock, row: number, share: number): void {
    const columns = this.valid.length;
    this.height += share;
    if (mask === null) {
      addTimes(this.values, data, row * columns * this.bands, share);
      for (let i = 0; i < columns; i++) this.valid[i] = this.valid[i]! + share;
    } else this.#addMasked(data, mask, row * columns, share);
  }

  /** Pixels without data are left out, not multiplied by 0: theirs may be NaN. */
  #addMasked(data: SampleArray, mask: Uint8Array, start: number, share: number): void {
    const { values, valid, bands } = this;
    for (let i = 0; i < valid.length; i++) {
      if (mask[start + i] === 0) continue;
      valid[i] = valid[i]! + share;
      for (let at = i * bands, from = (start + i) * bands; at < (i + 1) * bands; at++, from++)
        values[at] = values[at]! + share * data[from]!;
    }
  }

  clear(): void {
    this.values.fill(0);
    this.valid.fill(0);
    this.height = 0;
  }
}

function addTimes(sums: Float64Array, data: SampleArray, start: number, share: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + share * data[start + i]!;
}

/** Sum of every `step`-th value, the first and the last of `count` by their shares. */
function spanSum(values: Float64Array, at: number, step: number, { count, first, last }: Span): number {
  let sum = first * values[at]!;
  if (count === 1) return sum;
  const end = at + (count - 1) * step;
  for (let i = at + step; i < end; i += step) sum += values[i]!;
  return sum + last * values[end]!;
}

/** Source columns under one target pixel: how many, and the shares of the outer two. */
interface Span {
  count: number;
  first: number;
  last: number;
}

/** The target pixels as they are finished. */
class AveragedBlock {
  readonly #window: Window;
  readonly #data: SampleArray;
  readonly #mask: Uint8Array;
  readonly #whole: boolean;
  readonly #fill: number;

  constructor({ sampleType, nodata }: Scene, window: Window, bands: number) {
    this.#window = window;
    this.#data = sampleArray(sampleType, window.width * window.height * bands);
    this.#mask = new Uint8Array(window.width * window.height);
    this.#whole = !sampleType.startsWith("float");
    this.#fill = nodata ?? 0;
  }

  /** Divides the sums under a row of target pixels by their valid area. */
  finishRow(row: number, { values, valid, height, bands }: ColumnSums, x: BoxAxis): void {
    const span: Span = { count: 0, first: 0, last: 0 };
    for (let i = 0; i < this.#window.width; i++) {
      const pixel = row * this.#window.width + i;
      const column = x.first[i]! - x.first[0]!;
      span.count = x.count[i]!;
      span.first = x.firstShare[i]!;
      span.last = x.lastShare[i]!;
      const area = (span.first + Math.max(0, span.count - 2) + span.last) * height;
      const validArea = spanSum(valid, column, 1, span);
      const isValid = validArea > 0 && validArea >= HALF * area;
      this.#mask[pixel] = isValid ? 1 : 0;
      for (let band = 0; band < bands; band++)
        this.#data[pixel * bands + band] = isValid
          ? rounded(spanSum(values, column * bands + band, bands, span) / validArea, this.#whole)
          : this.#fill;
    }
  }

  block(): RasterBlock {
    const { width, height } = this.#window;
    const mask = this.#mask.includes(0) ? this.#mask : null;
    return { window: this.#window, bands: this.#data.length / (width * height), data: this.#data, mask };
  }
}

/** Sample values of whole-number types are rounded, halves up. */
export function rounded(value: number, whole: boolean): number {
  return whole ? Math.floor(value + 0.5) : value;
}
