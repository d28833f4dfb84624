import { xAt, yAt } from "./line";

/** Finds a point even where all lie on the line. */
const ANY_DISTANCE: f64 = -1;
/** No point is beyond the limit. */
const NONE = -1;

/**
 * Marks in `keep` (a byte for each point) what Douglas and Peucker's rule keeps: no point of the line is further than the square
 * root of `limit` (px²) from the stretch of the marked line that replaces it. Of a closed line on the lattice four corners stay
 * whatever the limit, so that it never collapses: a pixel stays a square. `stack` has room for an i32 for each point.
 */
export function markKept(count: i32, limit: f64, keep: usize, stack: usize): void {
  const last = count - 1;
  memory.fill(keep, 0, count);
  mark(keep, 0);
  mark(keep, last);
  if (xAt(0) === xAt(last) && yAt(0) === yAt(last)) {
    const opposite = furthestPoint(0, last, ANY_DISTANCE);
    mark(keep, opposite);
    mark(keep, furthestPoint(0, opposite, ANY_DISTANCE));
    mark(keep, furthestPoint(opposite, last, ANY_DISTANCE));
  }
  for (let from = 0; from < last; ) {
    let to = from + 1;
    while (!isMarked(keep, to)) to++;
    markStretch(from, to, limit, keep, stack);
    from = to;
  }
}

export function isMarked(keep: usize, i: i32): bool {
  return load<u8>(keep + i) !== 0;
}

function mark(keep: usize, i: i32): void {
  store<u8>(keep + i, 1);
}

/** Splits a stretch at its furthest point as long as that is beyond the limit (px²). */
function markStretch(first: i32, last: i32, limit: f64, keep: usize, stack: usize): void {
  let top = push(stack, first, last);
  while (top > stack) {
    top -= 8;
    const from = load<i32>(top);
    const to = load<i32>(top, 4);
    const furthest = furthestPoint(from, to, limit);
    if (furthest === NONE) continue;
    mark(keep, furthest);
    if (furthest - from > 1) top = push(top, from, furthest);
    if (to - furthest > 1) top = push(top, furthest, to);
  }
}

function push(top: usize, from: i32, to: i32): usize {
  store<i32>(top, from);
  store<i32>(top, to, 4);
  return top + 8;
}

/** The point between two others that is furthest from the segment between them; NONE when none is beyond the limit (px²). */
export function furthestPoint(from: i32, to: i32, limit: f64): i32 {
  const ax = xAt(from);
  const ay = yAt(from);
  const dx = f64(xAt(to) - ax);
  const dy = f64(yAt(to) - ay);
  const length2 = dx * dx + dy * dy;
  let most = limit;
  let furthest = NONE;
  for (let i = from + 1; i < to; i++) {
    const px = f64(xAt(i) - ax);
    const py = f64(yAt(i) - ay);
    const along = px * dx + py * dy;
    let distance2: f64;
    if (along <= 0) distance2 = px * px + py * py;
    else if (along >= length2) distance2 = (px - dx) * (px - dx) + (py - dy) * (py - dy);
    else {
      const across = px * dy - py * dx;
      distance2 = (across * across) / length2;
    }
    if (distance2 <= most) continue;
    most = distance2;
    furthest = i;
  }
  return furthest;
}
