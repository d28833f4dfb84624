import {
  between,
  cellHeight,
  cellsIn,
  cellWidth,
  enterCell,
  fromLeft,
  fromTop,
  isOneCell,
  lowerOf,
  upperOf,
} from "./lattice";

/** At the nodes of the lattice (see placeLattice): see GroundScale, and F of EllipsoidGround. */
let area: usize = 0;
let across: usize = 0;
let down: usize = 0;
let skew: usize = 0;
let running: usize = 0;

/** Says where the arrays (f64) are. */
export function placeScales(
  areaAt: usize,
  acrossAt: usize,
  downAt: usize,
  skewAt: usize,
  runningAt: usize,
): void {
  area = areaAt;
  across = acrossAt;
  down = downAt;
  skew = skewAt;
  running = runningAt;
}

/** Area (m²) of a ring of `points` points (px; x0, y0, x1, y1, …; f64): see EllipsoidGround. */
export function ringArea(ring: usize, points: i32): f64 {
  let sum: f64 = 0;
  let x = lastX(ring, points);
  let y = lastY(ring, points);
  for (let k = 0; k < points; k++) {
    const nextX = load<f64>(ring + (usize(k) << 4));
    const nextY = load<f64>(ring + (usize(k) << 4), 8);
    if (y !== nextY) sum -= strip(x, y, nextX, nextY);
    x = nextX;
    y = nextY;
  }
  return sum;
}

/** Length (m) of such a ring. */
export function ringLength(ring: usize, points: i32): f64 {
  let sum: f64 = 0;
  let x = lastX(ring, points);
  let y = lastY(ring, points);
  for (let k = 0; k < points; k++) {
    const nextX = load<f64>(ring + (usize(k) << 4));
    const nextY = load<f64>(ring + (usize(k) << 4), 8);
    sum += edgeLength(x, y, nextX, nextY);
    x = nextX;
    y = nextY;
  }
  return sum;
}

function lastX(ring: usize, points: i32): f64 {
  return load<f64>(ring + (usize(points - 1) << 4));
}

function lastY(ring: usize, points: i32): f64 {
  return load<f64>(ring + (usize(points - 1) << 4), 8);
}

/** ∫ F dy along an edge. */
function strip(x0: f64, y0: f64, x1: f64, y1: f64): f64 {
  const parts = partsOf(x0, y0, x1, y1);
  if (parts === 1 && x0 === x1) return areaLeftOf(x0, (y0 + y1) / 2) * (y1 - y0);
  let sum: f64 = 0;
  for (let k: f64 = 0; k < parts; k++) {
    sum +=
      areaLeftAt(x0, y0, x1, y1, k / parts) +
      4 * areaLeftAt(x0, y0, x1, y1, (k + 0.5) / parts) +
      areaLeftAt(x0, y0, x1, y1, (k + 1) / parts);
  }
  return (sum * (y1 - y0)) / (6 * parts);
}

function areaLeftAt(x0: f64, y0: f64, x1: f64, y1: f64, t: f64): f64 {
  return areaLeftOf(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
}

/** F at a position. */
function areaLeftOf(x: f64, y: f64): f64 {
  enterCell(x, y);
  const dx = fromLeft(x);
  const half = (dx * dx) / (2 * cellWidth());
  const upper = areaAlong(upperOf(running), upperOf(area), dx, half);
  const lower = areaAlong(lowerOf(running), lowerOf(area), dx, half);
  return upper + ((lower - upper) * fromTop(y)) / cellHeight();
}

function areaAlong(runningAt: usize, areaAt: usize, dx: f64, half: f64): f64 {
  return load<f64>(runningAt) + dx * load<f64>(areaAt) + half * (load<f64>(areaAt, 8) - load<f64>(areaAt));
}

function edgeLength(x0: f64, y0: f64, x1: f64, y1: f64): f64 {
  const parts = partsOf(x0, y0, x1, y1);
  const dx = (x1 - x0) / parts;
  const dy = (y1 - y0) / parts;
  let sum: f64 = 0;
  for (let k: f64 = 0; k < parts; k++) {
    const x = x0 + dx * (k + 0.5);
    const y = y0 + dy * (k + 0.5);
    enterCell(x, y);
    const u = fromLeft(x) / cellWidth();
    const v = fromTop(y) / cellHeight();
    if (dy === 0) sum += abs(dx) * between(across, u, v);
    else if (dx === 0) sum += abs(dy) * between(down, u, v);
    else {
      const a = dx * between(across, u, v);
      const b = dy * between(down, u, v);
      sum += sqrt(a * a + b * b + 2 * dx * dy * between(skew, u, v));
    }
  }
  return sum;
}

/** Into how many parts an edge is cut so that none is much longer than a cell. */
function partsOf(x0: f64, y0: f64, x1: f64, y1: f64): f64 {
  if (isOneCell(x0, y0, x1, y1)) return 1;
  return f64(cellsIn(max(abs(x1 - x0), abs(y1 - y0))) + 2);
}
