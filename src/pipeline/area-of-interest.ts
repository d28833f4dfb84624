import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf, oneLine, UserError } from "../errors.ts";
import { worldPoint, worldToPixel } from "../geo/affine.ts";
import { type Crs, crsFromEpsg, type LonLat, lonLatProjection } from "../geo/crs.ts";
import { type Grid, sameCrs } from "../geo/grid.ts";
import { PixelArea, type PixelRing } from "../geo/pixel-area.ts";

/** Where to map: closed rings of positions in a CRS. */
interface AreaOfInterest {
  readonly crs: Crs;
  readonly rings: readonly (readonly Position[])[];
}

type Position = readonly [x: number, y: number, ...rest: number[]];

/** Straight edges of another CRS are bent here: each is followed in this many pieces. */
const PIECES = 32;

/**
 * The area of interest in pixels of a grid, and a hash of it. `text` is "west,south,east,north" in degrees, the same with an EPSG code
 * behind it, or the path of a GeoJSON file (longitude and latitude, or the CRS that it names).
 * Throws UserError "bad-aoi" or "no-crs".
 */
export async function readAreaOfInterest(
  text: string,
  grid: Grid,
): Promise<{ readonly area: PixelArea; readonly hash: string }> {
  const found = boxOf(text) ?? (await readGeojson(text));
  const toPixel = pixelOf(text, found.crs, grid);
  const pieces = sameCrs(found.crs, grid.crs) ? 1 : PIECES;
  const rings = found.rings.map((ring) => pixelRing(ring, pieces, toPixel));
  const hash = createHash("sha256");
  for (const ring of rings) hash.update(ring);
  return { area: new PixelArea(rings), hash: hash.digest("hex").slice(0, 12) };
}

function boxOf(text: string): AreaOfInterest | null {
  const parts = text.split(",").map((part) => part.trim());
  const numbers = parts.slice(0, 4).map(Number);
  if (parts.length < 4 || parts.length > 5 || parts.slice(0, 4).includes("") || numbers.some(Number.isNaN))
    return null;
  const [west, south, east, north] = numbers as [number, number, number, number];
  if (!(east > west && north > south))
    throw badArea(text, "west must be less than east, and south less than north");
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ] as const;
  return { crs: namedCrs(text, parts[4] ?? "EPSG:4326"), rings: [ring] };
}

async function readGeojson(path: string): Promise<AreaOfInterest> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw badArea(path, oneLine(messageOf(cause)), cause);
  }
  const polygons = await polygonsOf(json).catch((cause: unknown) => {
    throw badArea(path, "it is not valid GeoJSON", cause);
  });
  const rings = polygons.flatMap(({ coordinates }) => coordinates).map((ring) => checkedRing(path, ring));
  if (rings.length === 0) throw badArea(path, "it holds no polygon");
  const named = (json as { crs?: { properties?: { name?: unknown } } }).crs?.properties?.name;
  return { crs: namedCrs(path, typeof named === "string" ? named : "EPSG:4326"), rings };
}

/** All polygons of a GeoJSON object, whatever they are wrapped in; throws where it is none. */
async function polygonsOf(json: unknown): Promise<readonly GeoJSON.Polygon[]> {
  // loaded here alone: that takes a third of a second
  const { flattenEach } = await import("@turf/turf");
  const polygons: GeoJSON.Polygon[] = [];
  flattenEach(json as GeoJSON.GeoJSON, ({ geometry }) => {
    if (geometry?.type === "Polygon") polygons.push(geometry);
  });
  return polygons;
}

function checkedRing(path: string, ring: unknown): readonly Position[] {
  const isRing = Array.isArray(ring) && ring.length >= 3 && ring.every(isPosition);
  if (!isRing)
    throw badArea(path, "a ring has fewer than three positions, or one that is no pair of numbers");
  return ring;
}

function isPosition(value: unknown): value is Position {
  return Array.isArray(value) && Number.isFinite(value[0]) && Number.isFinite(value[1]);
}

/** The CRS of "EPSG:32640", "urn:ogc:def:crs:EPSG::32640" or "urn:ogc:def:crs:OGC:1.3:CRS84". */
function namedCrs(where: string, name: string): Crs {
  const code = /CRS84/.test(name) ? 4326 : Number(/EPSG:(?:[\d.]*:)?(\d+)$/i.exec(name)?.[1]);
  const crs = Number.isNaN(code) ? null : crsFromEpsg(code);
  if (crs === null) throw badArea(where, `its CRS "${name}" is not known`);
  return crs;
}

function pixelOf(text: string, crs: Crs, grid: Grid): (position: Position) => readonly [number, number] {
  const direct = ([x, y]: Position) => worldToPixel(grid.affine, worldPoint(x, y));
  if (sameCrs(crs, grid.crs)) return direct;
  if (grid.crs?.proj4 == null)
    throw new UserError(
      "no-crs",
      `--aoi ${text}: the scene has no CRS that can be projected, so the area's place in it is not known.`,
      "Give the scene a georeference (gdal_edit.py -a_srs … -a_ullr …), or leave --aoi out.",
    );
  const { fromLonLat } = lonLatProjection(grid.crs);
  const { toLonLat } = lonLatProjection(crs);
  const lonLat =
    crs.epsg === 4326
      ? ([x, y]: Position) => [x, y] as unknown as LonLat
      : ([x, y]: Position) => toLonLat(worldPoint(x, y));
  return (position) => worldToPixel(grid.affine, fromLonLat(lonLat(position)));
}

function pixelRing(
  ring: readonly Position[],
  pieces: number,
  toPixel: (position: Position) => readonly [number, number],
): PixelRing {
  const flat = new Float64Array(ring.length * pieces * 2);
  for (const [i, [x0, y0]] of ring.entries()) {
    const [x1, y1] = ring[(i + 1) % ring.length]!;
    for (let piece = 0; piece < pieces; piece++) {
      const share = piece / pieces;
      flat.set(toPixel([x0 + (x1 - x0) * share, y0 + (y1 - y0) * share]), (i * pieces + piece) * 2);
    }
  }
  return flat;
}

function badArea(where: string, what: string, cause?: unknown): UserError {
  return new UserError(
    "bad-aoi",
    `--aoi ${where}: ${what}.`,
    "Give a GeoJSON file with polygons, or west,south,east,north in degrees, or the same and an EPSG code: 322000,2780000,323000,2781000,EPSG:32640.",
    { cause },
  );
}
