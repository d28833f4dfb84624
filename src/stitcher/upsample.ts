import type { CpuThreads } from "../cpu-threads.ts";
import type { Window } from "../geo/window.ts";
import type { Scores } from "./chip-blender.ts";
import {
  type ChipCells,
  type ResolvedRows,
  type Resolver,
  type ResolverState,
  RowBuffers,
} from "./resolve.ts";
import { type ColumnsTask, resolveColumns } from "./resolve-columns.ts";

/** Sizes for the upsampler: the scene in px, px per cell, columns of the lattice, and the most rows of cells that a chip has. */
export interface UpsamplerOptions {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly cellCols: number;
  readonly chipRows: number;
  /** Class id of each channel of the scores. */
  readonly classIds: Uint8Array;
  /** Threads that know resolveColumns; null for this one. */
  readonly threads: CpuThreads | null;
}

/** Columns of cells that are resolved together at most: their scores stay in a processor's cache. */
const COLUMNS = 1024;

/**
 * For models that answer for cells of several pixels: keeps the blended scores of a row of chips and finds the pixels between them
 * (see resolveColumns). Working on the whole row, it leaves no seam between chips. A pixel row needs the cell rows above and below it, so
 * the last half cell of a row of chips waits for the next one.
 */
export class UpsamplingResolver implements Resolver {
  readonly #options: UpsamplerOptions;
  readonly #classes: number;
  /** Rows of cells that there is room for. */
  readonly #room: number;
  /** Scores, [class][row][col]; the first row is #firstRow of the scene, and #cellRows of them are filled. */
  readonly #cells: Float32Array;
  readonly #buffers: RowBuffers;
  #cellRows = 0;
  #firstRow = 0;
  #pixelRow = 0;

  constructor(options: UpsamplerOptions) {
    const { width, cellCols, chipRows, classIds, threads } = options;
    this.#options = options;
    this.#classes = classIds.length;
    this.#room = chipRows + 1;
    const bytes = Float32Array.BYTES_PER_ELEMENT * this.#classes * this.#room * cellCols;
    this.#cells = new Float32Array(threads === null ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes));
    this.#buffers = new RowBuffers(width, threads !== null);
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
    return (k * this.#room + row) * this.#options.cellCols;
  }

  accept(scores: Scores, owned: Window, chip: ChipCells): void {
    if (owned.col === 0) this.#append(owned.height);
    const first = this.#cellRows - owned.height;
    for (let k = 0; k < this.#classes; k++)
      for (let row = 0; row < owned.height; row++) {
        const from = (k * chip.height + row) * chip.width;
        copyCells(scores, from, owned.width, this.#cells, this.#place(k, first + row) + owned.col);
      }
  }

  /** Makes room for more rows of cells; of the old ones only the last is still needed. */
  #append(rows: number): void {
    const kept = Math.min(1, this.#cellRows);
    const dropped = this.#cellRows - kept;
    if (dropped > 0)
      for (let k = 0; k < this.#classes; k++) {
        const from = this.#place(k, dropped);
        this.#cells.copyWithin(this.#place(k, 0), from, from + this.#options.cellCols);
      }
    this.#firstRow += dropped;
    this.#cellRows = kept + rows;
  }

  async endOfRow(last: boolean): Promise<ResolvedRows> {
    const { width, height, stride, threads } = this.#options;
    const cols = Math.ceil(width / stride); // of those beyond, padding alone is seen
    const share = Math.min(COLUMNS, Math.ceil(cols / (threads?.count ?? 1)));
    const next = (this.#firstRow + this.#cellRows - 1) * stride + (stride >> 1);
    const rows = {
      from: this.#pixelRow,
      to: last ? height : Math.max(this.#pixelRow, Math.min(height, next)),
    };
    const resolved = this.#buffers.take(rows.to - rows.from);
    const tasks: ColumnsTask[] = [];
    for (let from = 0; from < cols; from += share)
      tasks.push(this.#task(resolved, rows, { from, to: Math.min(cols, from + share) }));
    if (threads === null) tasks.forEach(resolveColumns);
    else await Promise.all(tasks.map((task) => threads.run("resolveColumns", task)));
    this.#pixelRow = rows.to;
    return resolved;
  }

  #task(
    { labels, confidence }: ResolvedRows,
    rows: ColumnsTask["rows"],
    columns: ColumnsTask["columns"],
  ): ColumnsTask {
    const { width, stride, cellCols, classIds } = this.#options;
    const [cells, room, firstRow, cellRows] = [this.#cells, this.#room, this.#firstRow, this.#cellRows];
    const held = { cells, room, cellCols, firstRow, cellRows };
    return { ...held, stride, width, rows, columns, classIds, labels, confidence };
  }
}

/** set() takes memory that threads share byte by byte where the two are not equally aligned, and rows of a chip are short. */
function copyCells(
  source: Float32Array,
  from: number,
  count: number,
  target: Float32Array,
  to: number,
): void {
  for (let i = 0; i < count; i++) target[to + i] = source[from + i]!;
}
