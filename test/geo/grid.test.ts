import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Affine, pixelPoint, pixelToWorld, rebaseAffine } from "../../src/geo/affine.ts";
import { type Crs, crsFromEpsg } from "../../src/geo/crs.ts";
import {
  boundsOf,
  type Grid,
  gridBounds,
  groundSampleDistance,
  pixelArea,
  sameCrs,
  sameGrid,
} from "../../src/geo/grid.ts";

const UTM = crsFromEpsg(32640)!;
const grid = (affine: Affine, crs: Crs | null = UTM): Grid => ({ width: 100, height: 80, affine, crs });
const NORTH_UP: Affine = [10, 0, 325000, 0, -10, 2790000];

/** Grids of 5 to 500 m in every kind of projection. */
const grids = fc
  .record({
    place: fc.constantFrom<[epsg: number, x: number, y: number, metresPerUnit: number]>(
      [32640, 325000, 2790000, 1],
      [3857, 1000000, 8400000, 1],
      [4326, 55.3, -25.2, 111_320],
      [3413, -20000, 15000, 1],
      [2263, 990000, 220000, 0.3048],
    ),
    metres: fc.integer({ min: 5, max: 500 }),
    turn: fc.constantFrom(0, 0, 0.4, 2),
  })
  .map(({ place: [epsg, x, y, metresPerUnit], metres, turn }): Grid => {
    const side = metres / metresPerUnit;
    const [cos, sin] = [side * Math.cos(turn), side * Math.sin(turn)];
    return grid([cos, sin, x, sin, -cos, y], crsFromEpsg(epsg)!);
  });

describe("the area of a pixel", () => {
  test("property: four pixels have the area of the pixel that they make up", () => {
    fc.assert(
      fc.property(grids, fc.nat(90), fc.nat(70), (fine, col, row) => {
        const coarse: Grid = { ...fine, affine: rebaseAffine(fine.affine, pixelPoint(col, row), 2) };
        const four = [0, 1, 2, 3].map((place) => pixelArea(fine, col + (place % 2), row + (place >> 1))!);
        expect(four.reduce((sum, area) => sum + area) / pixelArea(coarse, 0, 0)!).toBeCloseTo(1, 7);
      }),
    );
  });

  test("property: it does not matter which way up or how turned the grid is", () => {
    fc.assert(
      fc.property(grids, fc.nat(90), fc.nat(70), (given, col, row) => {
        const [a, b, , d, e] = given.affine;
        const [x, y] = pixelToWorld(given.affine, pixelPoint(col + 1, row));
        const turned: Grid = { ...given, affine: [b, -a, x, e, -d, y] };
        expect(pixelArea(turned, 0, 0)! / pixelArea(given, col, row)!).toBeCloseTo(1, 6);
      }),
    );
  });

  test("shrinks with the scale of the projection: Web Mercator by its cosine squared, UTM's middle by 0.9996²", () => {
    const mercator = grid([1, 0, 0, 0, -1, 8399737.89], crsFromEpsg(3857)!);
    // Ellipsoidal radii at 60° N: M·N·cos²φ / a² of Web Mercator's sphere.
    const e2 = 0.0066943799901413165;
    const w2 = 1 - e2 * 0.75;
    expect(pixelArea(mercator, 0, 0)).toBeCloseTo((0.25 * (1 - e2)) / w2 ** 2, 6);
    expect(pixelArea(grid([1, 0, 500000, 0, -1, 2790000]), 0, 0)).toBeCloseTo(1 / 0.9996 ** 2, 6);
  });

  test("is right at the pole, which lies inside the pixel", () => {
    const polar = grid([1000, 0, -500, 0, -1000, 500], crsFromEpsg(3413)!);
    const beside = pixelArea(polar, 1, 0)!;
    expect(pixelArea(polar, 0, 0)! / beside).toBeCloseTo(1, 6);
  });

  test("is in the CRS's unit where it cannot be projected, and unknown without a CRS", () => {
    const plane: Crs = { ...UTM, proj4: null, metresPerUnit: 0.3048 };
    expect(pixelArea(grid(NORTH_UP, plane), 3, 3)).toBeCloseTo(100 * 0.3048 ** 2, 12);
    expect(pixelArea(grid(NORTH_UP, { ...plane, metresPerUnit: null }), 3, 3)).toBeNull();
    expect(pixelArea(grid(NORTH_UP, null), 3, 3)).toBeNull();
  });
});

describe("ground sample distance", () => {
  test("property: is the side of a square with the central pixel's area", () => {
    fc.assert(
      fc.property(grids, (given) => {
        expect(groundSampleDistance(given)! ** 2 / pixelArea(given, 50, 40)!).toBeCloseTo(1, 12);
      }),
    );
  });

  test("is unknown without a CRS", () => {
    expect(groundSampleDistance(grid(NORTH_UP, null))).toBeNull();
  });
});

describe("bounds", () => {
  const points = fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 1, maxLength: 20 });

  test("property: hold every point and touch one on each side", () => {
    fc.assert(
      fc.property(points, (all) => {
        const [west, south, east, north] = boundsOf(all);
        expect(all.every(([x, y]) => x >= west && x <= east && y >= south && y <= north)).toBe(true);
        expect([west, east].every((side) => all.some(([x]) => x === side))).toBe(true);
        expect([south, north].every((side) => all.some(([, y]) => y === side))).toBe(true);
      }),
    );
  });

  test("of a north-up grid are its corners", () => {
    expect(gridBounds(grid(NORTH_UP))).toEqual([325000, 2789200, 326000, 2790000]);
  });

  test("property: of a grid hold each of its pixel corners", () => {
    fc.assert(
      fc.property(grids, fc.nat(100), fc.nat(80), (given, col, row) => {
        const [west, south, east, north] = gridBounds(given);
        const [x, y] = pixelToWorld(given.affine, pixelPoint(col, row));
        const slack = 1e-6;
        expect(x >= west - slack && x <= east + slack && y >= south - slack && y <= north + slack).toBe(true);
      }),
    );
  });
});

describe("the same grid", () => {
  test("property: is one that differs by less than a millionth of a pixel at any corner", () => {
    fc.assert(
      fc.property(grids, fc.constantFrom(0, 1, 2, 3, 4, 5), (given, place) => {
        const side = Math.hypot(given.affine[0], given.affine[3]);
        const moved = (by: number): Grid => {
          const affine = [...given.affine] as [number, number, number, number, number, number];
          affine[place] = affine[place]! + by * side;
          return { ...given, affine };
        };
        // A step of the matrix's linear part adds up over 80 or 100 pixels.
        const reach = place === 2 || place === 5 ? 1 : 100;
        expect(sameGrid(given, given)).toBe(true);
        expect(sameGrid(given, moved(0.5e-6 / reach))).toBe(true);
        expect(sameGrid(given, moved(3e-6 / reach))).toBe(false);
        expect(sameGrid(moved(3e-6 / reach), given)).toBe(false);
      }),
    );
  });

  test("has the same size and CRS", () => {
    const given = grid(NORTH_UP);
    expect(sameGrid(given, { ...given, width: 99 })).toBe(false);
    expect(sameGrid(given, { ...given, height: 81 })).toBe(false);
    expect(sameGrid(given, { ...given, crs: null })).toBe(false);
    expect(sameGrid(given, { ...given, crs: crsFromEpsg(32639) })).toBe(false);
    expect(sameGrid({ ...given, crs: null }, { ...given, crs: null })).toBe(true);
  });
});

describe("the same CRS", () => {
  const own: Crs = { ...UTM, epsg: null };
  test.each([
    { a: UTM, b: crsFromEpsg(32640), same: true, because: "the EPSG codes are equal" },
    { a: UTM, b: crsFromEpsg(32641), same: false, because: "the EPSG codes differ" },
    { a: UTM, b: own, same: false, because: "only one has an EPSG code" },
    { a: own, b: { ...own, name: "other" }, same: true, because: "the PROJ strings are equal" },
    { a: own, b: { ...own, proj4: "+proj=utm +zone=41" }, same: false, because: "the PROJ strings differ" },
    {
      a: { ...own, proj4: null },
      b: { ...own, proj4: null },
      same: true,
      because: "the GeoTIFF keys are equal",
    },
    {
      a: { ...own, proj4: null },
      b: { ...own, proj4: null, geoKeys: [] },
      same: false,
      because: "the GeoTIFF keys differ",
    },
    { a: null, b: null, same: true, because: "both are unknown" },
    { a: UTM, b: null, same: false, because: "one is unknown" },
  ])("is $same when $because", ({ a, b, same }) => {
    expect(sameCrs(a, b)).toBe(same);
    expect(sameCrs(b, a)).toBe(same);
  });
});
