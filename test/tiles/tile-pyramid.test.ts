import { expect, test } from "vitest";
import type { Affine } from "../../src/geo/affine.ts";
import type { Grid } from "../../src/geo/grid.ts";
import { webMercatorResolution } from "../../src/geo/tile-matrix-set.ts";
import { planTilePyramid, tileRows, zoomsOf } from "../../src/tiles/tile-pyramid.ts";
import { DUBAI, epsg } from "./support/label-scene.ts";

const plan = (grid: Grid, tileSize = 512) => planTilePyramid("scene.tif", grid, tileSize);
const tilesAt = (grid: Grid, z: number) =>
  tileRows(plan(grid), z).flatMap(({ y, xs }) => xs.map((x) => `${x}/${y}`));
const dubai: Grid = { width: 10_000, height: 8_000, affine: DUBAI, crs: epsg(32640) };

test("the deepest zoom is the one whose pixels are nearest in size to the scene's", () => {
  const { maxZoom, center } = plan(dubai);
  const metres = webMercatorResolution(maxZoom, 512) * Math.cos((center[1] * Math.PI) / 180);
  expect(metres).toBeGreaterThan(Math.SQRT1_2);
  expect(metres).toBeLessThan(Math.SQRT2);
  expect(plan(dubai, 256).maxZoom).toBe(maxZoom + 1);
});

test("at the lowest zoom the whole scene lies in one tile, one zoom deeper it does not", () => {
  const { minZoom, maxZoom } = plan(dubai);
  expect(tilesAt(dubai, minZoom)).toHaveLength(1);
  expect(tilesAt(dubai, minZoom + 1).length).toBeGreaterThan(1);
  expect(zoomsOf(plan(dubai))).toEqual(Array.from({ length: maxZoom - minZoom + 1 }, (_, i) => minZoom + i));
});

test("a scene across Greenwich and the equator starts at zoom 0", () => {
  expect(
    plan({ width: 40, height: 40, affine: [0.01, 0, -0.2, 0, -0.01, 0.2], crs: epsg(4326) }).minZoom,
  ).toBe(0);
});

test("a scene smaller than a tile has its own zoom only", () => {
  const grid: Grid = { ...dubai, width: 60, height: 50 };
  expect(plan(grid).minZoom).toBe(plan(grid).maxZoom);
});

test("bounds are those of the corners, whichever way the rows run", () => {
  const north: Affine = [0.001, 0, 10, 0, -0.001, 50];
  const south: Affine = [0.001, 0, 10, 0, 0.001, 49.8];
  for (const affine of [north, south]) {
    const { bounds, center } = plan({ width: 300, height: 200, affine, crs: epsg(4326) });
    for (const [i, expected] of [10, 49.8, 10.3, 50].entries()) expect(bounds[i]).toBeCloseTo(expected, 9);
    expect(center[0]).toBeCloseTo(10.15, 9);
    expect(center[1]).toBeCloseTo(49.9, 3);
  }
});

test("a scene over the antimeridian has tiles on both ends of the world and bounds right across it", () => {
  const grid: Grid = {
    width: 300,
    height: 200,
    affine: [100, 0, 814_000, 0, -100, 1_110_000],
    crs: epsg(32660),
  };
  const { bounds, center, maxZoom } = plan(grid);
  expect([bounds[0], bounds[2]]).toEqual([-180, 180]);
  expect(Math.abs(center[0])).toBeGreaterThan(179.8);
  const xs = tileRows(plan(grid), maxZoom)[0]!.xs;
  expect(xs).toContain(0);
  expect(xs).toContain(2 ** maxZoom - 1);
  expect(xs.length).toBeLessThan(20);
});

test("a geographic scene that runs on past 180° has the same tiles as in UTM", () => {
  const grid: Grid = {
    width: 300,
    height: 200,
    affine: [0.001, 0, 179.85, 0, -0.001, 10.1],
    crs: epsg(4326),
  };
  const { bounds, maxZoom } = plan(grid);
  expect([bounds[0], bounds[2]]).toEqual([-180, 180]);
  expect(tileRows(plan(grid), maxZoom)[0]!.xs).toContain(0);
  expect(tileRows(plan(grid), maxZoom)[0]!.xs).toContain(2 ** maxZoom - 1);
});

test("the whole world has one tile at zoom 0, four at zoom 1 and a warning for the poles", () => {
  const world: Grid = { width: 3600, height: 1800, affine: [0.1, 0, -180, 0, -0.1, 90], crs: epsg(4326) };
  const { bounds, minZoom, warnings } = plan(world);
  expect(minZoom).toBe(0);
  expect(bounds).toEqual([-180, -85.05112877980659, 180, 85.05112877980659]);
  expect(tilesAt(world, 1)).toHaveLength(4);
  expect(warnings.join()).toContain("85.05°");
});

test("a scene around the pole reaches all longitudes", () => {
  const pole: Grid = { width: 200, height: 200, affine: [20_000, 0, -2e6, 0, -20_000, 2e6], crs: epsg(3413) };
  const { bounds, warnings } = plan(pole);
  expect([bounds[0], bounds[2], bounds[3]]).toEqual([-180, 180, 85.05112877980659]);
  expect(bounds[1]).toBeGreaterThan(60);
  expect(bounds[1]).toBeLessThan(68);
  expect(warnings).toHaveLength(1);
});

test.each([
  { crs: null, found: "has no coordinate reference system" },
  {
    crs: { ...epsg(32640), proj4: null, name: "Site grid" },
    found: "is in Site grid, which cannot be projected",
  },
])("a scene without a place on earth is refused: it $found", ({ crs, found }) => {
  expect(() => plan({ ...dubai, crs })).toThrow(expect.objectContaining({ code: "no-crs" }));
  expect(() => plan({ ...dubai, crs })).toThrow(found);
});
