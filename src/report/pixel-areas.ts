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

/**
 * Areas in m² of a window's pixels, row by row: pixelArea at the nodes of a lattice over the grid, bilinear between them, within
 * 10⁻⁶. Null where the ground is unknown; 0 for a pixel that the projection cannot place on the Earth.
 */
export function pixelAreas(grid: Grid, window: Window): Float64Array | null {
  if (grid.crs === null || pixelArea(grid, window.col, window.row) === null) return null;
  const cell = cellPixels(grid.affine, grid.crs);
  const sameAlongRow = isAxisAligned(grid.affine) && hasStraightGraticule(grid.crs);
  const cols = sameAlongRow ? [window.col] : nodesOver(window.col, window.width, grid.width, cell);
  const rows = nodesOver(window.row, window.height, grid.height, cell);
  const nodes = rows.map((row) => Float64Array.from(cols, (col) => placedArea(grid, col, row)));
  const across = placesBetween(cols, window.col, window.width);
  const down = placesBetween(rows, window.row, window.height);
  const areas = new Float64Array(window.width * window.height);
  for (let row = 0; row < window.height; row++) {
    const above = nodes[down.place[row]!]!;
    const below = nodes[down.place[row]! + 1] ?? above;
    const mixed = above.map((area, index) => area + (below[index]! - area) * down.part[row]!);
    fillRow(areas.subarray(row * window.width, (row + 1) * window.width), mixed, across);
  }
  return areas;
}

function fillRow(areas: Float64Array, nodes: Float64Array, { place, part }: Places): void {
  if (nodes.length === 1) {
    areas.fill(nodes[0]!);
    return;
  }
  for (let col = 0; col < areas.length; col++) {
    const left = nodes[place[col]!]!;
    areas[col] = left + (nodes[place[col]! + 1]! - left) * part[col]!;
  }
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

/** For each pixel the node before it and how far (0–1) it is on the way to the next. */
interface Places {
  readonly place: Int32Array;
  readonly part: Float64Array;
}

function placesBetween(nodes: readonly number[], start: number, length: number): Places {
  const place = new Int32Array(length);
  const part = new Float64Array(length);
  let current = 0;
  for (let index = 0; index < length; index++) {
    const position = start + index;
    while (current < nodes.length - 2 && nodes[current + 1]! <= position) current++;
    const next = nodes[current + 1];
    place[index] = current;
    part[index] = next === undefined ? 0 : (position - nodes[current]!) / (next - nodes[current]!);
  }
  return { place, part };
}

function placedArea(grid: Grid, col: number, row: number): number {
  const area = pixelArea(grid, col, row);
  return area !== null && Number.isFinite(area) ? area : 0;
}
