import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LonLat } from "../../src/geo/crs.ts";
import { geodesicRingArea, sinAuthalicLatitude, wrapDegrees } from "../../src/geo/geodesic-area.ts";

interface Known {
  readonly name: string;
  readonly ring?: readonly LonLat[];
  readonly circle?: { readonly lat: number; readonly points: number };
  readonly area: number;
}

const known = JSON.parse(
  readFileSync(new URL("../fixtures/geodesic/pyproj.json", import.meta.url), "utf8"),
) as {
  readonly rings: readonly Known[];
};

function ringOf({ ring, circle }: Known): readonly LonLat[] {
  if (ring !== undefined) return ring;
  const { lat, points } = circle!;
  const turn = lat > 0 ? 1 : -1;
  return Array.from({ length: points }, (_, k) => [turn * ((360 * k) / points - 180), lat] as LonLat);
}

test.each(known.rings)("geodesic area agrees with pyproj to 0.01 %: $name", (entry) => {
  const area = geodesicRingArea(ringOf(entry));
  expect(Math.abs(area / entry.area - 1)).toBeLessThan(1e-4);
});

test("the whole Earth has the ellipsoid's area", () => {
  const lune = (west: number): number =>
    geodesicRingArea([
      [west, 0],
      [west + 90, 0],
      [west + 90, 90],
      [west, 90],
    ] as LonLat[]);
  const hemisphere = lune(-180) + lune(-90) + lune(0) + lune(90);
  expect(2 * hemisphere).toBeCloseTo(510065621724088.44, -3);
});

test("a ring with its first point repeated has the same area", () => {
  const ring = [
    [7, 46],
    [7.01, 46],
    [7.005, 46.008],
  ] as LonLat[];
  expect(geodesicRingArea([...ring, ring[0]!])).toBeCloseTo(geodesicRingArea(ring), 6);
});

test("fewer than three points have no area", () => {
  expect(geodesicRingArea([])).toBe(0);
  expect(geodesicRingArea([[7, 46] as LonLat, [8, 47] as LonLat])).toBe(0);
});

test("authalic latitude keeps equator and poles and pulls the rest towards the equator", () => {
  expect(sinAuthalicLatitude(0)).toBe(0);
  expect(sinAuthalicLatitude(90)).toBe(1);
  expect(sinAuthalicLatitude(-90)).toBe(-1);
  expect(sinAuthalicLatitude(45)).toBeLessThan(Math.SQRT1_2);
});

const lonLat = fc
  .tuple(fc.double({ min: -179, max: 179, noNaN: true }), fc.double({ min: -85, max: 85, noNaN: true }))
  .map(([lon, lat]) => [lon, lat] as LonLat);

test("property: turning a ring around changes the sign of its area", () => {
  fc.assert(
    fc.property(fc.array(lonLat, { minLength: 3, maxLength: 6 }), (ring) => {
      const area = geodesicRingArea(ring);
      expect(geodesicRingArea([...ring].reverse())).toBeCloseTo(-area, -6);
    }),
  );
});

test("property: the areas of two halves of a box add up to the box's, on both sides of the antimeridian", () => {
  const box = (west: number, south: number, east: number, north: number): number =>
    geodesicRingArea([
      [wrapDegrees(west), south],
      [wrapDegrees(east), south],
      [wrapDegrees(east), north],
      [wrapDegrees(west), north],
    ] as LonLat[]);
  fc.assert(
    fc.property(
      lonLat,
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      ([west, south], side, share) => {
        const cut = west + side * share;
        const sum = box(west, south, cut, south + side) + box(cut, south, west + side, south + side);
        expect(sum / box(west, south, west + side, south + side)).toBeCloseTo(1, 6);
      },
    ),
  );
});
