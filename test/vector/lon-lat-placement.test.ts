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
});
