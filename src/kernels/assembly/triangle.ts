import { bitsFrom, COLUMNS } from "./known-points";

/**
 * Distance (px) that a new edge keeps from every point that it does not end at. Positions in longitude and latitude are right to
 * a few hundredths of a pixel (see LonLatPlacement), so that no projection can push a point across an edge.
 */
const CLEARANCE: f64 = 0.1;

/**
 * True when no known point but a, v and b lies in the closed triangle a v b or within CLEARANCE of the new edge a b: the corner v
 * may be cut off. Borders do not cross before, so one that enters the triangle would have to end in it.
 * Coordinates are multiples of ½ below 2^24: all products are exact.
 */
export function isTriangleClear(ax: f64, ay: f64, vx: f64, vy: f64, bx: f64, by: f64): bool {
  const top = i32(ceil(min(ay, min(vy, by))));
  const bottom = i32(floor(max(ay, max(vy, by))));
  const left = i32(ceil(min(ax, min(vx, bx))));
  const right = i32(floor(max(ax, max(vx, bx))));
  for (let y = top; y <= bottom; y++) {
    for (let from = left; from <= right; from += COLUMNS) {
      const columns = min(COLUMNS, right + 1 - from);
      for (let bits = bitsFrom(from, y) & ((1 << u64(columns)) - 1); bits !== 0; bits &= bits - 1) {
        const x = f64(from + i32(ctz(bits)));
        const isCorner =
          (x === ax && f64(y) === ay) || (x === vx && f64(y) === vy) || (x === bx && f64(y) === by);
        if (!isCorner && isInside(x, f64(y), ax, ay, vx, vy, bx, by)) return false;
      }
    }
  }
  return true;
}

/**
 * The same for corners on the lattice that are three known points. Nearly always they are all there is in the box around them:
 * counting is faster than to look at each.
 */
export function isLatticeTriangleClear(ax: i32, ay: i32, vx: i32, vy: i32, bx: i32, by: i32): bool {
  const left = min(ax, min(vx, bx));
  const columns = max(ax, max(vx, bx)) - left + 1;
  if (columns <= COLUMNS) {
    const box = (u64(1) << u64(columns)) - 1;
    const bottom = max(ay, max(vy, by));
    let known: i64 = 0;
    for (let y = min(ay, min(vy, by)); y <= bottom; y++) known += popcnt(bitsFrom(left, y) & box);
    if (known === 3) return true;
  }
  return isTriangleClear(f64(ax), f64(ay), f64(vx), f64(vy), f64(bx), f64(by));
}

/** True for a point in the triangle a v b, which includes its edges, or within CLEARANCE of the line a b. */
function isInside(x: f64, y: f64, ax: f64, ay: f64, vx: f64, vy: f64, bx: f64, by: f64): bool {
  const dx = bx - ax;
  const dy = by - ay;
  const side: f64 = dx * (vy - ay) - dy * (vx - ax) < 0 ? -1 : 1;
  const fromBase = side * (dx * (y - ay) - dy * (x - ax));
  const margin = CLEARANCE * sqrt(dx * dx + dy * dy);
  if (abs(fromBase) <= margin) return true;
  if (fromBase < 0) return false;
  const fromFirst = side * ((vx - bx) * (y - by) - (vy - by) * (x - bx));
  const fromSecond = side * ((ax - vx) * (y - vy) - (ay - vy) * (x - vx));
  return fromFirst >= 0 && fromSecond >= 0;
}
