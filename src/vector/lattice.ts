import type { Grid } from "../geo/grid.ts";

const LARGEST_SHIFT = 10;
const MOST_NODES = 4_000_000;
/** Cells along one side that a choice of the cell size is judged by. */
const SAMPLES = 7;

/**
 * Square cells of side 2^shift px over a grid, the last ones cut off at its edge. What changes slowly over the raster is computed at
 * their corners, the nodes, and bilinear in between: as continuous over cell borders as a lookup, and a hundred times faster
 * than projecting every point.
 */
export interface Lattice {
  readonly shift: number;
  /** Columns and rows (px) of the nodes. */
  readonly cols: Int32Array;
  readonly rows: Int32Array;
}

/** One cell of a lattice: the pixels from (left, top) to (right, bottom). */
export interface Cell {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The lattice with the largest cells that are fine enough everywhere, judged in up to 7 x 7 cells, one with at most 4 M nodes. */
export function fitLattice(grid: Grid, isFine: (cell: Cell, side: number) => boolean): Lattice {
  const size = Math.max(grid.width, grid.height);
  let shift = Math.min(LARGEST_SHIFT, Math.ceil(Math.log2(size)));
  while (shift > 0 && nodeCount(grid, shift - 1) <= MOST_NODES) {
    const side = 2 ** shift;
    if (sampleCells(grid, side).every((cell) => isFine(cell, side))) break;
    shift--;
  }
  return { shift, cols: nodesAlong(grid.width, shift), rows: nodesAlong(grid.height, shift) };
}

/** Computes values at all nodes, one array for each. */
export function atNodes(
  { cols, rows }: Lattice,
  channels: number,
  compute: (col: number, row: number) => readonly number[],
): Float64Array[] {
  const arrays = Array.from({ length: channels }, () => new Float64Array(cols.length * rows.length));
  for (let j = 0; j < rows.length; j++) {
    for (let i = 0; i < cols.length; i++) {
      const values = compute(cols[i]!, rows[j]!);
      for (let k = 0; k < channels; k++) arrays[k]![j * cols.length + i] = values[k]!;
    }
  }
  return arrays;
}

/** The value at a point (px) of the grid, bilinear in its cell. */
export function interpolate(
  { shift, cols, rows }: Lattice,
  values: Float64Array,
  x: number,
  y: number,
): number {
  const i = Math.min(x >> shift, cols.length - 2);
  const j = Math.min(y >> shift, rows.length - 2);
  const node = j * cols.length + i;
  const below = node + cols.length;
  const u = (x - cols[i]!) / (cols[i + 1]! - cols[i]!);
  const v = (y - rows[j]!) / (rows[j + 1]! - rows[j]!);
  const upper = values[node]! + (values[node + 1]! - values[node]!) * u;
  const lower = values[below]! + (values[below + 1]! - values[below]!) * u;
  return upper + (lower - upper) * v;
}

function nodesAlong(size: number, shift: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(size / 2 ** shift) + 1 }, (_, i) =>
    Math.min(i * 2 ** shift, size),
  );
}

function nodeCount({ width, height }: Grid, shift: number): number {
  return (Math.ceil(width / 2 ** shift) + 1) * (Math.ceil(height / 2 ** shift) + 1);
}

function sampleCells({ width, height }: Grid, side: number): Cell[] {
  return spread(height, side).flatMap((top) =>
    spread(width, side).map((left) => ({
      left,
      top,
      right: Math.min(left + side, width),
      bottom: Math.min(top + side, height),
    })),
  );
}

/** First pixels of up to SAMPLES cells, evenly spread. */
function spread(size: number, side: number): number[] {
  const cells = Math.ceil(size / side);
  const count = Math.min(SAMPLES, cells);
  return Array.from(
    { length: count },
    (_, k) => Math.floor((k * (cells - 1)) / Math.max(1, count - 1)) * side,
  );
}
