import { createRequire } from "node:module";
import proj4 from "proj4";
import { type WorldPoint, worldPoint } from "./affine.ts";
import { withoutGridFiles } from "./datum-shift.ts";

/** One GeoTIFF key as the file holds it, so that a CRS without an EPSG code survives unchanged. */
export type GeoKey =
  | { readonly id: number; readonly type: "short"; readonly value: number }
  | { readonly id: number; readonly type: "double"; readonly value: readonly number[] }
  | { readonly id: number; readonly type: "ascii"; readonly value: string };

/** A coordinate reference system. */
export interface Crs {
  /** EPSG code, or null where the file defines the CRS itself. */
  readonly epsg: number | null;
  readonly name: string;
  readonly kind: "projected" | "geographic";
  /** Metres in one linear unit; null for a geographic CRS (degrees). */
  readonly metresPerUnit: number | null;
  /** PROJ string for proj4, or null where none could be derived: then nothing can be projected. */
  readonly proj4: string | null;
  /** OGC WKT 1 where known (EPSG), else null. */
  readonly wkt: string | null;
  /** The GeoTIFF keys, without GTRasterTypeGeoKey (1025): outputs always say PixelIsArea. */
  readonly geoKeys: readonly GeoKey[];
}

/** Longitude and latitude in degrees on WGS 84. */
export type LonLat = readonly [lon: number, lat: number] & { readonly space?: "lonlat" };

interface EpsgEntry {
  readonly kind: string;
  readonly name: string;
  readonly wkt: string | null;
  readonly proj4: string | null;
}

const require = createRequire(import.meta.url);
/** PROJ's names of linear units, in metres. */
const LINEAR_UNIT_METRES: Readonly<Record<string, number>> = {
  mm: 0.001,
  cm: 0.01,
  dm: 0.1,
  m: 1,
  km: 1000,
  in: 0.0254,
  ft: 0.3048,
  yd: 0.9144,
  mi: 1609.344,
  kmi: 1852,
  fath: 1.8288,
  ch: 20.1168,
  link: 0.201168,
  "us-in": 100 / 3937,
  "us-ft": 1200 / 3937,
  "us-yd": 3600 / 3937,
  "us-ch": 79200 / 3937,
  "us-mi": 6336000 / 3937,
  "ind-ft": 0.30479841,
  "ind-yd": 0.91439523,
  "ind-ch": 20.11669506,
};
/** Kinds of the registry that place a pixel on the ground; heights, site plans and Earth-centred axes do not. */
const HORIZONTAL = ["CRS-PROJCRS", "CRS-GEOGCRS", "CRS-GEOG3DCRS", "CRS-COMPOUNDCRS"];
const GT_MODEL_TYPE = 1024;
const GEOGRAPHIC_TYPE = 2048;
const PROJECTED_CS_TYPE = 3072;

/** The CRS of an EPSG code from the bundled registry, or null when the code is not in it or no horizontal CRS. */
export function crsFromEpsg(epsg: number): Crs | null {
  const entry = lookUpEpsg(epsg);
  if (entry === null || !HORIZONTAL.includes(entry.kind)) return null;
  const geographic = entry.kind.startsWith("CRS-GEOG") || /\+proj=longlat\b/.test(entry.proj4 ?? "");
  return {
    epsg,
    name: entry.name,
    kind: geographic ? "geographic" : "projected",
    metresPerUnit: geographic ? null : metresPerUnitOf(entry.proj4),
    proj4: usableProj(entry.proj4),
    wkt: entry.wkt,
    geoKeys: [
      { id: GT_MODEL_TYPE, type: "short", value: geographic ? 2 : 1 },
      { id: geographic ? GEOGRAPHIC_TYPE : PROJECTED_CS_TYPE, type: "short", value: epsg },
    ],
  };
}

/** A PROJ string as proj4 can follow it, without grid files; null where it cannot: an unknown projection or datum shift. */
export function usableProj(definition: string | null): string | null {
  const plain = definition === null ? null : withoutGridFiles(definition);
  if (plain === null) return null;
  try {
    converterOf(plain);
    return plain;
  } catch {
    return null;
  }
}

function lookUpEpsg(epsg: number): EpsgEntry | null {
  try {
    return require(`epsg-index/s/${epsg}.json`) as EpsgEntry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return null;
    throw error;
  }
}

/** Metres in one linear unit of a PROJ string; 1 where it names none. */
export function metresPerUnitOf(projString: string | null): number {
  const toMeter = projString?.match(/\+to_meter=([\d.eE+-]+)/)?.[1];
  if (toMeter !== undefined) return Number(toMeter);
  const unit = projString?.match(/\+units=(\S+)/)?.[1] ?? "m";
  return LINEAR_UNIT_METRES[unit] ?? 1;
}

/** True where meridians and parallels are straight lines along the axes: in degrees and in Mercator's cylinder. */
export function hasStraightGraticule({ kind, proj4 }: Crs): boolean {
  return kind === "geographic" || /\+proj=merc\b/.test(proj4 ?? "");
}

const converters = new Map<string, proj4.Converter>();

/** proj4 parses a definition at each call, which costs more than projecting a point: parse each one once. */
function converterOf(definition: string): proj4.Converter {
  const known = converters.get(definition) ?? proj4(definition);
  converters.set(definition, known);
  return known;
}

/** Functions between a CRS and WGS 84 longitude/latitude (degrees). Throws RangeError when the CRS has no PROJ string. */
export function lonLatProjection(crs: Crs): {
  readonly toLonLat: (point: WorldPoint) => LonLat;
  readonly fromLonLat: (point: LonLat) => WorldPoint;
} {
  if (crs.proj4 === null)
    throw new RangeError(`${crs.name} cannot be projected: no PROJ definition is known`);
  const converter = converterOf(crs.proj4);
  return {
    toLonLat: ([x, y]) => converter.inverse([x, y]) as unknown as LonLat,
    fromLonLat: ([lon, lat]) => {
      const [x, y] = converter.forward([lon, lat]);
      return worldPoint(x, y);
    },
  };
}
