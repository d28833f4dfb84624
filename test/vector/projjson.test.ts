import { expect, test } from "vitest";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { crsProjjson } from "../../src/vector/projjson.ts";
import { parseWkt } from "../../src/vector/wkt.ts";

test.each([
  [
    32640,
    "Transverse Mercator",
    { "Longitude of natural origin": 57, "Scale factor at natural origin": 0.9996 },
  ],
  [3857, "Popular Visualisation Pseudo Mercator", { "False easting": 0 }],
  [3031, "Polar Stereographic (variant B)", { "Latitude of standard parallel": -71 }],
  [3035, "Lambert Azimuthal Equal Area", { "Latitude of natural origin": 52, "False easting": 4321000 }],
  [5070, "Albers Equal Area", { "Latitude of 1st standard parallel": 29.5, "Latitude of false origin": 23 }],
  [2154, "Lambert Conic Conformal (2SP)", { "Easting at false origin": 700000 }],
  [28992, "Oblique Stereographic", { "Scale factor at natural origin": 0.9999079 }],
])("EPSG:%i is described as %s", (epsg, method, parameters) => {
  const json = crsProjjson(crsFromEpsg(epsg)) as {
    id: object;
    conversion: { method: { name: string }; parameters: { name: string; value: number }[] };
  };
  expect(json.id).toEqual({ authority: "EPSG", code: epsg });
  expect(json.conversion.method.name).toBe(method);
  const found = Object.fromEntries(json.conversion.parameters.map(({ name, value }) => [name, value]));
  expect(found).toMatchObject(parameters);
});

test("feet are named with their length in metres", () => {
  const json = crsProjjson(crsFromEpsg(2263));
  const unit = { type: "LinearUnit", conversion_factor: 0.304800609601219 };
  expect(json).toMatchObject({ coordinate_system: { axis: [{ unit }, { unit }] } });
});

test("a geographic CRS other than WGS 84 is described by its datum", () => {
  expect(crsProjjson(crsFromEpsg(4258))).toMatchObject({
    type: "GeographicCRS",
    datum: { ellipsoid: { semi_major_axis: 6378137, inverse_flattening: 298.257222101 } },
  });
});

test("WGS 84 is GeoParquet's default, and what is unknown is null", () => {
  expect(crsProjjson(crsFromEpsg(4326))).toBeUndefined();
  expect(crsProjjson(null)).toBeNull();
  expect(crsProjjson({ ...crsFromEpsg(32640)!, epsg: null, wkt: null })).toBeNull();
  expect(crsProjjson({ ...crsFromEpsg(32640)!, wkt: 'LOCAL_CS["somewhere"]' })).toBeNull();
});

test("WKT with quotes and exponents is read, anything else refused", () => {
  expect(parseWkt('A["say ""hi""",-1.5e-3,B["c"]]')).toEqual({
    name: "A",
    values: ['say "hi"', -0.0015, { name: "B", values: ["c"] }],
  });
  expect(() => parseWkt("")).toThrow("not WKT");
  expect(() => parseWkt('A["b"')).toThrow("not WKT");
});
