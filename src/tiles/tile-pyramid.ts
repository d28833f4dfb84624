import { UserError } from "../errors.ts";
import { worldPoint } from "../geo/affine.ts";
import type { LonLat } from "../geo/crs.ts";
import { wrapDegrees } from "../geo/geodesic-area.ts";
import type { Bounds, Grid } from "../geo/grid.ts";
import {
  fromWebMercator,
  MAX_LATITUDE,
  WEB_MERCATOR_HALF,
  webMercator,
  webMercatorResolution,
} from "../geo/tile-matrix-set.ts";
import { type LocatedGrid, lonLatBounds, mercatorPixelSize } from "./footprint.ts";

/** Pixels along the side of a tile. */
export type TileSize = 256 | 512;
/**
 * What tiles have unless told otherwise: a quarter of the requests that 256 px cost, and what MapLibre takes for granted; viewers that
 * take 256 px for granted show the same place at twice the sharpness.
 */
export const TILE_SIZE: TileSize = 512;

/** Tile ids of PMTiles are safe integers up to here. */
const DEEPEST_ZOOM = 26;
/** Part of a tile that is no pixel's: an overlap as thin as this holds no pixel centre. */
const SLIVER = 1e-6;

/** Which tiles a raster has: plain data, made before any pixel is read. */
export interface TilePyramid {
  readonly grid: LocatedGrid;
  /** Pixels along the side of a tile. */
  readonly tileSize: number;
  /** The deepest zoom at which the whole raster lies in one tile (0 where it crosses the main lines), at most `maxZoom`. */
  readonly minZoom: number;
  /** The zoom whose pixels are nearest in size to the raster's: at most √2 larger or smaller. */
  readonly maxZoom: number;
  /** Metres of EPSG:3857; x runs on over the antimeridian, so that it may end beyond the world's edge. */
  readonly extent: Bounds;
  /** Degrees, within ±180 and ±85.05; −180 … 180 where the raster crosses the antimeridian, as TileJSON asks for. */
  readonly bounds: Bounds;
  readonly center: LonLat;
  /** Where the raster fills most of a tile. */
  readonly centerZoom: number;
  readonly warnings: readonly string[];
}

/** One row of tiles of a zoom, west to east as the raster runs, each column once. */
export interface TileRow {
  readonly z: number;
  readonly y: number;
  readonly xs: readonly number[];
}

/** Plans the tiles of a grid. Throws UserError "no-crs" when its place on earth is not known. */
export function planTilePyramid(path: string, grid: Grid, tileSize: number): TilePyramid {
  const located = locatedGrid(path, grid);
  const degrees = lonLatBounds(located);
  const extent = mercatorExtent(degrees);
  const pixelSize = mercatorPixelSize(located);
  const maxZoom = pixelSize === null ? 0 : clampZoom(Math.round(zoomOfTile(pixelSize * tileSize)));
  const span = Math.max(extent[2] - extent[0], extent[3] - extent[1]);
  return {
    grid: located,
    tileSize,
    minZoom: lowestZoom(extent, maxZoom),
    maxZoom,
    extent,
    bounds: headerBounds(degrees),
    center: centerOf(extent),
    centerZoom: Math.min(maxZoom, clampZoom(Math.floor(zoomOfTile(span)))),
    warnings: warningsFor(path, degrees),
  };
}

function locatedGrid(path: string, grid: Grid): LocatedGrid {
  const { crs } = grid;
  if (crs === null || crs.proj4 === null) {
    const found =
      crs === null ? "has no coordinate reference system" : `is in ${crs.name}, which cannot be projected`;
    throw new UserError(
      "no-crs",
      `${path}: ${found}, so it has no place on a web map.`,
      "Give it one that has an EPSG code (gdal_edit.py -a_srs EPSG:…), or leave the tiles out of --outputs.",
    );
  }
  return { ...grid, crs };
}

function mercatorExtent([west, south, east, north]: Bounds): Bounds {
  const x = (lon: number): number => (lon / 180) * WEB_MERCATOR_HALF;
  const y = (lat: number): number => webMercator([0, lat] as LonLat)[1];
  return [x(west), y(south), x(east), y(north)];
}

function headerBounds([west, south, east, north]: Bounds): Bounds {
  const clip = (lat: number): number => Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat));
  const crosses = west < -180 || east > 180;
  return [crosses ? -180 : west, clip(south), crosses ? 180 : east, clip(north)];
}

function centerOf([west, south, east, north]: Bounds): LonLat {
  const [lon, lat] = fromWebMercator(worldPoint((west + east) / 2, (south + north) / 2));
  return [wrapDegrees(lon), lat] as LonLat;
}

/** The zoom, as a fraction, at which a tile is `metres` wide. */
function zoomOfTile(metres: number): number {
  return Math.log2((2 * WEB_MERCATOR_HALF) / metres);
}

function clampZoom(zoom: number): number {
  return Math.max(0, Math.min(DEEPEST_ZOOM, zoom));
}

function lowestZoom(extent: Bounds, maxZoom: number): number {
  for (let z = maxZoom; z > 0; z--) {
    const { rows, columns } = tileSpan(extent, z);
    if (rows.length <= 1 && columns.length <= 1) return z;
  }
  return 0;
}

function warningsFor(path: string, [, south, , north]: Bounds): string[] {
  const noise = 1e-6; // degrees: an EPSG:3857 raster of the whole world ends at the limit itself
  if (south >= -MAX_LATITUDE - noise && north <= MAX_LATITUDE + noise) return [];
  return [
    `${path}: what lies beyond 85.05° of latitude is not in the tiles, because Web Mercator ends there.`,
  ];
}

/** The rows of tiles of a zoom that the raster's extent meets, from the north. */
export function tileRows({ extent }: TilePyramid, z: number): TileRow[] {
  const { rows, columns } = tileSpan(extent, z);
  const world = 2 ** z;
  const xs = [...new Set(columns.map((x) => ((x % world) + world) % world))];
  return rows.map((y) => ({ z, y, xs }));
}

/** The columns of tiles of a zoom, west to east as the raster runs: each row has them all. */
export function tileColumns(pyramid: TilePyramid, z: number): readonly number[] {
  return tileRows(pyramid, z)[0]?.xs ?? [];
}

/** Number of tiles over all zooms that the extent meets: what progress is counted in. */
export function countTiles(pyramid: TilePyramid): number {
  const zooms = zoomsOf(pyramid);
  return zooms.flatMap((z) => tileRows(pyramid, z)).reduce((sum, { xs }) => sum + xs.length, 0);
}

/** The zooms of a pyramid, lowest first. */
export function zoomsOf({ minZoom, maxZoom }: TilePyramid): number[] {
  return Array.from({ length: maxZoom - minZoom + 1 }, (_, index) => minZoom + index);
}

function tileSpan([west, south, east, north]: Bounds, z: number): { rows: number[]; columns: number[] } {
  const side = webMercatorResolution(z, 1);
  const world = 2 ** z;
  const columns = between((west + WEB_MERCATOR_HALF) / side, (east + WEB_MERCATOR_HALF) / side);
  const rows = between((WEB_MERCATOR_HALF - north) / side, (WEB_MERCATOR_HALF - south) / side);
  return { columns, rows: rows.filter((y) => y >= 0 && y < world) };
}

/** The whole numbers n whose tile n … n + 1 overlaps from … to. */
function between(from: number, to: number): number[] {
  const first = Math.floor(from + SLIVER);
  return Array.from({ length: Math.max(0, Math.ceil(to - SLIVER) - first) }, (_, index) => first + index);
}
