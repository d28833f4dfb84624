import type { Window } from "../geo/window.ts";
import { type ChipRow, firstColumn, latticeWidth } from "./chip-row.ts";

/** Where blended cells go: place `at` of `cells`, and how far it is from one row and one class to the next. */
export interface CellTarget {
  readonly cells: Float32Array;
  readonly at: number;
  readonly pitch: number;
  readonly plane: number;
}

/**
 * Blends cells of a row of chips: `part` is in columns of the lattice and rows of the chips. A score is weighted along its row, summed
 * with the neighbour's, then weighted by its row, and what is kept of the row above is added: in this order, in single precision, so
 * that a cell has the same score in whatever part it is blended. Rows below the owned ones are weighted for the next row of chips.
 */
export function blendCells(chips: ChipRow, part: Window, target: CellTarget): void {
  const end = part.col + part.width;
  const { count, stride } = chips.x;
  for (let col = part.col; col < end; ) {
    const chip = Math.min(count - 1, Math.floor(col / stride));
    const next = Math.min(end, firstColumn(chips, chip + 1));
    blendSpan(chips, { ...part, col, width: next - col }, chip, {
      ...target,
      at: target.at + col - part.col,
    });
    col = next;
  }
}

/** Cells that one chip owns. */
function blendSpan(chips: ChipRow, { col, row, width, height }: Window, chip: number, to: CellTarget): void {
  const { x, y, classes, lead, above, latticeRow } = chips;
  const across = latticeWidth(chips);
  const [here, before] = [placeOf(chips, chip), placeOf(chips, chip - 1)];
  const [first, end] = [col - chip * x.stride, col - chip * x.stride + width];
  for (let k = 0; k < classes; k++)
    for (let i = row; i < row + height; i++) {
      const weight = rowWeight(chips, i);
      const hasAbove = latticeRow > 0 && i < y.overlap;
      const inChip = (k * y.chip + i) * x.chip;
      const at = to.at + k * to.plane + (i - row) * to.pitch;
      const own = here + inChip;
      if (chip === 0) weighRun(chips.scores, own + first, width, weight, to.cells, at);
      else {
        const mixed = Math.max(first, Math.min(end, x.overlap));
        mixRun(chips, own, before + inChip + x.stride, first, mixed, weight, to.cells, at);
        weighRun(chips.scores, own + mixed, end - mixed, weight, to.cells, at + mixed - first);
      }
      if (hasAbove) addRun(above, (k * (lead + y.overlap) + lead + i) * across + col, width, to.cells, at);
    }
}

/** Where a chip's scores begin. */
function placeOf({ x, y, classes, slots }: ChipRow, chip: number): number {
  return (chip % slots) * classes * y.chip * x.chip;
}

/** Weight of all cells of a chip's row; overlaps are at most half a chip, so it lies in one of them at most. */
function rowWeight({ y: { overlap, stride, count }, latticeRow, riseY }: ChipRow, row: number): number {
  if (row < overlap && latticeRow > 0) return riseY[row]!;
  return row >= stride && latticeRow < count - 1 ? 1 - riseY[row - stride]! : 1;
}

/** Cells `from` to `to` of the overlap with the chip before, whose own begin at `before`. */
function mixRun(
  { scores, riseX }: ChipRow,
  own: number,
  before: number,
  from: number,
  to: number,
  weight: number,
  cells: Float32Array,
  at: number,
): void {
  for (let i = from; i < to; i++) {
    const rise = riseX[i]!;
    const kept = Math.fround(Math.fround(scores[before + i]! * (1 - rise)) * weight);
    cells[at + i - from] = Math.fround(Math.fround(scores[own + i]! * rise) * weight) + kept;
  }
}

function weighRun(
  scores: Float32Array,
  from: number,
  count: number,
  weight: number,
  cells: Float32Array,
  at: number,
): void {
  if (weight === 1) for (let i = 0; i < count; i++) cells[at + i] = scores[from + i]!;
  else for (let i = 0; i < count; i++) cells[at + i] = scores[from + i]! * weight;
}

function addRun(kept: Float32Array, from: number, count: number, cells: Float32Array, at: number): void {
  for (let i = 0; i < count; i++) cells[at + i]! += kept[from + i]!;
}

/**
 * Keeps of some columns what the next row of chips needs: the weighted scores of the lower overlap, and `lead` final rows above it.
 * Where `below` is `above`, all that needs these columns of it must be blended before.
 */
export function keepBelow(chips: ChipRow, col: number, width: number): void {
  const { y, lead, below, latticeRow } = chips;
  if (latticeRow === y.count - 1) return;
  const rows = lead + y.overlap;
  const across = latticeWidth(chips);
  const target = { cells: below, at: col, pitch: across, plane: rows * across };
  blendCells(chips, { col, row: y.stride - lead, width, height: rows }, target);
}
