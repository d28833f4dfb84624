import type { LineBuffer } from "./line-buffer.ts";

/**
 * What the edges of pixels say of the border they stand for is right to half a pixel: all corners of a straight border's stairs lie
 * between two lines √2 px apart. With this much on top, a tolerance of one pixel makes stairs of any slope a line.
 */
const STAIRS = 0.5;
/** Finds a point even where all lie on the line. */
const ANY_DISTANCE = -1;

/**
 * Marks in `keep` the points that Douglas and Peucker's rule keeps: no point of the line is further than `tolerance` + ½ px from the
 * stretch of the marked line that replaces it. Of a closed line on the lattice four corners stay whatever the tolerance, so that it
 * never collapses: a pixel stays a square.
 */
export function markKept(line: LineBuffer, tolerance: number, keep: Uint8Array): void {
  const last = line.count - 1;
  keep.fill(0, 0, line.count);
  keep[0] = 1;
  keep[last] = 1;
  if (line.isClosed) {
    const opposite = furthestPoint(line, 0, last, ANY_DISTANCE)!;
    keep[opposite] = 1;
    keep[furthestPoint(line, 0, opposite, ANY_DISTANCE)!] = 1;
    keep[furthestPoint(line, opposite, last, ANY_DISTANCE)!] = 1;
  }
  const limit = (tolerance + STAIRS) ** 2;
  for (let from = 0; from < last; ) {
    let to = from + 1;
    while (keep[to] === 0) to++;
    markStretch(line, from, to, limit, keep);
    from = to;
  }
}

/** Splits a stretch at its furthest point as long as that is beyond the limit (px²). */
function markStretch(line: LineBuffer, first: number, last: number, limit: number, keep: Uint8Array): void {
  const stack = [first, last];
  while (stack.length > 0) {
    const to = stack.pop()!;
    const from = stack.pop()!;
    const furthest = furthestPoint(line, from, to, limit);
    if (furthest === null) continue;
    keep[furthest] = 1;
    if (furthest - from > 1) stack.push(from, furthest);
    if (to - furthest > 1) stack.push(furthest, to);
  }
}

/** The point between two others that is furthest from the segment between them; null when none is beyond the limit (px²). */
export function furthestPoint({ x, y }: LineBuffer, from: number, to: number, limit: number): number | null {
  const ax = x[from]!;
  const ay = y[from]!;
  const dx = x[to]! - ax;
  const dy = y[to]! - ay;
  const length2 = dx * dx + dy * dy;
  let most = limit;
  let furthest: number | null = null;
  for (let i = from + 1; i < to; i++) {
    const px = x[i]! - ax;
    const py = y[i]! - ay;
    const along = px * dx + py * dy;
    let distance2: number;
    if (along <= 0) distance2 = px * px + py * py;
    else if (along >= length2) distance2 = (px - dx) * (px - dx) + (py - dy) * (py - dy);
    else distance2 = (px * dy - py * dx) ** 2 / length2;
    if (distance2 <= most) continue;
    most = distance2;
    furthest = i;
  }
  return furthest;
}
