import { copyBytes } from "../copy-bytes.ts";
import { keptKernels } from "../kernels/kept-kernels.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { blendCells } from "./blend-cells.ts";
import { type ChipRow, type ChipsTask, firstColumn, latticeWidth, ownedRows } from "./chip-row.ts";

type Memory = Kernels<"ids" | "across" | "cells" | "ranks" | "gaps" | "mixed" | "labels" | "confidence">;

const FLOAT = 4;
const kernelsFor = keptKernels<keyof Memory["at"]>();

/**
 * Finds pixels by bilinear interpolation of the scores between cell centres (half-pixel centres, edges repeated: torch's
 * align_corners=False): the class with the highest score, the first of equals. Where four neighbouring cells agree on the winner it wins
 * everywhere between them, and only its own score has to be interpolated. A pixel has the same answer with whatever chips it is found. A
 * row of pixels needs the rows of cells above and below it, so the last half cell of a row of chips waits for the next one.
 */
export function resolveColumns(task: ChipsTask): void {
  const { stride, width, rows } = task;
  const part = partOf(task);
  const { run, at, bytes } = part.memory;
  const { classes, count, plane, mixedPlane } = part;
  const centre = stride >> 1;
  const skipped = (part.from - part.left) * stride;
  const end = Math.min(width, part.to * stride) - part.left * stride;
  const rowOf = (row: number): number =>
    Math.max(0, Math.min(part.rows - 1, row - part.firstRow)) * part.pitch;
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
    const to = (row - rows.from) * width + part.from * stride;
    copyBytes(task.labels, to, bytes.labels.subarray(skipped, end));
    copyBytes(task.confidence, to, bytes.confidence.subarray(skipped, end));
  }
}

/** Where the i-th pixel between two cell centres lies: 0 at the first one, towards 1 at the second. */
function fractionOf(i: number, stride: number): number {
  return (i + (stride % 2 === 0 ? 0.5 : 0)) / stride;
}

/** Blended cells in the kernels' memory: the chips' columns and one at either side, ranked. */
interface Part {
  readonly memory: Memory;
  readonly classes: number;
  /** The first row in the scene, and how many. */
  readonly firstRow: number;
  readonly rows: number;
  /** Columns whose pixels are found, `from` up to `to`. */
  readonly from: number;
  readonly to: number;
  /** The first column, how many, and from one row to the next, a multiple of four: the kernels' step. */
  readonly left: number;
  readonly count: number;
  readonly pitch: number;
  /** From one class to the next (bytes): of all rows, and of a mixed one. */
  readonly plane: number;
  readonly mixedPlane: number;
}

function partOf(task: ChipsTask): Part {
  const { chips, classIds, stride } = task;
  const [from, to] = [firstColumn(chips, task.from), firstColumn(chips, task.to)];
  const left = Math.max(0, from - 1);
  const count = Math.min(latticeWidth(chips), to + 1) - left;
  const pitch = 4 * Math.ceil(count / 4);
  const lead = chips.latticeRow === 0 ? 0 : chips.lead;
  const rows = lead + ownedRows(chips);
  const { classes } = chips;
  const plane = FLOAT * rows * pitch;
  const mixedPlane = FLOAT * pitch;
  const memory = kernelsFor({
    ids: classes,
    across: FLOAT * (stride + 3),
    cells: classes * plane,
    ranks: rows * pitch,
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
  gatherCells(chips, { left, count, lead, rows }, cells, pitch);
  run.rankCells(at.cells, plane, classes, rows * pitch, at.ranks);
  const firstRow = chips.latticeRow * chips.y.stride - lead;
  return { memory, classes, firstRow, rows, from, to, left, count, pitch, plane, mixedPlane };
}

/** The `lead` last rows of the chips above, and the owned ones of these. */
function gatherCells(
  chips: ChipRow,
  { left, count, lead, rows }: { readonly [Name in "left" | "count" | "lead" | "rows"]: number },
  cells: Float32Array,
  pitch: number,
): void {
  const plane = rows * pitch;
  const across = latticeWidth(chips);
  const kept = (chips.lead + chips.y.overlap) * across;
  for (let k = 0; k < chips.classes; k++)
    for (let row = 0; row < lead; row++) {
      const from = k * kept + row * across + left;
      cells.set(chips.above.subarray(from, from + count), k * plane + row * pitch);
    }
  const owned = { col: left, row: 0, width: count, height: rows - lead };
  blendCells(chips, owned, { cells, at: lead * pitch, pitch, plane });
}
