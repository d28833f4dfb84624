/** The lattice of fitLattice: cells of side 2^shift px, the columns and rows (i32) of the nodes in two arrays. */
let shift: i32 = 0;
let cols: usize = 0;
let rows: usize = 0;
let width: i32 = 0;
let height: i32 = 0;

/** Says where the lattice is, of so many columns and rows of nodes. */
export function placeLattice(
  log2Side: i32,
  colsAt: usize,
  colCount: i32,
  rowsAt: usize,
  rowCount: i32,
): void {
  shift = log2Side;
  cols = colsAt;
  width = colCount;
  rows = rowsAt;
  height = rowCount;
}

/** Side of a cell, px. */
export function cellSide(): f64 {
  return f64(1 << shift);
}

/** How many cells a length (px) covers, rounded down. */
export function cellsIn(length: f64): i32 {
  return i32(length) >> shift;
}

/** True when two positions (px) are in one column and row of cells. */
export function isOneCell(x0: f64, y0: f64, x1: f64, y1: f64): bool {
  return cellsIn(x0) === cellsIn(x1) && cellsIn(y0) === cellsIn(y1);
}

/** Column and row of the cell that the other functions are about. */
let i: i32 = 0;
let j: i32 = 0;

/** Chooses the cell of a position (px). */
export function enterCell(x: f64, y: f64): void {
  i = min(cellsIn(x), width - 2);
  j = min(cellsIn(y), height - 2);
}

/** Columns (px) from the cell's left side. */
export function fromLeft(x: f64): f64 {
  return x - f64(load<i32>(cols + (usize(i) << 2)));
}

/** Rows (px) from the cell's upper side. */
export function fromTop(y: f64): f64 {
  return y - f64(load<i32>(rows + (usize(j) << 2)));
}

/** Width of the cell, px. */
export function cellWidth(): f64 {
  const at = cols + (usize(i) << 2);
  return f64(load<i32>(at, 4) - load<i32>(at));
}

/** Height of the cell, px. */
export function cellHeight(): f64 {
  const at = rows + (usize(j) << 2);
  return f64(load<i32>(at, 4) - load<i32>(at));
}

/** The place in an array of values (f64) at the nodes of the one at the cell's upper left corner; the upper right one is the next. */
export function upperOf(values: usize): usize {
  return values + (usize(j * width + i) << 3);
}

/** The same for the lower left corner. */
export function lowerOf(values: usize): usize {
  return values + (usize((j + 1) * width + i) << 3);
}

/** The value in the cell at parts u and v of its width and height, bilinear. */
export function between(values: usize, u: f64, v: f64): f64 {
  const upper = along(upperOf(values), u);
  return upper + (along(lowerOf(values), u) - upper) * v;
}

function along(pair: usize, u: f64): f64 {
  return load<f64>(pair) + (load<f64>(pair, 8) - load<f64>(pair)) * u;
}
