import { describe, expect, test } from "vitest";
import { type Affine, pixelPoint, pixelToWorld } from "../../src/geo/affine.ts";
import { crsFromEpsg, lonLatProjection } from "../../src/geo/crs.ts";
import type { Grid } from "../../src/geo/grid.ts";
import { LonLatPlacement } from "../../src/vector/lon-lat-placement.ts";

const grids: Readonly<Record<string, readonly [epsg: number, affine: Affine]>> = {
  "UTM, 1 m": [32640, [1, 0, 500000, 0, -1, 2800000]],
  "UTM at 68 north, 30 m": [32633, [30, 0, 300000, 0, -30, 7600000]],
  "UTM, rotated": [32633, [8, 6, 300000, 6, -8, 5500000]],
  "Web Mercator": [3857, [10, 0, 1000000, 0, -10, 7000000]],
  degrees: [4326, [0.001, 0, 10, 0, -0.001, 55]],
  "Antarctic, 500 m": [3031, [500, 0, 500000, 0, -500, 1500000]],
};

describe.each(Object.entries(grids))("on %s", (_, [epsg, affine]) => {
  const grid: Grid = { width: 3000, height: 2000, affine, crs: crsFromEpsg(epsg) };
  const placement = new LonLatPlacement(grid);
  const { toLonLat } = lonLatProjection(grid.crs!);

  test("a corner of a pixel lies within a hundredth of a pixel of its exact position", () => {
    for (const [col, row] of [
      [0, 0],
      [1, 1],
      [1501, 777],
      [2999, 1999],
      [2345, 67],
    ] as const) {
      const ring = Int32Array.of(col, row, col, row + 1, col + 1, row + 1, col + 1, row);
      const placed = placement.place(ring);
      const exact = (c: number, r: number) => toLonLat(pixelToWorld(affine, pixelPoint(c, r)));
      const [lon, lat] = exact(col, row);
      const [lonRight, latRight] = exact(col + 1, row);
      const [lonBelow, latBelow] = exact(col, row + 1);
      const shrink = Math.cos((lat * Math.PI) / 180);
      const side = Math.min(
        Math.hypot((lonRight - lon) * shrink, latRight - lat),
        Math.hypot((lonBelow - lon) * shrink, latBelow - lat),
      );
      const nearest = Math.min(
        ...[0, 2, 4, 6].map((k) => Math.hypot((placed[k]! - lon) * shrink, placed[k + 1]! - lat)),
      );
      expect(nearest / side).toBeLessThan(0.01);
    }
  });

  test("a ring of thousands of points is placed as each of its edges is", () => {
    const corner = (k: number): readonly [number, number] => [(k * 977) % 90, (k * 1409) % 60];
    const ring = Int32Array.from({ length: 2 * 3000 }, (_, i) => corner(i >> 1)[i & 1]!);
    const edges = Array.from({ length: 3000 }, (_, k) => {
      const thereAndBack = placement.place(Int32Array.of(...corner(k), ...corner((k + 1) % 3000)));
      return thereAndBack.subarray(0, (thereAndBack.length - 2) / 2);
    });
    const expected = edges.flatMap((edge) => [...edge]);
    const placed = [...placement.place(ring)];
    expect(placed.slice(0, -2)).toEqual(expected);
    expect(placed.slice(-2)).toEqual(expected.slice(0, 2));
  });

  test("an edge gets the same points from both sides", () => {
    const pairs = (ring: Int32Array): string[] => {
      const placed = placement.place(ring);
      return Array.from({ length: placed.length / 2 - 1 }, (_, k) => `${placed[2 * k]},${placed[2 * k + 1]}`);
    };
    for (const [x, y] of [
      [2900, 17],
      [17, 1900],
      [2900, 1901],
    ] as const) {
      const there = pairs(Int32Array.of(17, 17, x, y));
      const back = pairs(Int32Array.of(x, y, 17, 17));
      expect(new Set(back)).toEqual(new Set(there));
    }
  });

  test.each([
    [2900, 17],
    [17, 1900],
    [2900, 1901],
    [1, 17],
    [17, 1],
    [2, 3],
  ])("an edge from (17, 17) to (%i, %i) and back gets points along its way", (x, y) => {
    const placed = placement.place(Int32Array.of(17, 17, x, y));
    const half = (placed.length - 2) / 2;
    const distance = (k: number): number => Math.hypot(placed[k]! - placed[0]!, placed[k + 1]! - placed[1]!);
    for (let k = 2; k < placed.length; k += 2) {
      if (k <= half) expect(distance(k)).toBeGreaterThan(distance(k - 2));
      else expect(distance(k)).toBeLessThan(distance(k - 2));
    }
  });
});
