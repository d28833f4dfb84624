import { type Affine, isAxisAligned } from "../geo/affine.ts";
import { type Crs, hasStraightGraticule } from "../geo/crs.ts";
import { type Grid, pixelArea } from "../geo/grid.ts";
import type { Window } from "../geo/window.ts";

/**
 * Cells of the lattice are at most this long in metres of the CRS. In the projections in use the area f of a pixel bends by at
 * most |f''| = 4·f per squared Earth radius (Web Mercator), so linear interpolation errs by 4·(4 km / 6378 km)² / 8 = 2·10⁻⁷.
 */
const CELL_METRES = 4000;
const MAX_CELL_PIXELS = 256;
const METRES_PER_DEGREE = 111_320;

/** Areas in m² of the pixels of a window, a row at a time. */
export interface RowAreas {
  /** Goes to a row, counted from the window's first. */
  readonly toRow: (row: number) => void;
  /** Area of the row's pixels from column `from` to before `to`, counted from the window's first. */
  readonly between: (from: number, to: number) => number;
}

/**
 * Areas of a window's pixels: pixelArea at the nodes of a lattice over the grid, bilinear between them, within 10⁻⁶; a run of pixels
 * costs no more than one. Null where the ground is unknown; 0 for a pixel that the projection cannot place on the Earth.
 */
export function rowAreas(grid: Grid, window: Window): RowAreas | null {
  if (grid.crs === null || pixelArea(grid, window.col, window.row) === null) return null;
  const cell = cellPixels(grid.affine, grid.crs);
  const sameAlongRow = isAxisAligned(grid.affine) && hasStraightGraticule(grid.crs);
  const cols = sameAlongRow ? [window.col] : nodesOver(window.col, window.width, grid.width, cell);
  const rows = nodesOver(window.row, window.height, grid.height, cell);
  const nodes = rows.map((row) => Float64Array.from(cols, (col) => placedArea(grid, col, row)));
  const mixed = new Float64Array(cols.length);
  return {
    toRow: (row) => mixRow(mixed, rows, nodes, window.row + row),
    between: (from, to) => sumBetween(mixed, cols, window.col + from, window.col + to),
  };
}

/** Areas at the nodes' columns in a row of the grid: linear between the rows of nodes above and below. */
function mixRow(
  mixed: Float64Array,
  rows: readonly number[],
  nodes: readonly Float64Array[],
  row: number,
): void {
  let place = 0;
  while (place < rows.length - 2 && rows[place + 1]! <= row) place++;
  const above = nodes[place]!;
  const below = nodes[place + 1] ?? above;
  const length = (rows[place + 1] ?? row + 1) - rows[place]!;
  const part = length === 0 ? 0 : (row - rows[place]!) / length;
  for (let i = 0; i < mixed.length; i++) mixed[i] = above[i]! + (below[i]! - above[i]!) * part;
}

/** Sum over the columns `from` to before `to` of what lies linearly between nodes: in each cell as many times the mean of its ends. */
function sumBetween(mixed: Float64Array, cols: readonly number[], from: number, to: number): number {
  if (cols.length === 1) return mixed[0]! * (to - from);
  let place = 0;
  while (place < cols.length - 2 && cols[place + 1]! <= from) place++;
  let sum = 0;
  for (let start = from; start < to; place++) {
    const isLast = place === cols.length - 2;
    const end = isLast ? to : Math.min(to, cols[place + 1]!);
    const [node, length] = [cols[place]!, cols[place + 1]! - cols[place]!];
    const slope = length === 0 ? 0 : (mixed[place + 1]! - mixed[place]!) / length;
    sum += (end - start) * (mixed[place]! + slope * ((start + end - 1) / 2 - node));
    start = end;
  }
  return sum;
}

/** Pixels along one side of a lattice cell. */
function cellPixels([a, b, , d, e]: Affine, crs: Crs): number {
  const side = Math.max(Math.abs(a) + Math.abs(d), Math.abs(b) + Math.abs(e));
  const metres = side * (crs.metresPerUnit ?? METRES_PER_DEGREE);
  return Math.min(MAX_CELL_PIXELS, Math.max(1, Math.floor(CELL_METRES / metres)));
}

/** Multiples of the cell around a range of pixels; the last pixel of the grid stands in for what would lie past it. */
function nodesOver(start: number, length: number, size: number, cell: number): readonly number[] {
  const first = Math.floor(start / cell) * cell;
  const count = Math.ceil((start + length - 1 - first) / cell) + 1;
  return Array.from({ length: count }, (_, index) => Math.min(first + index * cell, size - 1));
}

function placedArea(grid: Grid, col: number, row: number): number {
  const area = pixelArea(grid, col, row);
  return area !== null && Number.isFinite(area) ? area : 0;
}
