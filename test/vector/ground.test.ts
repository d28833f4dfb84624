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

test("a comb of thousands of teeth has the area of its teeth, and the length of their edges", () => {
  const grid: Grid = { width: 6001, height: 9, affine: [1, 0, 5e5, 0, -1, 28e5], crs: crsFromEpsg(32640) };
  const ground = groundOf(grid)!;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const teeth = Array.from({ length: 3000 }, (_, k) =>
    Int32Array.of(2 * k, 1, 2 * k, 4, 2 * k + 1, 4, 2 * k + 1, 1),
  );
  const bottom = teeth.flatMap(([left, , , , right]) => [left!, 1, left!, 4, right!, 4, right!, 1]);
  const comb = Int32Array.from([...bottom, 5999, 0, 0, 0]);
  const back = Int32Array.of(0, 0, 0, 1, 5999, 1, 5999, 0);
  const areas = teeth.map((tooth) => ground.ringArea(tooth));
  expect(ground.ringArea(comb)).toBeCloseTo(sum(areas) + ground.ringArea(back), 3);
  const edges = teeth.map((tooth) => ground.ringLength(tooth));
  expect(ground.ringLength(comb)).toBeCloseTo(sum(edges) + ground.ringLength(back) - 2 * 3000, -1);
});

test("an edge across sheared pixels is as long as between the same places of upright ones", () => {
  const crs = crsFromEpsg(32640);
  const sheared = groundOf({ width: 500, height: 500, affine: [10, 5, 5e5, 0, -10, 28e5], crs })!;
  const upright = groundOf({ width: 9000, height: 9000, affine: [1, 0, 5e5, 0, -1, 28e5], crs })!;
  const length = sheared.ringLength(Int32Array.of(0, 0, 300, 400, 300, 0));
  const same = upright.ringLength(Int32Array.of(0, 0, 5000, 4000, 3000, 0));
  expect(Math.abs(length / same - 1)).toBeLessThan(1e-6);
});

test("the last pixels of a grid that is cut into whole cells are as large as those before them", () => {
  const grid: Grid = { width: 4096, height: 4096, affine: [1, 0, 5e5, 0, -1, 28e5], crs: crsFromEpsg(32640) };
  const ground = groundOf(grid)!;
  const at = (x: number, y: number): Int32Array => Int32Array.of(x, y, x, y + 1, x + 1, y + 1, x + 1, y);
  for (const [x, y] of [
    [4095, 4095],
    [0, 4095],
    [4095, 0],
  ] as const) {
    const [inner, last] = [at(Math.max(0, x - 1), Math.max(0, y - 1)), at(x, y)];
    expect(ground.ringArea(last)).toBeCloseTo(ground.ringArea(inner), 4);
    expect(ground.ringLength(last)).toBeCloseTo(ground.ringLength(inner), 4);
  }
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
