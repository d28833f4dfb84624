import { copyBytes } from "../copy-bytes.ts";
import { keptKernels } from "../kernels/kept-kernels.ts";
import type { Kernels } from "../kernels/kernels.ts";

/** Rows of cells, and which of the pixels between them are to be found. */
export interface ColumnsTask {
  /** Scores, [class][room][cellCols]: each class has room for so many rows of the scene's cells. */
  readonly cells: Float32Array;
  readonly room: number;
  readonly cellCols: number;
  /** The first row that `cells` holds, and how many it holds. */
  readonly firstRow: number;
  readonly cellRows: number;
  /** Px per cell, per side, and width of the scene (px). */
  readonly stride: number;
  readonly width: number;
  /** Rows of pixels, `from` up to `to`, and columns of cells whose pixels these are. */
  readonly rows: Range;
  readonly columns: Range;
  /** Class id of each class. */
  readonly classIds: Uint8Array;
  /** What is found, [rows][width]: class ids, and their scores in percent. */
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

type Memory = Kernels<"ids" | "across" | "cells" | "ranks" | "gaps" | "mixed" | "labels" | "confidence">;

const FLOAT = 4;
const kernelsFor = keptKernels<keyof Memory["at"]>();

/**
 * Finds pixels by bilinear interpolation of the scores between cell centres (half-pixel centres, edges repeated: torch's
 * align_corners=False): the class with the highest score, the first of equals. Where four neighbouring cells agree on the winner it wins
 * everywhere between them, and only its own score has to be interpolated. A pixel has the same answer in whatever columns it is found.
 */
export function resolveColumns(task: ColumnsTask): void {
  const { stride, width, rows, columns, cellRows, firstRow } = task;
  const part = partOf(task);
  const { run, at, bytes } = part.memory;
  const { classes, count, plane, mixedPlane } = part;
  const centre = stride >> 1;
  const skipped = (columns.from - part.left) * stride;
  const end = Math.min(width, columns.to * stride) - part.left * stride;
  const rowOf = (row: number): number => Math.max(0, Math.min(cellRows - 1, row - firstRow)) * part.pitch;
  let gap = Number.NaN;
  let [upper, lower] = [0, 0];
  for (let row = rows.from; row < rows.to; row++) {
    const above = Math.floor((row - centre) / stride);
    if (above !== gap) {
      [gap, upper, lower] = [above, rowOf(above), rowOf(above + 1)];
      run.findAgreements(at.ranks + upper, at.ranks + lower, count, at.gaps);
    }
    const down = fractionOf(row - centre - gap * stride, stride);
    const [first, second] = [at.cells + FLOAT * upper, at.cells + FLOAT * lower];
    run.mixRows(first, second, plane, classes, count, down, at.mixed, mixedPlane);
    run.interpolateRow(
      at.mixed,
      mixedPlane,
      classes,
      count,
      at.gaps,
      at.across,
      stride,
      end,
      at.labels,
      at.confidence,
    );
    const to = (row - rows.from) * width + columns.from * stride;
    copyBytes(task.labels, to, bytes.labels.subarray(skipped, end));
    copyBytes(task.confidence, to, bytes.confidence.subarray(skipped, end));
  }
}

/** Where the i-th pixel between two cell centres lies: 0 at the first one, towards 1 at the second. */
function fractionOf(i: number, stride: number): number {
  return (i + (stride % 2 === 0 ? 0.5 : 0)) / stride;
}

/** Cells in the kernels' memory: the columns and one at either side, ranked. */
interface Part {
  readonly memory: Memory;
  readonly classes: number;
  /** The first column, how many, and from one row to the next, a multiple of four: the kernels' step. */
  readonly left: number;
  readonly count: number;
  readonly pitch: number;
  /** From one class to the next (bytes): of all rows, and of a mixed one. */
  readonly plane: number;
  readonly mixedPlane: number;
}

function partOf(task: ColumnsTask): Part {
  const { classIds, columns, cellCols, cellRows, stride } = task;
  const classes = classIds.length;
  const left = Math.max(0, columns.from - 1);
  const count = Math.min(cellCols, columns.to + 1) - left;
  const pitch = 4 * Math.ceil(count / 4);
  const plane = FLOAT * cellRows * pitch;
  const mixedPlane = FLOAT * pitch;
  const memory = kernelsFor({
    ids: classes,
    across: FLOAT * (stride + 3),
    cells: classes * plane,
    ranks: cellRows * pitch,
    gaps: count + 1,
    mixed: classes * mixedPlane,
    labels: (count + 1) * stride + 3,
    confidence: (count + 1) * stride + 3,
  });
  const { run, at, bytes } = memory;
  bytes.ids.set(classIds);
  run.setClasses(at.ids, classes);
  const across = new Float32Array(bytes.across.buffer, at.across, stride);
  for (let i = 0; i < stride; i++) across[i] = fractionOf(i, stride);
  const cells = new Float32Array(bytes.cells.buffer, at.cells, (classes * plane) / FLOAT);
  for (let k = 0; k < classes; k++)
    for (let row = 0; row < cellRows; row++) {
      const from = (k * task.room + row) * cellCols + left;
      cells.set(task.cells.subarray(from, from + count), (k * cellRows + row) * pitch);
    }
  run.rankCells(at.cells, plane, classes, cellRows * pitch, at.ranks);
  return { memory, classes, left, count, pitch, plane, mixedPlane };
}
