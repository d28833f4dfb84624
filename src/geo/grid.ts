import { type Affine, determinant, pixelPoint, pixelToWorld } from "./affine.ts";
import { type Crs, hasStraightGraticule, type LonLat, lonLatProjection } from "./crs.ts";
import { geodesicRingArea, sinAuthalicLatitude } from "./geodesic-area.ts";

/** Where the pixels of a raster lie: its size (px), its pixel → world affine and its CRS. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly affine: Affine;
  /** Null for a raster without georeference. */
  readonly crs: Crs | null;
}

/** [west, south, east, north]: CRS units, or degrees where the name says lon/lat. */
export type Bounds = readonly [west: number, south: number, east: number, north: number];

/** Radius (m) of the sphere with the area of the WGS 84 ellipsoid. */
const AUTHALIC_RADIUS = 6371007.180918474;
const RADIANS = Math.PI / 180;

/** Area in m² of the pixel at (col, row): on the ellipsoid where the CRS can be projected, else in its linear unit; null without a CRS. */
export function pixelArea(grid: Grid, col: number, row: number): number | null {
  const { crs } = grid;
  if (crs === null) return null;
  if (crs.proj4 === null) {
    return crs.metresPerUnit === null ? null : Math.abs(determinant(grid.affine)) * crs.metresPerUnit ** 2;
  }
  const { toLonLat } = lonLatProjection(crs);
  const corner = (c: number, r: number): LonLat => toLonLat(pixelToWorld(grid.affine, pixelPoint(c, r)));
  const ring = [corner(col, row), corner(col, row + 1), corner(col + 1, row + 1), corner(col + 1, row)];
  return Math.abs(hasStraightGraticule(crs) ? geodesicRingArea(ring) : polarRingArea(ring));
}

/**
 * Area in m² of a pixel-sized ring in Lambert's azimuthal equal-area plane around the pole of its hemisphere, where the pixels of
 * a projected grid keep straight edges even around the pole (in the cylinder of geodesicRingArea they do not: longitudes jump there).
 */
function polarRingArea(ring: readonly LonLat[]): number {
  const pole = ring[0]![1] < 0 ? -1 : 1;
  const [origin, ...others] = ring.map(([lon, lat]) => {
    const radius = AUTHALIC_RADIUS * Math.sqrt(Math.max(0, 2 * (1 - pole * sinAuthalicLatitude(lat))));
    return [radius * Math.sin(lon * RADIANS), radius * Math.cos(lon * RADIANS)] as const;
  });
  const [x0, y0] = origin!;
  let area = 0;
  for (const [index, [x, y]] of others.slice(1).entries()) {
    const [previousX, previousY] = others[index]!;
    area += ((previousX - x0) * (y - y0) - (x - x0) * (previousY - y0)) / 2;
  }
  return area;
}

/** Ground sample distance in metres: the side of a square as large as the central pixel; null where the ground is unknown. */
export function groundSampleDistance(grid: Grid): number | null {
  const area = pixelArea(grid, Math.floor(grid.width / 2), Math.floor(grid.height / 2));
  return area === null || !Number.isFinite(area) ? null : Math.sqrt(area);
}

/** Bounds of the grid in CRS units. */
export function gridBounds({ width, height, affine }: Grid): Bounds {
  const corners = [pixelPoint(0, 0), pixelPoint(width, 0), pixelPoint(0, height), pixelPoint(width, height)];
  return boundsOf(corners.map((corner) => pixelToWorld(affine, corner)));
}

/** The smallest bounds that hold all points. */
export function boundsOf(points: Iterable<readonly [number, number]>): Bounds {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    west = Math.min(west, x);
    south = Math.min(south, y);
    east = Math.max(east, x);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}

/** True when both grids have the same size, affine (to a millionth of a pixel over the whole raster) and CRS. */
export function sameGrid(a: Grid, b: Grid): boolean {
  if (a.width !== b.width || a.height !== b.height || !sameCrs(a.crs, b.crs)) return false;
  const tolerance = Math.sqrt(Math.abs(determinant(a.affine))) * 1e-6;
  return [pixelPoint(0, 0), pixelPoint(a.width, 0), pixelPoint(0, a.height)].every((corner) => {
    const [ax, ay] = pixelToWorld(a.affine, corner);
    const [bx, by] = pixelToWorld(b.affine, corner);
    return Math.abs(ax - bx) <= tolerance && Math.abs(ay - by) <= tolerance;
  });
}

/** True when both are the same CRS: by EPSG code, else by PROJ string, else by GeoTIFF keys. */
export function sameCrs(a: Crs | null, b: Crs | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.epsg !== null || b.epsg !== null) return a.epsg === b.epsg;
  if (a.proj4 !== null || b.proj4 !== null) return a.proj4 === b.proj4;
  return JSON.stringify(a.geoKeys) === JSON.stringify(b.geoKeys);
}
