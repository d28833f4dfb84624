import { LatticeBits } from "./lattice-bits.ts";

/**
 * Distance (px) that a new edge keeps from every point that it does not end at. Positions in longitude and latitude are right to
 * a few hundredths of a pixel (see LonLatPlacement), so that no projection can push a point across an edge.
 */
const CLEARANCE = 0.1;

/**
 * Knows every point of all borders and says whether the corner v between a and b may be cut off. It may when no other point lies in
 * the closed triangle a v b: borders do not cross before, so one that enters the triangle would have to end in it.
 * Coordinates are multiples of ½ below 2^24: all products are exact.
 */
export class TriangleGuard extends LatticeBits {
  /** True when nothing but a, v and b lies in the closed triangle a v b or within CLEARANCE of the new edge a b. */
  isClear(ax: number, ay: number, vx: number, vy: number, bx: number, by: number): boolean {
    const top = Math.ceil(Math.min(ay, vy, by));
    const bottom = Math.floor(Math.max(ay, vy, by));
    const left = Math.ceil(Math.min(ax, vx, bx));
    const right = Math.floor(Math.max(ax, vx, bx));
    for (let y = top; y <= bottom; y++) {
      for (let from = left; from <= right; from += 32) {
        for (let bits = this.bitsOf(y, from, Math.min(right, from + 31)); bits !== 0; bits &= bits - 1) {
          const x = from + 31 - Math.clz32(bits & -bits);
          if ((x === ax && y === ay) || (x === vx && y === vy) || (x === bx && y === by)) continue;
          if (isInside(x, y, ax, ay, vx, vy, bx, by)) return false;
        }
      }
    }
    return true;
  }
}

/** True for a point in the triangle a v b, which includes its edges, or within CLEARANCE of the line a b. */
function isInside(
  x: number,
  y: number,
  ax: number,
  ay: number,
  vx: number,
  vy: number,
  bx: number,
  by: number,
): boolean {
  const dx = bx - ax;
  const dy = by - ay;
  const side = dx * (vy - ay) - dy * (vx - ax) < 0 ? -1 : 1;
  const fromBase = side * (dx * (y - ay) - dy * (x - ax));
  const margin = CLEARANCE * Math.sqrt(dx * dx + dy * dy);
  if (Math.abs(fromBase) <= margin) return true;
  if (fromBase < 0) return false;
  const fromFirst = side * ((vx - bx) * (y - by) - (vy - by) * (x - bx));
  const fromSecond = side * ((ax - vx) * (y - vy) - (ay - vy) * (x - vx));
  return fromFirst >= 0 && fromSecond >= 0;
}
