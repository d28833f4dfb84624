import type { Window } from "../geo/window.ts";
import type { Scores } from "./chip-blender.ts";
import { Contest } from "./contest.ts";
import { PixelRows } from "./pixel-rows.ts";
import {
  type ChipCells,
  type ResolvedRows,
  type Resolver,
  type ResolverState,
  RowBuffers,
} from "./resolve.ts";

/** Sizes for the upsampler: the scene in px, px per cell, cells of the lattice. */
export interface UpsamplerOptions {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly cellCols: number;
  /** Class id of each channel of the scores. */
  readonly classIds: Uint8Array;
}

/** The pixel rows between two rows of cell centres. */
interface Band {
  /** First cells of the rows above and below. */
  readonly upper: number;
  readonly lower: number;
  /** Of pixels. */
  readonly rows: number;
}

/**
 * For models that answer for cells of several pixels: bilinear interpolation of the blended scores between cell centres
 * (half-pixel centres, edges repeated: torch's align_corners=False), then the class with the highest score. Working on the
 * whole blended row of chips, it leaves no seam between chips. A pixel row needs the cell rows above and below it, so the
 * last half cell of a row of chips waits for the next one. Where four neighbouring cells agree on the winner it wins
 * everywhere between them, and only its own score has to be interpolated; elsewhere there is a Contest.
 */
export class UpsamplingResolver implements Resolver {
  readonly #options: UpsamplerOptions;
  readonly #classes: number;
  /** Where the pixels between two cell centres lie: 0 at the first one, towards 1 at the second. */
  readonly #fractions: Float64Array;
  readonly #buffers: RowBuffers;
  /** Interleaved cell rows, [row][col][class]; the first is cell row #firstRow of the scene. */
  #cells: Float32Array = new Float32Array(0);
  /** The winning class of each of these cells. */
  #winners: Uint8Array = new Uint8Array(0);
  readonly #pixels: PixelRows;
  readonly #contested: Contest;
  #cellRows = 0;
  #firstRow = 0;
  #pixelRow = 0;

  constructor(options: UpsamplerOptions) {
    this.#options = options;
    this.#classes = options.classIds.length;
    this.#buffers = new RowBuffers(options.width);
    const { stride } = options;
    this.#fractions = Float64Array.from(
      { length: stride },
      (_, i) => (i + (stride % 2 === 0 ? 0.5 : 0)) / stride,
    );
    this.#pixels = new PixelRows(options.width, { stride, centre: stride >> 1 });
    this.#contested = new Contest(options.classIds, this.#fractions, this.#pixels);
  }

  state(): ResolverState {
    const { cellCols } = this.#options;
    const [start, end] = [(this.#cellRows - 1) * cellCols, this.#cellRows * cellCols];
    return {
      cells: this.#cells.subarray(start * this.#classes, end * this.#classes),
      winners: this.#winners.subarray(start, end),
      cellRow: this.#firstRow + this.#cellRows - 1,
      pixelRow: this.#pixelRow,
    };
  }

  resume({ cells, winners, cellRow, pixelRow }: ResolverState): void {
    this.#cells = cells;
    this.#winners = winners;
    this.#cellRows = 1;
    this.#firstRow = cellRow;
    this.#pixelRow = pixelRow;
  }

  accept(scores: Scores, owned: Window, chip: ChipCells): void {
    const { cellCols } = this.#options;
    const classes = this.#classes;
    if (owned.col === 0) this.#append(owned.height);
    const plane = chip.width * chip.height;
    const cells = this.#cells;
    const winners = this.#winners;
    for (let row = 0; row < owned.height; row++) {
      let target = (this.#cellRows - owned.height + row) * cellCols + owned.col;
      for (let col = 0; col < owned.width; col++, target++) {
        const cell = row * chip.width + col;
        let best = 0;
        let bestScore = Number.NEGATIVE_INFINITY;
        for (let k = 0; k < classes; k++) {
          const score = scores[k * plane + cell]!;
          cells[target * classes + k] = score;
          if (score > bestScore) {
            best = k;
            bestScore = score;
          }
        }
        winners[target] = best;
      }
    }
  }

  /** Makes room for more cell rows; of the old ones only the last is still needed. */
  #append(rows: number): void {
    const { cellCols } = this.#options;
    const kept = Math.min(1, this.#cellRows);
    const length = (kept + rows) * cellCols;
    const from = (this.#cellRows - kept) * cellCols;
    const [cells, winners] = [this.#cells, this.#winners];
    if (winners.length < length) {
      this.#cells = new Float32Array(length * this.#classes);
      this.#winners = new Uint8Array(length);
    }
    const end = this.#cellRows * cellCols;
    this.#cells.set(cells.subarray(from * this.#classes, end * this.#classes));
    this.#winners.set(winners.subarray(from, end));
    this.#firstRow += this.#cellRows - kept;
    this.#cellRows = kept + rows;
  }

  endOfRow(last: boolean): ResolvedRows {
    const { height, stride } = this.#options;
    const centre = stride >> 1;
    const end = last ? height : Math.min(height, (this.#firstRow + this.#cellRows - 1) * stride + centre);
    const resolved = this.#buffers.take(Math.max(0, end - this.#pixelRow));
    for (let row = 0; this.#pixelRow < end; row = resolved.rows - (end - this.#pixelRow)) {
      const gap = Math.floor((this.#pixelRow - centre) / stride);
      const bandEnd = Math.min(end, (gap + 1) * stride + centre);
      const rows = bandEnd - this.#pixelRow;
      this.#resolveBand(this.#bandAt(gap, rows));
      this.#pixels.copyTo(resolved, row, rows);
      this.#pixelRow = bandEnd;
    }
    return resolved;
  }

  #bandAt(gap: number, rows: number): Band {
    const { cellCols } = this.#options;
    const cellRow = (at: number): number => Math.max(0, Math.min(this.#cellRows - 1, at - this.#firstRow));
    return { upper: cellRow(gap) * cellCols, lower: cellRow(gap + 1) * cellCols, rows };
  }

  #resolveBand(band: Band): void {
    const { width, stride, cellCols } = this.#options;
    const winners = this.#winners;
    const { upper, lower } = band;
    const centre = stride >> 1;
    for (let right = 0, start = 0, left = 0; start < width; right++) {
      const to = Math.min(right, cellCols - 1);
      const end = Math.min(width, right * stride + centre);
      const best = winners[upper + left]!;
      if (best === winners[upper + to] && best === winners[lower + left] && best === winners[lower + to])
        this.#fill(band, left, to, start, end, best);
      else this.#contest(band, left, to, start, end);
      left = to;
      start = end;
    }
  }

  /** Pixels between four cells that agree on the winner. */
  #fill(
    { upper, lower, rows }: Band,
    left: number,
    right: number,
    start: number,
    end: number,
    best: number,
  ): void {
    const cells = this.#cells;
    const pixels = this.#pixels;
    const fractions = this.#fractions;
    const classes = this.#classes;
    const across = fractions[0]!;
    const share = 1 / fractions.length;
    const id = this.#options.classIds[best]!;
    const a = cells[(upper + left) * classes + best]!;
    const b = cells[(upper + right) * classes + best]!;
    const down = cells[(lower + left) * classes + best]! - a;
    const otherDown = cells[(lower + right) * classes + best]! - b;
    for (let row = 0; row < rows; row++) {
      const first = a + down * fractions[row]!;
      const slope = b + otherDown * fractions[row]! - first;
      pixels.fill(pixels.at(row, start), pixels.at(row, end), id, first + slope * across, slope * share);
    }
  }

  /** Pixels between four cells of different winners: the first one's, and one other. */
  #contest({ upper, lower, rows }: Band, left: number, right: number, start: number, end: number): void {
    const winners = this.#winners;
    const classes = this.#classes;
    const one = winners[upper + left]!;
    const across = winners[upper + right]!;
    const down = winners[lower + left]!;
    const other = across !== one ? across : down !== one ? down : winners[lower + right]!;
    const corners = {
      upperLeft: (upper + left) * classes,
      upperRight: (upper + right) * classes,
      lowerLeft: (lower + left) * classes,
      lowerRight: (lower + right) * classes,
    };
    this.#contested.resolve(this.#cells, corners, one, other, rows, start, end);
  }
}
