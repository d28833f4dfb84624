import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Affine } from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import type { Grid } from "../../src/geo/grid.ts";
import { groundOf } from "../../src/vector/ground.ts";

interface KnownGrid {
  readonly name: string;
  readonly epsg: number;
  readonly affine: Affine;
  readonly size: number;
  readonly rings: Readonly<
    Record<string, { readonly ring: readonly number[]; readonly area: number; readonly perimeter: number }>
  >;
}

const { grids } = JSON.parse(
  readFileSync(new URL("../fixtures/geodesic/pyproj.json", import.meta.url), "utf8"),
) as { readonly grids: readonly KnownGrid[] };

describe.each(grids)("on the ground of $name", ({ epsg, affine, size, rings }) => {
  const grid: Grid = { width: size, height: size, affine, crs: crsFromEpsg(epsg) };
  const ground = groundOf(grid)!;
  test.each(Object.entries(rings))(
    "%s has pyproj's geodesic area to 0.03 % and length to 0.05 %",
    (name, known) => {
      const ring = Int32Array.from(known.ring);
      // Between the rotated grid's handedness and ours only the sign differs.
      const area = Math.abs(known.area);
      // A ring around a pole has no inside for pyproj unless it is cut at a meridian.
      if (!(name === "all" && epsg === 3413))
        expect(Math.abs(ground.ringArea(ring) / area - 1)).toBeLessThan(3e-4);
      expect(Math.abs(ground.ringLength(ring) / known.perimeter - 1)).toBeLessThan(5e-4);
    },
  );
});

const pixel = Int32Array.of(2, 3, 2, 4, 3, 4, 3, 3);

test("a hole has a negative area", () => {
  const grid: Grid = { width: 9, height: 9, affine: [1, 0, 5e5, 0, -1, 28e5], crs: crsFromEpsg(32640) };
  const hole = Int32Array.of(2, 3, 3, 3, 3, 4, 2, 4);
  expect(groundOf(grid)!.ringArea(hole)).toBeCloseTo(-groundOf(grid)!.ringArea(pixel), 9);
});

test("a CRS that cannot be projected is measured in its plane", () => {
  const crs = { ...crsFromEpsg(32640)!, epsg: null, proj4: null, metresPerUnit: 0.3048 };
  const ground = groundOf({ width: 9, height: 9, affine: [10, 0, 0, 0, -10, 0], crs })!;
  expect(ground.ringArea(pixel)).toBeCloseTo(3.048 ** 2, 9);
  expect(ground.ringLength(pixel)).toBeCloseTo(4 * 3.048, 9);
});

test("without a CRS nothing is known in metres", () => {
  expect(groundOf({ width: 9, height: 9, affine: [1, 0, 0, 0, 1, 0], crs: null })).toBeNull();
});
