import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { type Grid, pixelArea } from "../../src/geo/grid.ts";
import type { Window } from "../../src/geo/window.ts";
import { rowAreas } from "../../src/report/pixel-areas.ts";

/** Places that are as hard as the lattice's cells allow: high latitudes, zone edges, the poles. */
const PLACES: readonly (readonly [
  name: string,
  epsg: number,
  x: number,
  y: number,
  metresPerUnit: number,
])[] = [
  ["UTM at its zone's edge", 32640, 150000, 7900000, 1],
  ["Web Mercator at 84° N", 3857, 500000, 19000000, 1],
  ["degrees beside the pole", 4326, 10, 89.3, 111_320],
  ["polar stereographic at the pole", 3413, -30000, 30000, 1],
  ["Lambert conformal, Europe", 3034, 3000000, 5500000, 1],
  ["equal-area cylinder of the world", 6933, 1000000, 6000000, 1],
];

/** The areas of a window's pixels one by one, row by row. */
function pixelAreas(grid: Grid, window: Window): Float64Array {
  const areas = rowAreas(grid, window)!;
  return Float64Array.from({ length: window.width * window.height }, (_, i) => {
    const col = i % window.width;
    if (col === 0) areas.toRow(i / window.width);
    return areas.between(col, col + 1);
  });
}

function gridAt(epsg: number, x: number, y: number, side: number, turn = 0): Grid {
  const [cos, sin] = [side * Math.cos(turn), side * Math.sin(turn)];
  return { width: 700, height: 500, affine: [cos, sin, x, sin, -cos, y], crs: crsFromEpsg(epsg)! };
}

describe("areas of a window's pixels", () => {
  test.each(PLACES)(
    "property: each is the pixel's own area within 1e-6: %s",
    (_, epsg, x, y, metresPerUnit) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 5, max: 100 }),
          fc.constantFrom(0, 0.3),
          fc.nat(600),
          fc.nat(400),
          (metres, turn, col, row) => {
            const side = epsg === 4326 ? Math.min(metres, 10) : Math.min(metres, 100);
            const grid = gridAt(epsg, x, y, side / metresPerUnit, turn);
            const areas = pixelAreas(grid, { col, row, width: 100, height: 100 });
            for (const [dx, dy] of [
              [0, 0],
              [99, 0],
              [50, 51],
              [99, 99],
            ] as const) {
              const exact = pixelArea(grid, col + dx, row + dy)!;
              expect(Math.abs(areas[dy * 100 + dx]! / exact - 1)).toBeLessThan(1e-6);
            }
          },
        ),
        { numRuns: 30 },
      );
    },
  );

  test("property: a pixel's area is the same in every window that holds it", () => {
    const grid = gridAt(32640, 325000, 2790000, 10);
    const window = fc.record({ col: fc.nat(600), row: fc.nat(400), width: fc.integer({ min: 1, max: 100 }) });
    fc.assert(
      fc.property(window, ({ col, row, width }) => {
        const areas = pixelAreas(grid, { col, row, width, height: 7 });
        const last = pixelAreas(grid, { col: col + width - 1, row: row + 6, width: 1, height: 1 });
        expect(areas.at(-1)).toBe(last[0]);
      }),
    );
  });

  test("property: that of a run is the sum of its pixels', over cells of the lattice too", () => {
    const grid = gridAt(32640, 325000, 2790000, 10, 0.3);
    const run = fc.record({ col: fc.nat(300), from: fc.nat(350), length: fc.integer({ min: 1, max: 350 }) });
    fc.assert(
      fc.property(run, fc.nat(499), ({ col, from, length }, row) => {
        const window = { col: Math.min(col, 700 - from - length), row, width: from + length, height: 1 };
        fc.pre(window.col >= 0);
        const areas = rowAreas(grid, window)!;
        areas.toRow(0);
        const each = pixelAreas(grid, window).subarray(from);
        const sum = each.reduce((total, area) => total + area, 0);
        expect(areas.between(from, from + length) / sum).toBeCloseTo(1, 12);
      }),
    );
  });

  test("is unknown without a CRS", () => {
    const grid: Grid = { ...gridAt(32640, 0, 0, 1), crs: null };
    expect(rowAreas(grid, { col: 0, row: 0, width: 1, height: 1 })).toBeNull();
  });

  test("is 0 where the projection is not on the Earth", () => {
    const orthographic = { ...crsFromEpsg(32640)!, proj4: "+proj=ortho +lat_0=0 +lon_0=0 +ellps=sphere" };
    const grid: Grid = { width: 2, height: 1, affine: [1e7, 0, -5e4, 0, -1e5, 5e4], crs: orthographic };
    const areas = pixelAreas(grid, { col: 0, row: 0, width: 2, height: 1 });
    expect(areas[1]).toBe(0);
  });
});
