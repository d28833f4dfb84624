import fc from "fast-check";
import { expect, test } from "vitest";
import { TriangleGuard } from "../../src/vector/triangle-guard.ts";

type Point = readonly [x: number, y: number];

const WIDTH = 150;
const keyOf = ([x, y]: Point): string => `${x},${y}`;

/** A guard that knows points, from a row on: rows before it were known and are forgotten. */
function guardOf(points: readonly Point[], firstRow: number): TriangleGuard {
  const guard = new TriangleGuard(WIDTH);
  for (let row = 0; row < firstRow; row += 50) {
    guard.reach(row);
    guard.add(row % WIDTH, row);
    guard.forgetAbove(row);
  }
  guard.forgetAbove(firstRow);
  for (const [x, y] of [...points].sort((a, b) => a[1] - b[1])) {
    guard.reach(y);
    guard.add(x, y);
  }
  guard.reach(400);
  return guard;
}

const cross = ([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): number =>
  (bx - ax) * (py - ay) - (by - ay) * (px - ax);

/** By the rule, point by point: nothing but the corners in the triangle or within 0.1 px of the line a b. */
function bruteIsClear(known: readonly Point[], a: Point, v: Point, b: Point): boolean {
  const corners = new Set([a, v, b].map(keyOf));
  const [xs, ys] = [
    [a[0], v[0], b[0]],
    [a[1], v[1], b[1]],
  ];
  return known.every((p) => {
    if (corners.has(keyOf(p))) return true;
    if (p[0] < Math.min(...xs) || p[0] > Math.max(...xs)) return true;
    if (p[1] < Math.min(...ys) || p[1] > Math.max(...ys)) return true;
    if (Math.abs(cross(a, b, p)) <= 0.1 * Math.hypot(b[0] - a[0], b[1] - a[1])) return false;
    const sides = [cross(a, v, p), cross(v, b, p), cross(b, a, p)];
    return sides.some((side) => side < 0) && sides.some((side) => side > 0);
  });
}

/** Douglas and Peucker's rule: what is further than `limit` px from the segments that are left splits them. */
function bruteKept(line: readonly Point[], limit: number): Set<number> {
  const last = line.length - 1;
  const furthest = (from: number, to: number, least: number): number | null => {
    let [most, found]: [number, number | null] = [least, null];
    const [a, b] = [line[from]!, line[to]!];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    for (let i = from + 1; i < to; i++) {
      const p = line[i]!;
      const along = (p[0] - a[0]) * dx + (p[1] - a[1]) * dy;
      const end = along <= 0 ? a : b;
      const isBeside = along <= 0 || along >= dx * dx + dy * dy;
      const distance2 = isBeside
        ? (p[0] - end[0]) ** 2 + (p[1] - end[1]) ** 2
        : cross(a, b, p) ** 2 / (dx * dx + dy * dy);
      if (distance2 > most) [most, found] = [distance2, i];
    }
    return found;
  };
  const kept = new Set([0, last]);
  if (keyOf(line[0]!) === keyOf(line[last]!)) {
    const opposite = furthest(0, last, -1)!;
    kept
      .add(opposite)
      .add(furthest(0, opposite, -1)!)
      .add(furthest(opposite, last, -1)!);
  }
  const split = (from: number, to: number): void => {
    const middle = furthest(from, to, limit ** 2);
    if (middle === null) return;
    kept.add(middle);
    split(from, middle);
    split(middle, to);
  };
  const marks = [...kept].sort((a, b) => a - b);
  for (let k = 1; k < marks.length; k++) split(marks[k - 1]!, marks[k]!);
  return kept;
}

/** Corners go as long as any can, sweep by sweep, and so do the points that they were. */
function bruteThin(line: readonly Point[], others: readonly Point[], limit: number, least: number): Point[] {
  const kept = bruteKept(line, limit);
  let left = line.map((point, i) => ({ point, stays: kept.has(i) }));
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    const next = left.slice(0, 1);
    for (let i = 1; i < left.length; i++) {
      const corner = left[i]!;
      const count = next.length + left.length - i;
      const known = [
        ...others,
        ...next.map(({ point }) => point),
        ...left.slice(i).map(({ point }) => point),
      ];
      const goes =
        !corner.stays &&
        count > least &&
        bruteIsClear(known, next.at(-1)!.point, corner.point, left[i + 1]!.point);
      if (goes) i++;
      next.push(left[i]!);
    }
    left = next;
  }
  return left.map(({ point }) => point);
}

/** Points near each other, no two in one place, the columns up to 10 times as far apart as the rows: a line, and others. */
const tangle = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.nat(14), fc.nat(14)), { selector: keyOf, minLength: 3, maxLength: 60 }),
    fc.double({ min: 0.1, max: 1, noNaN: true }),
    fc.constantFrom(1, 1, 3, 10),
  )
  .map(([points, share, stretch]) => {
    const placed = points.map(([x, y]): Point => [x * stretch, 200 + y]);
    const count = Math.max(3, Math.round(share * placed.length));
    return { line: placed.slice(0, count), others: placed.slice(count) };
  });

const scattered = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 0, max: WIDTH }), fc.integer({ min: 150, max: 400 })),
  {
    selector: keyOf,
    maxLength: 400,
  },
);

test("property: a corner is cut off where no point that is known lies in the triangle, as a look at each says", () => {
  const corner = fc.tuple(fc.integer({ min: 0, max: 2 * WIDTH }), fc.integer({ min: 300, max: 800 }));
  const found = { clear: 0, taken: 0 };
  fc.assert(
    fc.property(scattered, corner, corner, corner, (points, ...halves) => {
      const [a, v, b] = halves.map(([x, y]): Point => [x / 2, y / 2]) as [Point, Point, Point];
      const isClear = guardOf(points, 150).isClear(...a, ...v, ...b);
      found[isClear ? "clear" : "taken"]++;
      expect(isClear).toBe(bruteIsClear(points, a, v, b));
    }),
    { numRuns: 500 },
  );
  expect(Math.min(found.clear, found.taken)).toBeGreaterThan(10);
});

test("property: a line loses the corners that it does not need, as a search among all points finds them", () => {
  fc.assert(
    fc.property(tangle, fc.double({ min: 0.1, max: 4, noNaN: true }), ({ line, others }, tolerance) => {
      const guard = guardOf([...line, ...others], 150);
      for (const point of line) guard.line.push(...point);
      guard.thin(false, tolerance, 2);
      const { x, y, count } = guard.line;
      const left = Array.from({ length: count }, (_, i): Point => [x[i]!, y[i]!]);
      expect(left).toEqual(bruteThin(line, others, tolerance + 0.5, 2));
      const isKnown = ([x, y]: Point): boolean =>
        !guard.isClear(x - 0.5, y - 0.5, x + 0.5, y - 0.5, x, y + 0.5);
      const known = new Set([...left, ...others].map(keyOf));
      for (const point of line) expect(isKnown(point)).toBe(known.has(keyOf(point)));
    }),
    { numRuns: 1000 },
  );
});

test("property: a loop begins at its point that is furthest from its first, and keeps four corners", () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      side,
      side,
      fc.nat(3),
      fc.double({ min: 1, max: 100, noNaN: true }),
      (width, height, first, tolerance) => {
        const corners: Point[] = [
          [10, 200],
          [10, 200 + height],
          [10 + width, 200 + height],
          [10 + width, 200],
        ];
        const loop = [...corners.slice(first), ...corners.slice(0, first)];
        const guard = guardOf(corners, 200);
        for (const point of [...loop, loop[0]!]) guard.line.push(...point);
        guard.thin(true, tolerance, 2);
        const { x, y, count } = guard.line;
        const left = Array.from({ length: count }, (_, i) => keyOf([x[i]!, y[i]!]));
        expect(left).toEqual([2, 3, 0, 1, 2].map((k) => keyOf(loop[k]!)));
      },
    ),
  );
});

test("a line of many points and many rows keeps them while room is made", () => {
  const guard = new TriangleGuard(9);
  for (let y = 0; y < 5000; y++) {
    guard.reach(y);
    guard.add(y % 3, y);
    guard.line.push(y % 3, y);
  }
  expect([...guard.line.y.subarray(0, 5000)]).toEqual(Array.from({ length: 5000 }, (_, y) => y));
  for (let y = 0; y < 5000; y++) {
    const x = y % 3;
    expect(guard.isClear(x - 0.5, y - 0.5, x + 0.5, y - 0.5, x, y + 0.5)).toBe(false);
    expect(guard.isClear(x + 0.5, y - 0.5, x + 1.5, y - 0.5, x + 1, y + 0.5)).toBe(true);
  }
});
