import type { Crs } from "../geo/crs.ts";
import { child, numberOf, parseWkt, textOf, type WktNode } from "./wkt.ts";

/** The PROJ project's schema of what is written here. */
const SCHEMA = "https://proj.org/schemas/v0.7/projjson.schema.json";
const WGS_84 = 4326;
const WEB_MERCATOR = 3857;

type Parameter = readonly [wkt: string, name: string, code: number, unit: "degree" | "length" | "unity"];

/** An EPSG projection method and its parameters by their WKT 1 names. */
interface Method {
  readonly name: string;
  readonly code: number;
  readonly parameters: readonly Parameter[];
}

const FALSE_ORIGIN: readonly Parameter[] = [
  ["false_easting", "False easting", 8806, "length"],
  ["false_northing", "False northing", 8807, "length"],
];
const CENTRAL_MERIDIAN: Parameter = ["central_meridian", "Longitude of natural origin", 8802, "degree"];
const SCALE: Parameter = ["scale_factor", "Scale factor at natural origin", 8805, "unity"];
const NATURAL_ORIGIN: readonly Parameter[] = [
  ["latitude_of_origin", "Latitude of natural origin", 8801, "degree"],
  CENTRAL_MERIDIAN,
];
const FIRST_PARALLEL: Parameter = [
  "standard_parallel_1",
  "Latitude of 1st standard parallel",
  8823,
  "degree",
];
const CONE: readonly Parameter[] = [
  FIRST_PARALLEL,
  ["standard_parallel_2", "Latitude of 2nd standard parallel", 8824, "degree"],
  ["false_easting", "Easting at false origin", 8826, "length"],
  ["false_northing", "Northing at false origin", 8827, "length"],
];

/** The methods of nearly all projected CRSs of the EPSG registry, by WKT 1 name; the rest gets no PROJJSON. */
const METHODS: Readonly<Record<string, Method>> = {
  Transverse_Mercator: {
    name: "Transverse Mercator",
    code: 9807,
    parameters: [...NATURAL_ORIGIN, SCALE, ...FALSE_ORIGIN],
  },
  Lambert_Conformal_Conic_1SP: {
    name: "Lambert Conic Conformal (1SP)",
    code: 9801,
    parameters: [...NATURAL_ORIGIN, SCALE, ...FALSE_ORIGIN],
  },
  Lambert_Conformal_Conic_2SP: {
    name: "Lambert Conic Conformal (2SP)",
    code: 9802,
    parameters: [
      ["latitude_of_origin", "Latitude of false origin", 8821, "degree"],
      ["central_meridian", "Longitude of false origin", 8822, "degree"],
      ...CONE,
    ],
  },
  Albers_Conic_Equal_Area: {
    name: "Albers Equal Area",
    code: 9822,
    parameters: [
      ["latitude_of_center", "Latitude of false origin", 8821, "degree"],
      ["longitude_of_center", "Longitude of false origin", 8822, "degree"],
      ...CONE,
    ],
  },
  Lambert_Azimuthal_Equal_Area: {
    name: "Lambert Azimuthal Equal Area",
    code: 9820,
    parameters: [
      ["latitude_of_center", "Latitude of natural origin", 8801, "degree"],
      ["longitude_of_center", "Longitude of natural origin", 8802, "degree"],
      ...FALSE_ORIGIN,
    ],
  },
  Polar_Stereographic_A: {
    name: "Polar Stereographic (variant A)",
    code: 9810,
    parameters: [...NATURAL_ORIGIN, SCALE, ...FALSE_ORIGIN],
  },
  Polar_Stereographic_B: {
    name: "Polar Stereographic (variant B)",
    code: 9829,
    parameters: [
      ["latitude_of_origin", "Latitude of standard parallel", 8832, "degree"],
      ["central_meridian", "Longitude of origin", 8833, "degree"],
      ...FALSE_ORIGIN,
    ],
  },
  Oblique_Stereographic: {
    name: "Oblique Stereographic",
    code: 9809,
    parameters: [...NATURAL_ORIGIN, SCALE, ...FALSE_ORIGIN],
  },
  Mercator_1SP: {
    name: "Mercator (variant A)",
    code: 9804,
    parameters: [...NATURAL_ORIGIN, SCALE, ...FALSE_ORIGIN],
  },
  Mercator_2SP: {
    name: "Mercator (variant B)",
    code: 9805,
    parameters: [FIRST_PARALLEL, CENTRAL_MERIDIAN, ...FALSE_ORIGIN],
  },
  Equirectangular: {
    name: "Equidistant Cylindrical",
    code: 1028,
    parameters: [FIRST_PARALLEL, CENTRAL_MERIDIAN, ...FALSE_ORIGIN],
  },
  Web_Mercator: {
    name: "Popular Visualisation Pseudo Mercator",
    code: 1024,
    parameters: [...NATURAL_ORIGIN, ...FALSE_ORIGIN],
  },
};

/**
 * PROJJSON of a CRS, as GeoParquet wants it: undefined (the default, OGC:CRS84) for WGS 84, null without a CRS and for one that
 * only its GeoTIFF keys define or whose projection is not in METHODS.
 */
export function crsProjjson(crs: Crs | null): object | null | undefined {
  if (crs === null) return null;
  if (crs.epsg === WGS_84) return undefined;
  if (crs.wkt === null) return null;
  const wkt = parseWkt(crs.wkt);
  const definition =
    wkt.name === "GEOGCS" ? geographic(wkt) : wkt.name === "PROJCS" ? projected(wkt, crs.epsg) : null;
  if (definition === null) return null;
  return { $schema: SCHEMA, ...definition, ...idOf("EPSG", crs.epsg) };
}

function projected(wkt: WktNode, epsg: number | null): object | null {
  const method = METHODS[methodName(wkt, epsg)];
  const base = child(wkt, "GEOGCS");
  if (method === undefined || base === null) return null;
  const length = lengthUnit(wkt);
  const given = new Map(
    wkt.values
      .filter((value): value is WktNode => typeof value === "object" && value.name === "PARAMETER")
      .map((node) => [textOf(node), numberOf(node)]),
  );
  return {
    type: "ProjectedCRS",
    name: textOf(wkt),
    base_crs: geographic(base),
    conversion: {
      name: method.name,
      method: { name: method.name, ...idOf("EPSG", method.code) },
      parameters: method.parameters.map(([key, name, code, unit]) => ({
        name,
        value: given.get(key) ?? (unit === "unity" ? 1 : 0),
        unit: unit === "length" ? length : unit,
        ...idOf("EPSG", code),
      })),
    },
    coordinate_system: {
      subtype: "Cartesian",
      axis: [
        { name: "Easting", abbreviation: "E", direction: "east", unit: length },
        { name: "Northing", abbreviation: "N", direction: "north", unit: length },
      ],
    },
  };
}

function methodName(wkt: WktNode, epsg: number | null): string {
  if (epsg === WEB_MERCATOR) return "Web_Mercator";
  const projection = child(wkt, "PROJECTION");
  const name = projection === null ? "" : textOf(projection);
  if (name !== "Polar_Stereographic") return name;
  const scaled = wkt.values.some((value) => typeof value === "object" && textOf(value) === "scale_factor");
  return scaled ? "Polar_Stereographic_A" : "Polar_Stereographic_B";
}

function geographic(wkt: WktNode): object | null {
  const datum = child(wkt, "DATUM");
  const spheroid = datum && child(datum, "SPHEROID");
  const meridian = child(wkt, "PRIMEM");
  if (datum === null || spheroid === null) return null;
  return {
    type: "GeographicCRS",
    name: textOf(wkt),
    datum: {
      type: "GeodeticReferenceFrame",
      name: textOf(datum).replaceAll("_", " "),
      ellipsoid: {
        name: textOf(spheroid),
        semi_major_axis: numberOf(spheroid, 1),
        inverse_flattening: numberOf(spheroid, 2),
      },
      ...(meridian === null || numberOf(meridian) === 0
        ? {}
        : { prime_meridian: { name: textOf(meridian), longitude: numberOf(meridian) } }),
    },
    coordinate_system: {
      subtype: "ellipsoidal",
      axis: [
        { name: "Geodetic latitude", abbreviation: "Lat", direction: "north", unit: "degree" },
        { name: "Geodetic longitude", abbreviation: "Lon", direction: "east", unit: "degree" },
      ],
    },
  };
}

function lengthUnit(wkt: WktNode): string | object {
  const unit = child(wkt, "UNIT");
  if (unit === null || numberOf(unit) === 1) return "metre";
  return { type: "LinearUnit", name: textOf(unit), conversion_factor: numberOf(unit) };
}

function idOf(authority: string, code: number | null): object {
  return code === null ? {} : { id: { authority, code } };
}
