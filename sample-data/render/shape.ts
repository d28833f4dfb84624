/** A position in pixels (= metres at 1 m), x to the right, y down. */
export type Point = readonly [x: number, y: number];

/**
 * The unit vector of an angle in turns (0.25 = down the picture). Quarter turns are exact and the rest is a Taylor series,
 * because Math.sin may differ in its last bit between machines and every label must not.
 */
export function direction(turns: number): Point {
  const quarter = Math.round(turns * 4);
  const a = (turns - quarter / 4) * 6.283185307179586;
  const a2 = a * a;
  const sin = a * (1 - (a2 / 6) * (1 - (a2 / 20) * (1 - (a2 / 42) * (1 - a2 / 72))));
  const cos = 1 - (a2 / 2) * (1 - (a2 / 12) * (1 - (a2 / 30) * (1 - a2 / 56)));
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return [cos, sin];
    case 1:
      return [-sin, cos];
    case 2:
      return [-cos, -sin];
    default:
      return [sin, -cos];
  }
}

/** Positions written as in SVG: "x,y x,y …". */
export function points(text: string): Point[] {
  return text.split(" ").map((pair) => {
    const [x, y] = pair.split(",").map(Number);
    return [x!, y!] as const;
  });
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2);
}

export function between([ax, ay]: Point, [bx, by]: Point, t: number): Point {
  return [ax + (bx - ax) * t, ay + (by - ay) * t];
}

/** Distance of a point to a polyline. */
export function distanceToPath([px, py]: Point, path: readonly Point[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < path.length; i++) {
    const [ax, ay] = path[i - 1]!;
    const [bx, by] = path[i]!;
    const [dx, dy] = [bx - ax, by - ay];
    const t = Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)));
    const square = (px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2;
    if (square < nearest) nearest = square;
  }
  return Math.sqrt(nearest);
}

/** The path moved sideways by `offset` px: to its right as it runs, picture seen from above. */
export function offsetPath(path: readonly Point[], offset: number): Point[] {
  return path.map(([x, y], i) => {
    const [ax, ay] = path[Math.max(0, i - 1)]!;
    const [bx, by] = path[Math.min(path.length - 1, i + 1)]!;
    const length = distance([ax, ay], [bx, by]);
    return [x - ((by - ay) / length) * offset, y + ((bx - ax) / length) * offset] as const;
  });
}

/** A smooth path through the points (Catmull-Rom), sampled about every `step` px. */
export function smoothPath(points: readonly Point[], step: number): Point[] {
  const at = (i: number): Point => points[Math.min(points.length - 1, Math.max(0, i))]!;
  const path: Point[] = [at(0)];
  for (let i = 0; i + 1 < points.length; i++) {
    const pieces = Math.max(1, Math.round(distance(at(i), at(i + 1)) / step));
    for (let k = 1; k <= pieces; k++)
      path.push(catmullRom(at(i - 1), at(i), at(i + 1), at(i + 2), k / pieces));
  }
  return path;
}

function catmullRom(p0: Point, p1: Point, p2: Point, p3: Point, t: number): Point {
  const axis = (k: 0 | 1): number =>
    p1[k] +
    (t / 2) *
      (p2[k] -
        p0[k] +
        t * (2 * p0[k] - 5 * p1[k] + 4 * p2[k] - p3[k] + t * (3 * (p1[k] - p2[k]) + p3[k] - p0[k])));
  return [axis(0), axis(1)];
}

/** A smooth path through positions written as in SVG. */
export function route(text: string): Point[] {
  return smoothPath(points(text), 10);
}

/** Points on an arc from one angle to another (turns), about every 3 px. */
export function arc([x, y]: Point, radius: number, from: number, to: number): Point[] {
  const pieces = Math.max(8, Math.round((Math.abs(to - from) * radius * 6.28) / 3));
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const [dx, dy] = direction(from + ((to - from) * i) / pieces);
    return [x + dx * radius, y + dy * radius] as const;
  });
}

/** Positions every `step` px along a path, each with the path's unit direction there. */
export function* walk(
  path: readonly Point[],
  step: number,
): Generator<{ readonly at: Point; readonly along: Point }> {
  let next = step / 2;
  for (let i = 1; i < path.length; i++) {
    const [a, b] = [path[i - 1]!, path[i]!];
    const length = distance(a, b);
    if (length === 0) continue;
    const along: Point = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
    for (; next < length; next += step) yield { at: between(a, b, next / length), along };
    next -= length;
  }
}

/** A rectangle around a centre: `length` along the unit vector `along`, `width` across it. */
export function box([x, y]: Point, [ux, uy]: Point, length: number, width: number): Point[] {
  const [lx, ly] = [(ux * length) / 2, (uy * length) / 2];
  const [wx, wy] = [(-uy * width) / 2, (ux * width) / 2];
  return [
    [x - lx - wx, y - ly - wy],
    [x + lx - wx, y + ly - wy],
    [x + lx + wx, y + ly + wy],
    [x - lx + wx, y - ly + wy],
  ];
}

export function moved(points: readonly Point[], [dx, dy]: Point): Point[] {
  return points.map(([x, y]) => [x + dx, y + dy] as const);
}

/** A closed ring with its corners rounded: each pass cuts a quarter off both ends of every side (Chaikin). */
export function rounded(ring: readonly Point[], passes: number): readonly Point[] {
  if (passes === 0) return ring;
  const cut = ring.flatMap((corner, i) => {
    const next = ring[(i + 1) % ring.length]!;
    return [between(corner, next, 0.25), between(corner, next, 0.75)];
  });
  return rounded(cut, passes - 1);
}
