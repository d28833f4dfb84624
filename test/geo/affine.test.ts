import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Affine,
  composeAffines,
  determinant,
  IDENTITY,
  invertAffine,
  isAxisAligned,
  pixelPoint,
  pixelToWorld,
  rebaseAffine,
  worldPoint,
  worldToPixel,
} from "../../src/geo/affine.ts";

/** Turned, sheared and flipped grids of 1 cm to 10 km pixels, not squeezed to a line, with origins of projected CRSs. */
const affines: fc.Arbitrary<Affine> = fc
  .record({
    side: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
    turn: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    shear: fc.double({ min: -0.8, max: 0.8, noNaN: true }),
    flip: fc.constantFrom(1, -1),
    x: fc.double({ min: -1e7, max: 1e7, noNaN: true }),
    y: fc.double({ min: -1e7, max: 1e7, noNaN: true }),
  })
  .map(({ side, turn, shear, flip, x, y }): Affine => {
    const [cos, sin] = [side * Math.cos(turn), side * Math.sin(turn)];
    return [cos, flip * (shear * cos - sin), x, sin, flip * (shear * sin + cos), y];
  });
const position = fc.double({ min: -5000, max: 50_000, noNaN: true });
const points = fc.tuple(position, position).map(([col, row]) => pixelPoint(col, row));

function expectPoint(
  found: readonly [number, number],
  expected: readonly [number, number],
  tolerance: number,
) {
  expect(Math.abs(found[0] - expected[0])).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(found[1] - expected[1])).toBeLessThanOrEqual(tolerance);
}

describe("affine", () => {
  test("is in rasterio's order: GDAL's [c, a, b, f, d, e] of a north-up raster", () => {
    const affine: Affine = [10, 0, 325000, 0, -10, 2790000];
    expect(pixelToWorld(affine, pixelPoint(3, 2))).toEqual([325030, 2789980]);
    expect(worldToPixel(affine, worldPoint(325030, 2789980))).toEqual([3, 2]);
  });

  test("IDENTITY leaves positions as they are", () => {
    fc.assert(
      fc.property(points, (point) => {
        expectPoint(pixelToWorld(IDENTITY, point), point, 0);
      }),
    );
  });

  test("points are x before y, col before row", () => {
    expect([pixelPoint(7, 2), worldPoint(55.3, 25.2)]).toEqual([
      [7, 2],
      [55.3, 25.2],
    ]);
  });

  test("property: to the world and back is the same pixel position within a millionth of a pixel", () => {
    fc.assert(
      fc.property(affines, points, (affine, point) => {
        expectPoint(
          worldToPixel(affine, pixelToWorld(affine, point)),
          point,
          1e-6 * (1 + pixelsToOrigin(affine)),
        );
      }),
    );
  });

  test("property: the inverse of the inverse is the affine, and the two determinants multiply to 1", () => {
    fc.assert(
      fc.property(affines, (affine) => {
        const inverse = invertAffine(affine);
        expect(determinant(affine) * determinant(inverse)).toBeCloseTo(1, 9);
        const [a, b, , d, e] = invertAffine(inverse);
        const side = Math.sqrt(Math.abs(determinant(affine)));
        for (const [index, value] of [a, b, d, e].entries())
          expect(value / side).toBeCloseTo([affine[0], affine[1], affine[3], affine[4]][index]! / side, 9);
      }),
    );
  });

  test("property: composing applies the inner affine first, then the outer", () => {
    const small = fc.integer({ min: -9, max: 9 });
    const whole: fc.Arbitrary<Affine> = fc.tuple(small, small, small, small, small, small);
    fc.assert(
      fc.property(whole, whole, small, small, (outer, inner, col, row) => {
        const [x, y] = pixelToWorld(inner, pixelPoint(col, row));
        expect(pixelToWorld(composeAffines(outer, inner), pixelPoint(col, row))).toEqual(
          pixelToWorld(outer, pixelPoint(x, y)),
        );
      }),
    );
  });

  test("property: a rebased grid's pixel positions are the old ones, scaled from its origin", () => {
    fc.assert(
      fc.property(affines, points, points, fc.constantFrom(0.25, 1, 3), (affine, origin, point, scale) => {
        const [col, row] = point;
        const rebased = rebaseAffine(affine, origin, scale, 2 * scale);
        const inOld = pixelPoint(origin[0] + col * scale, origin[1] + row * scale * 2);
        const tolerance = 1e-9 * (1e7 + Math.sqrt(Math.abs(determinant(affine))) * 1e6);
        expectPoint(pixelToWorld(rebased, point), pixelToWorld(affine, inOld), tolerance);
      }),
    );
  });

  test("property: the determinant is the area of a pixel by the shoelace formula", () => {
    fc.assert(
      fc.property(affines, ([a, b, , d, e]) => {
        const at = (col: number, row: number) => pixelToWorld([a, b, 0, d, e, 0], pixelPoint(col, row));
        const ring = [at(0, 0), at(1, 0), at(1, 1), at(0, 1)];
        const twice = ring.reduce((sum, [x, y], index) => {
          const [nextX, nextY] = ring[(index + 1) % 4]!;
          return sum + x * nextY - nextX * y;
        }, 0);
        expect(twice / 2 / determinant([a, b, 0, d, e, 0])).toBeCloseTo(1, 9);
      }),
    );
  });

  test("a pixel without area has no inverse, and the message shows the affine", () => {
    expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow("affine [1, 2, 0, 2, 4, 0] has no inverse");
    expect(() => worldToPixel([0, 0, 5, 0, 0, 5], worldPoint(5, 5))).toThrow(RangeError);
  });

  test.each([
    { affine: [1, 0, 5, 0, -1, 5] as Affine, aligned: true, what: "north-up" },
    { affine: [1, 0, 5, 0, 1, 5] as Affine, aligned: true, what: "south-up" },
    { affine: [0, 1, 5, 1, 0, 5] as Affine, aligned: false, what: "turned by 90°" },
    { affine: [1, 0.1, 5, 0, -1, 5] as Affine, aligned: false, what: "sheared" },
  ])("a $what grid is axis-aligned: $aligned", ({ affine, aligned }) => {
    expect(isAxisAligned(affine)).toBe(aligned);
  });
});

/** How many pixels the world origin is away, in millions: rounding grows with it. */
function pixelsToOrigin(affine: Affine): number {
  return (Math.abs(affine[2]) + Math.abs(affine[5])) / Math.sqrt(Math.abs(determinant(affine))) / 1e6;
}
