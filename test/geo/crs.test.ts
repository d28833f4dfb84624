import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { worldPoint } from "../../src/geo/affine.ts";
import {
  type Crs,
  crsFromEpsg,
  hasStraightGraticule,
  lonLatProjection,
  metresPerUnitOf,
  usableProj,
} from "../../src/geo/crs.ts";

interface Case {
  readonly epsg: number;
  readonly what: string;
  readonly x: number;
  readonly y: number;
  readonly lon: number;
  readonly lat: number;
  readonly metres: number;
}

const oracle = JSON.parse(
  readFileSync(new URL("../fixtures/geo/projections.json", import.meta.url), "utf8"),
) as {
  readonly cases: readonly Case[];
  readonly units: readonly { readonly epsg: number; readonly metresPerUnit: number }[];
};

const METRES_PER_DEGREE = 111_320;

describe("a CRS by its EPSG code", () => {
  test("has name, kind, unit, WKT and the GeoTIFF keys that name it", () => {
    const utm = crsFromEpsg(32640)!;
    expect(utm).toMatchObject({
      epsg: 32640,
      name: "WGS 84 / UTM zone 40N",
      kind: "projected",
      metresPerUnit: 1,
    });
    expect(utm.geoKeys).toEqual([
      { id: 1024, type: "short", value: 1 },
      { id: 3072, type: "short", value: 32640 },
    ]);
    expect(utm.wkt).toContain('PROJCS["WGS 84 / UTM zone 40N"');
    const degrees = crsFromEpsg(4326)!;
    expect(degrees).toMatchObject({ kind: "geographic", metresPerUnit: null });
    expect(degrees.geoKeys).toEqual([
      { id: 1024, type: "short", value: 2 },
      { id: 2048, type: "short", value: 4326 },
    ]);
  });

  test.each([
    { epsg: 999999, what: "no code of the registry" },
    { epsg: 5703, what: "a height" },
    { epsg: 4978, what: "Earth-centred axes" },
  ])("is null for $epsg: $what", ({ epsg }) => {
    expect(crsFromEpsg(epsg)).toBeNull();
  });

  test("is geographic with heights beside its degrees too", () => {
    expect(crsFromEpsg(4979)).toMatchObject({ kind: "geographic", metresPerUnit: null });
    expect(crsFromEpsg(9518)).toMatchObject({ kind: "geographic", metresPerUnit: null });
  });

  test.each(oracle.units)("EPSG:$epsg has the unit that PROJ gives it: $metresPerUnit m", (given) => {
    expect(crsFromEpsg(given.epsg)!.metresPerUnit! / given.metresPerUnit).toBeCloseTo(1, 7);
  });
});

describe("longitude and latitude", () => {
  test.each(oracle.cases)("are those of PROJ for EPSG:$epsg: $what", ({ epsg, x, y, lon, lat, metres }) => {
    const [foundLon, foundLat] = lonLatProjection(crsFromEpsg(epsg)!).toLonLat(worldPoint(x, y));
    const east = (foundLon - lon) * METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
    const north = (foundLat - lat) * METRES_PER_DEGREE;
    expect(Math.hypot(east, north)).toBeLessThan(metres === 0 ? 5e-3 : metres);
  });

  test.each(oracle.cases)("property: there and back is the same position in EPSG:$epsg", ({ epsg, x, y }) => {
    const crs = crsFromEpsg(epsg)!;
    const { toLonLat, fromLonLat } = lonLatProjection(crs);
    const reach = crs.metresPerUnit === null ? 0.1 : 1e4;
    const offset = fc.double({ min: -reach, max: reach, noNaN: true });
    fc.assert(
      fc.property(offset, offset, (dx, dy) => {
        const [backX, backY] = fromLonLat(toLonLat(worldPoint(x + dx, y + dy)));
        const tolerance = crs.metresPerUnit === null ? 1e-9 : 0.01;
        expect(Math.abs(backX - x - dx)).toBeLessThan(tolerance);
        expect(Math.abs(backY - y - dy)).toBeLessThan(tolerance);
      }),
      { numRuns: 20 },
    );
  });

  test("are refused where the CRS has no PROJ definition, by its name", () => {
    const unknown: Crs = { ...crsFromEpsg(32640)!, name: "Mine grid", proj4: null };
    expect(() => lonLatProjection(unknown)).toThrow(
      "Mine grid cannot be projected: no PROJ definition is known",
    );
  });

  test("are not promised for a projection that proj4 does not know, nor for a datum whose only way is a grid file", () => {
    expect(crsFromEpsg(53042)!.proj4).toBeNull();
    expect(crsFromEpsg(2200)!.proj4).toBeNull();
    expect(usableProj("+proj=nonsense +type=crs")).toBeNull();
    expect(usableProj(null)).toBeNull();
    expect(usableProj("+proj=utm +zone=40 +datum=WGS84")).toBe("+proj=utm +zone=40 +datum=WGS84");
  });
});

test.each([
  { proj: "+proj=utm +zone=40 +datum=WGS84", metres: 1, because: "no unit is named" },
  { proj: "+proj=lcc +units=us-ft +no_defs", metres: 1200 / 3937, because: "PROJ's name of US survey feet" },
  { proj: "+proj=cass +units=link", metres: 0.201168, because: "PROJ's name of links" },
  { proj: "+proj=tmerc +to_meter=0.3047972654", metres: 0.3047972654, because: "the factor is given" },
  { proj: "+proj=tmerc +units=m +to_meter=1e3", metres: 1000, because: "a factor goes before a name" },
  { proj: null, metres: 1, because: "nothing is known" },
])("$proj has units of $metres m: $because", ({ proj, metres }) => {
  expect(metresPerUnitOf(proj)).toBe(metres);
});

test.each([
  { epsg: 4326, straight: true },
  { epsg: 3857, straight: true },
  { epsg: 3395, straight: true },
  { epsg: 32640, straight: false },
  { epsg: 3413, straight: false },
])("meridians and parallels are straight in EPSG:$epsg: $straight", ({ epsg, straight }) => {
  const crs = crsFromEpsg(epsg)!;
  expect(hasStraightGraticule(crs)).toBe(straight);
  const { fromLonLat, toLonLat } = lonLatProjection(crs);
  const [lon, lat] = toLonLat(fromLonLat([58, 60]));
  const [, y0] = fromLonLat([lon, lat]);
  const [, y1] = fromLonLat([lon + 2, lat]);
  expect(Math.abs(y1 - y0) < 1e-6).toBe(straight);
});
