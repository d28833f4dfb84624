import type { LineBuffer } from "./line-buffer.ts";
import type { TriangleGuard } from "./triangle-guard.ts";

/** Points on curves are multiples of this part of a pixel. */
export const SMOOTH_UNIT = 32;

/**
 * Writes a line to `smoothed`, in SMOOTH_UNITs: each corner v between a and b becomes a parabola from the middle of a v to the middle
 * of v b (a quadratic B-spline), of three points and its ends. It stays in the triangle of v and the two middles; a corner stays sharp
 * where the guard knows a point of another border there. Ends stay in place, unless the line is a loop without any node.
 */
export function smoothLine(
  { x, y, count }: LineBuffer,
  isLoop: boolean,
  guard: TriangleGuard,
  smoothed: LineBuffer,
): void {
  smoothed.clear();
  if (!isLoop) smoothed.push(x[0]! * SMOOTH_UNIT, y[0]! * SMOOTH_UNIT);
  for (let i = isLoop ? 0 : 1; i < count - 1; i++) {
    const before = i === 0 ? count - 2 : i - 1;
    addCorner(x[before]!, y[before]!, x[i]!, y[i]!, x[i + 1]!, y[i + 1]!, guard, smoothed);
  }
  const end = count - 1;
  if (isLoop) addUnlessSame(smoothed, smoothed.x[0]!, smoothed.y[0]!);
  else smoothed.push(x[end]! * SMOOTH_UNIT, y[end]! * SMOOTH_UNIT);
}

function addCorner(
  ax: number,
  ay: number,
  vx: number,
  vy: number,
  bx: number,
  by: number,
  guard: TriangleGuard,
  smoothed: LineBuffer,
): void {
  if (!guard.isClear((ax + vx) / 2, (ay + vy) / 2, vx, vy, (vx + bx) / 2, (vy + by) / 2)) {
    smoothed.push(vx * SMOOTH_UNIT, vy * SMOOTH_UNIT);
    return;
  }
  addUnlessSame(smoothed, 16 * (ax + vx), 16 * (ay + vy));
  smoothed.push(9 * ax + 22 * vx + bx, 9 * ay + 22 * vy + by);
  smoothed.push(4 * ax + 24 * vx + 4 * bx, 4 * ay + 24 * vy + 4 * by);
  smoothed.push(ax + 22 * vx + 9 * bx, ay + 22 * vy + 9 * by);
  smoothed.push(16 * (vx + bx), 16 * (vy + by));
}

/** Two curves share the middle of the edge between them. */
function addUnlessSame(line: LineBuffer, x: number, y: number): void {
  const last = line.count - 1;
  if (last < 0 || line.x[last] !== x || line.y[last] !== y) line.push(x, y);
}
