import { between, cellHeight, cellSide, cellWidth, enterCell, fromLeft, fromTop, isOneCell } from "./lattice";

/** Longitudes and latitudes at the nodes of the lattice (see placeLattice), and the quanta per degree that they are rounded to. */
let lon: usize = 0;
let lat: usize = 0;
let scale: f64 = 0;

let placed: usize = 0;
let room: i32 = 0;
let count: i32 = 0;

/** Says where longitudes and latitudes (f64) are, and how many quanta a degree has. */
export function placeLonLat(lonAt: usize, latAt: usize, quantaPerDegree: f64): void {
  lon = lonAt;
  lat = latAt;
  scale = quantaPerDegree;
}

/**
 * Writes a ring of `points` points (px; x0, y0, x1, y1, …; f64) to `out` in longitude and latitude, closed, with a point wherever it
 * crosses a line of the lattice. Returns how many points that are; those for which there is no `space` are left out.
 */
export function placeRing(ring: usize, points: i32, out: usize, space: i32): i32 {
  placed = out;
  room = space;
  count = 0;
  let x = load<f64>(ring);
  let y = load<f64>(ring, 8);
  add(x, y);
  for (let k = 1; k <= points; k++) {
    const from = ring + (usize(k === points ? 0 : k) << 4);
    const nextX = load<f64>(from);
    const nextY = load<f64>(from, 8);
    if (!isOneCell(x, y, nextX, nextY)) addBetween(x, y, nextX, nextY);
    add(nextX, nextY);
    x = nextX;
    y = nextY;
  }
  return count;
}

/** Adds the points inside an edge: where it crosses lattice lines; evenly, seen from its left end, when it is slanted. */
function addBetween(x0: f64, y0: f64, x1: f64, y1: f64): void {
  const side = cellSide();
  if (y0 === y1) {
    for (let x = firstLine(x0, x1, side); isBefore(x, x0, x1); x += x0 < x1 ? side : -side) add(x, y0);
  } else if (x0 === x1) {
    for (let y = firstLine(y0, y1, side); isBefore(y, y0, y1); y += y0 < y1 ? side : -side) add(x0, y);
  } else if (x0 < x1) {
    const parts = ceil(max(abs(x1 - x0), abs(y1 - y0)) / side);
    for (let k: f64 = 1; k < parts; k++) addAt(x0, y0, x1, y1, k / parts);
  } else {
    const parts = ceil(max(abs(x1 - x0), abs(y1 - y0)) / side);
    for (let k: f64 = 1; k < parts; k++) addAt(x1, y1, x0, y0, (parts - k) / parts);
  }
}

/** The first multiple of `side` strictly behind `from` on the way to `to`. */
function firstLine(from: f64, to: f64, side: f64): f64 {
  return from < to ? (floor(from / side) + 1) * side : (ceil(from / side) - 1) * side;
}

/** True for what lies strictly before `to` on the way from `from`. */
function isBefore(at: f64, from: f64, to: f64): bool {
  return from < to ? at < to : at > to;
}

function addAt(ax: f64, ay: f64, bx: f64, by: f64, t: f64): void {
  add(ax + (bx - ax) * t, ay + (by - ay) * t);
}

function add(x: f64, y: f64): void {
  if (count++ >= room) return;
  enterCell(x, y);
  const u = fromLeft(x) / cellWidth();
  const v = fromTop(y) / cellHeight();
  const at = placed + (usize(count - 1) << 4);
  store<f64>(at, Math.round(between(lon, u, v) * scale) / scale);
  store<f64>(at, Math.round(between(lat, u, v) * scale) / scale, 8);
}
