import type { Window } from "../geo/window.ts";
import { createKernels, type Kernels } from "../kernels/kernels.ts";
import type { Scores } from "./chip-blender.ts";
import type { ChipCells, ResolvedRows, Resolver, ResolverState } from "./resolve.ts";

/** Sizes for the upsampler: the scene in px, px per cell, columns of the lattice, and the most rows of cells that a chip has. */
export interface UpsamplerOptions {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly cellCols: number;
  readonly chipRows: number;
  /** Class id of each channel of the scores. */
  readonly classIds: Uint8Array;
}

/** What lies in the kernels' memory (see assembly/interpolate.ts). */
type Arrays = "ids" | "across" | "cells" | "ranks" | "gaps" | "mixed" | "labels" | "confidence";

const FLOAT = 4;

/**
 * For models that answer for cells of several pixels: bilinear interpolation of the blended scores between cell centres
 * (half-pixel centres, edges repeated: torch's align_corners=False), then the class with the highest score. Working on the
 * whole blended row of chips, it leaves no seam between chips. A pixel row needs the cell rows above and below it, so the
 * last half cell of a row of chips waits for the next one. Where four neighbouring cells agree on the winner it wins
 * everywhere between them, and only its own score has to be interpolated.
 */
export class UpsamplingResolver implements Resolver {
  readonly #options: UpsamplerOptions;
  readonly #classes: number;
  /** Where the pixels between two cell centres lie: 0 at the first one, towards 1 at the second. */
  readonly #fractions: readonly number[];
  /** From one row of cells to the next, in cells: a multiple of four, the kernels' step. */
  readonly #pitch: number;
  /** Rows of cells that there is room for. */
  readonly #room: number;
  readonly #kernels: Kernels<Arrays>;
  /** Scores, [class][row][col]; the first row is #firstRow of the scene, and #cellRows of them are filled. */
  readonly #cells: Float32Array;
  #cellRows = 0;
  #firstRow = 0;
  /** Rows of cells whose winners are known. */
  #ranked = 0;
  #pixelRow = 0;

  constructor(options: UpsamplerOptions) {
    const { width, height, stride, cellCols, chipRows, classIds } = options;
    this.#options = options;
    this.#classes = classIds.length;
    this.#pitch = 4 * Math.ceil(cellCols / 4);
    this.#room = chipRows + 1;
    const rows = Math.min(height, this.#room * stride);
    this.#kernels = createKernels({
      ids: this.#classes,
      across: FLOAT * (stride + 3),
      cells: FLOAT * this.#classes * this.#room * this.#pitch,
      ranks: this.#room * this.#pitch,
      gaps: cellCols + 1,
      mixed: FLOAT * this.#classes * this.#pitch,
      labels: rows * width + stride,
      confidence: rows * width + stride,
    });
    const { run, at, bytes } = this.#kernels;
    bytes.ids.set(classIds);
    run.setClasses(at.ids, this.#classes);
    this.#fractions = Array.from({ length: stride }, (_, i) => (i + (stride % 2 === 0 ? 0.5 : 0)) / stride);
    new Float32Array(bytes.across.buffer, at.across, stride).set(this.#fractions);
    this.#cells = new Float32Array(bytes.cells.buffer, at.cells, bytes.cells.length / FLOAT);
  }

  state(): ResolverState {
    const { cellCols } = this.#options;
    const cells = new Float32Array(this.#classes * cellCols);
    for (let k = 0; k < this.#classes; k++) {
      const from = this.#place(k, this.#cellRows - 1);
      cells.set(this.#cells.subarray(from, from + cellCols), k * cellCols);
    }
    return { cells, cellRow: this.#firstRow + this.#cellRows - 1, pixelRow: this.#pixelRow };
  }

  resume({ cells, cellRow, pixelRow }: ResolverState): void {
    const { cellCols } = this.#options;
    for (let k = 0; k < this.#classes; k++)
      this.#cells.set(cells.subarray(k * cellCols, (k + 1) * cellCols), this.#place(k, 0));
    this.#cellRows = 1;
    this.#firstRow = cellRow;
    this.#pixelRow = pixelRow;
  }

  /** Where a row of a class's cells begins in #cells. */
  #place(k: number, row: number): number {
    return (k * this.#room + row) * this.#pitch;
  }

  accept(scores: Scores, owned: Window, chip: ChipCells): void {
    if (owned.col === 0) this.#append(owned.height);
    const first = this.#cellRows - owned.height;
    for (let k = 0; k < this.#classes; k++)
      for (let row = 0; row < owned.height; row++) {
        const from = (k * chip.height + row) * chip.width;
        this.#cells.set(scores.subarray(from, from + owned.width), this.#place(k, first + row) + owned.col);
      }
  }

  /** Makes room for more rows of cells; of the old ones only the last is still needed. */
  #append(rows: number): void {
    const kept = Math.min(1, this.#cellRows);
    const dropped = this.#cellRows - kept;
    if (dropped > 0) {
      for (let k = 0; k < this.#classes; k++) {
        const from = this.#place(k, dropped);
        this.#cells.copyWithin(this.#place(k, 0), from, from + this.#pitch);
      }
      this.#kernels.bytes.ranks.copyWithin(0, dropped * this.#pitch, this.#cellRows * this.#pitch);
    }
    this.#firstRow += dropped;
    this.#ranked = Math.min(kept, this.#ranked);
    this.#cellRows = kept + rows;
  }

  endOfRow(last: boolean): ResolvedRows {
    const { width, height, stride } = this.#options;
    const centre = stride >> 1;
    const end = last ? height : Math.min(height, (this.#firstRow + this.#cellRows - 1) * stride + centre);
    const start = this.#pixelRow;
    this.#rank();
    while (this.#pixelRow < end) {
      const gap = Math.floor((this.#pixelRow - centre) / stride);
      const bandEnd = Math.min(end, (gap + 1) * stride + centre);
      this.#resolveBand(gap, this.#pixelRow - start, bandEnd - this.#pixelRow);
      this.#pixelRow = bandEnd;
    }
    const rows = Math.max(0, end - start);
    const { labels, confidence } = this.#kernels.bytes;
    return {
      rows,
      labels: labels.subarray(0, rows * width),
      confidence: confidence.subarray(0, rows * width),
    };
  }

  /** Finds the winners of the cells that have come. */
  #rank(): void {
    const { run, at } = this.#kernels;
    const cells = (this.#cellRows - this.#ranked) * this.#pitch;
    const from = at.cells + FLOAT * this.#place(0, this.#ranked);
    run.rankCells(from, this.#planeBytes, this.#classes, cells, at.ranks + this.#ranked * this.#pitch);
    this.#ranked = this.#cellRows;
  }

  get #planeBytes(): number {
    return FLOAT * this.#room * this.#pitch;
  }

  /** Resolves pixel rows between the cell rows `gap` and `gap` + 1 into the strip, from its row `to` on. */
  #resolveBand(gap: number, to: number, rows: number): void {
    const { width, stride, cellCols } = this.#options;
    const { run, at } = this.#kernels;
    const cellRow = (row: number): number => Math.max(0, Math.min(this.#cellRows - 1, row - this.#firstRow));
    const [upper, lower] = [cellRow(gap) * this.#pitch, cellRow(gap + 1) * this.#pitch];
    const classes = this.#classes;
    const mixedPlane = FLOAT * this.#pitch;
    run.findAgreements(at.ranks + upper, at.ranks + lower, cellCols, at.gaps);
    for (let row = 0; row < rows; row++) {
      const [above, below] = [at.cells + FLOAT * upper, at.cells + FLOAT * lower];
      const down = this.#fractions[row]!;
      run.mixRows(above, below, this.#planeBytes, classes, cellCols, down, at.mixed, mixedPlane);
      const out = (to + row) * width;
      const [labels, confidence] = [at.labels + out, at.confidence + out];
      run.interpolateRow(
        at.mixed,
        mixedPlane,
        classes,
        cellCols,
        at.gaps,
        at.across,
        stride,
        width,
        labels,
        confidence,
      );
    }
  }
}
