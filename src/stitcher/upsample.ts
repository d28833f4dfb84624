import type { Window } from "../geo/window.ts";
import type { Scores } from "./chip-blender.ts";
import { percent, type ResolvedRows, type Resolver } from "./resolve.ts";

/** Sizes for the upsampler: the scene in px, px per cell, cells of the lattice. */
export interface UpsamplerOptions {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly cellCols: number;
  /** Class id of each channel of the scores. */
  readonly classIds: Uint8Array;
}

/**
 * For models that answer for cells of several pixels: bilinear interpolation of the blended scores between cell centres
 * (half-pixel centres, edges repeated: torch's align_corners=False), then the class with the highest score. Working on the
 * whole blended row of chips, it leaves no seam between chips. A pixel row needs the cell rows above and below it, so the
 * last half cell of a row of chips waits for the next one.
 */
export class UpsamplingResolver implements Resolver {
  readonly #options: UpsamplerOptions;
  readonly #classes: number;
  /** Where the pixels between two cell centres lie: 0 at the left one, towards 1 at the right one. */
  readonly #fractions: Float64Array;
  /** Interleaved cell rows, [row][col][class]; the first is cell row #firstRow of the scene. */
  #cells: Float32Array = new Float32Array(0);
  #cellRows = 0;
  #firstRow = 0;
  #pixelRow = 0;

  constructor(options: UpsamplerOptions) {
    this.#options = options;
    this.#classes = options.classIds.length;
    const { stride } = options;
    this.#fractions = Float64Array.from(
      { length: stride },
      (_, i) => (i + (stride % 2 === 0 ? 0.5 : 0)) / stride,
    );
  }

  accept(scores: Scores, owned: Window, chip: { readonly width: number; readonly height: number }): void {
    const { cellCols } = this.#options;
    const classes = this.#classes;
    if (owned.col === 0) this.#append(owned.height);
    const plane = chip.width * chip.height;
    const rowLength = cellCols * classes;
    for (let row = 0; row < owned.height; row++) {
      let target = (this.#cellRows - owned.height + row) * rowLength + owned.col * classes;
      for (let col = 0; col < owned.width; col++) {
        const cell = row * chip.width + col;
        for (let k = 0; k < classes; k++) this.#cells[target++] = scores[k * plane + cell]!;
      }
    }
  }

  /** Makes room for more cell rows; of the old ones only the last is still needed. */
  #append(rows: number): void {
    const rowLength = this.#options.cellCols * this.#classes;
    const kept = Math.min(1, this.#cellRows);
    const cells = new Float32Array((kept + rows) * rowLength);
    cells.set(this.#cells.subarray((this.#cellRows - kept) * rowLength, this.#cellRows * rowLength));
    this.#firstRow += this.#cellRows - kept;
    this.#cells = cells;
    this.#cellRows = kept + rows;
  }

  endOfRow(last: boolean): ResolvedRows {
    const { width, height, stride } = this.#options;
    const end = last
      ? height
      : Math.min(height, Math.floor((this.#firstRow + this.#cellRows - 0.5) * stride));
    const rows = end - this.#pixelRow;
    const labels = new Uint8Array(rows * width);
    const confidence = new Uint8Array(rows * width);
    const blended = new Float32Array(this.#options.cellCols * this.#classes);
    for (let i = 0; i < rows; i++) {
      this.#interpolateRow(this.#pixelRow + i, blended);
      const pixels = i * width;
      this.#resolveRow(
        blended,
        labels.subarray(pixels, pixels + width),
        confidence.subarray(pixels, pixels + width),
      );
    }
    this.#pixelRow = end;
    return { rows, labels, confidence };
  }

  /** The scores of a pixel row at the cell columns, into `blended`. */
  #interpolateRow(pixelRow: number, blended: Float32Array): void {
    const position = (pixelRow + 0.5) / this.#options.stride - 0.5 - this.#firstRow;
    const upper = Math.max(0, Math.floor(position));
    const lower = Math.min(this.#cellRows - 1, Math.floor(position) + 1);
    const fraction = position - Math.floor(position);
    const a = upper * blended.length;
    const b = lower * blended.length;
    for (let i = 0; i < blended.length; i++) {
      const above = this.#cells[a + i]!;
      blended[i] = above + (this.#cells[b + i]! - above) * fraction;
    }
  }

  /**
   * Labels and confidence of a pixel row from its scores at the cell columns. Between two columns scores are linear: a class
   * that wins at both wins everywhere between them, and only its own score has to be interpolated.
   */
  #resolveRow(cells: Float32Array, labels: Uint8Array, confidence: Uint8Array): void {
    const { width, stride, cellCols, classIds } = this.#options;
    const classes = this.#classes;
    const fractions = this.#fractions;
    let left = 0;
    let leftBest = bestClass(cells, 0, classes);
    let start = 0;
    for (let col = 0; start < width; col++) {
      const right = Math.min(col, cellCols - 1) * classes;
      const rightBest = bestClass(cells, right, classes);
      const end = Math.min(width, Math.floor((col + 0.5) * stride));
      for (let pixel = start; pixel < end; pixel++) {
        const fraction = fractions[pixel - start]!;
        const best = leftBest === rightBest ? leftBest : bestBetween(cells, left, right, fraction, classes);
        const score = cells[left + best]!;
        labels[pixel] = classIds[best]!;
        confidence[pixel] = percent(score + (cells[right + best]! - score) * fraction);
      }
      left = right;
      leftBest = rightBest;
      start = end;
    }
  }
}

function bestClass(cells: Float32Array, cell: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) if (cells[cell + k]! > cells[cell + best]!) best = k;
  return best;
}

function bestBetween(
  cells: Float32Array,
  left: number,
  right: number,
  fraction: number,
  classes: number,
): number {
  let best = 0;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) {
    const score = cells[left + k]! + (cells[right + k]! - cells[left + k]!) * fraction;
    if (score > bestScore) {
      best = k;
      bestScore = score;
    }
  }
  return best;
}
