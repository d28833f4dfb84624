import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { worldPoint } from "../../src/geo/affine.ts";
import { crsFromEpsg, type LonLat, lonLatProjection } from "../../src/geo/crs.ts";
import {
  fromWebMercator,
  MAX_LATITUDE,
  tileBounds,
  WEB_MERCATOR_HALF,
  webMercator,
  webMercatorResolution,
} from "../../src/geo/tile-matrix-set.ts";

const lonLats = fc
  .tuple(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: -MAX_LATITUDE, max: MAX_LATITUDE, noNaN: true }),
  )
  .map(([lon, lat]): LonLat => [lon, lat]);
const tiles = fc.integer({ min: 0, max: 22 }).chain((z) => {
  const place = fc.nat(2 ** z - 1);
  return fc.record({ z: fc.constant(z), x: place, y: place });
});

describe("WebMercatorQuad", () => {
  test("is the square of OGC 17-083r4: half side, latitude of its edge, resolution of zoom 0 and 18", () => {
    expect(WEB_MERCATOR_HALF).toBeCloseTo(20037508.342789244, 6);
    expect(webMercator([180, MAX_LATITUDE])[1]).toBeCloseTo(WEB_MERCATOR_HALF, 6);
    expect(webMercatorResolution(0, 256)).toBeCloseTo(156543.03392804097, 8);
    expect(webMercatorResolution(18, 256)).toBeCloseTo(0.5971642834779395, 12);
  });

  test("tile 10/486/332 lies where mercantile says", () => {
    const [west, south, east, north] = tileBounds({ z: 10, x: 486, y: 332 });
    const [left, bottom] = fromWebMercator(worldPoint(west, south));
    const [right, top] = fromWebMercator(worldPoint(east, north));
    expect([left, bottom, right, top].map((degrees) => degrees.toFixed(9))).toEqual(
      [-9.140625, 53.12040528310657, -8.7890625, 53.33087298301705].map((degrees) => degrees.toFixed(9)),
    );
  });

  test("property: to Web Mercator and back is the same place", () => {
    fc.assert(
      fc.property(lonLats, ([lon, lat]) => {
        const [backLon, backLat] = fromWebMercator(webMercator([lon, lat]));
        expect(Math.abs(backLon - lon)).toBeLessThan(1e-12 * 360);
        expect(Math.abs(backLat - lat)).toBeLessThan(1e-11);
      }),
    );
  });

  test("property: positions are those of proj4's EPSG:3857 to a micrometre", () => {
    const { fromLonLat } = lonLatProjection(crsFromEpsg(3857)!);
    fc.assert(
      fc.property(lonLats, (lonLat) => {
        const [x, y] = webMercator(lonLat);
        const [expectedX, expectedY] = fromLonLat(lonLat);
        expect(Math.abs(x - expectedX)).toBeLessThan(1e-6);
        expect(Math.abs(y - expectedY)).toBeLessThan(1e-6);
      }),
    );
  });

  test("latitudes past the square's edge are brought to it", () => {
    expect(webMercator([0, 90])[1]).toBeCloseTo(WEB_MERCATOR_HALF, 6);
    expect(webMercator([0, -90])[1]).toBeCloseTo(-WEB_MERCATOR_HALF, 6);
  });

  test("property: a tile is its four children, side by side", () => {
    fc.assert(
      fc.property(tiles, ({ z, x, y }) => {
        const [west, south, east, north] = tileBounds({ z, x, y });
        const northWest = tileBounds({ z: z + 1, x: 2 * x, y: 2 * y });
        const southEast = tileBounds({ z: z + 1, x: 2 * x + 1, y: 2 * y + 1 });
        const tolerance = 1e-7;
        expect(Math.abs(northWest[0] - west)).toBeLessThan(tolerance);
        expect(Math.abs(northWest[3] - north)).toBeLessThan(tolerance);
        expect(Math.abs(southEast[2] - east)).toBeLessThan(tolerance);
        expect(Math.abs(southEast[1] - south)).toBeLessThan(tolerance);
        expect(Math.abs(northWest[2] - southEast[0])).toBeLessThan(tolerance);
        expect(Math.abs(northWest[1] - southEast[3])).toBeLessThan(tolerance);
      }),
    );
  });

  test("property: a tile is as wide as its pixels at the zoom's resolution", () => {
    fc.assert(
      fc.property(tiles, fc.constantFrom(256, 512), (tile, size) => {
        const [west, , east] = tileBounds(tile);
        expect(east - west).toBeCloseTo(webMercatorResolution(tile.z, size) * size, 6);
      }),
    );
  });
});
