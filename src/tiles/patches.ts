import { invertAffine, type PixelPoint, pixelPoint, worldPoint } from "../geo/affine.ts";
import { lonLatProjection } from "../geo/crs.ts";
import { fromWebMercator, type Tile, tileBounds } from "../geo/tile-matrix-set.ts";
import type { Window } from "../geo/window.ts";
import type { LocatedGrid } from "./footprint.ts";

/** Where a position in a tile (px; pixel centres at .5) lies in a raster (px of full resolution). */
export type TileToRaster = (col: number, row: number) => PixelPoint;

/**
 * A rectangle of tile pixels whose centres lie bilinearly between four positions in the raster (px of full resolution): those of
 * its corner pixels.
 */
export interface Patch extends Window {
  readonly corners: Corners;
}

export type Corners = readonly [
  topLeft: PixelPoint,
  topRight: PixelPoint,
  bottomLeft: PixelPoint,
  bottomRight: PixelPoint,
];

/** When a rectangle of tile pixels is split: above this error (raster px) or above this area (raster px²). */
export interface PatchLimits {
  readonly error: number;
  readonly area: number;
}

/**
 * The exact projection of a tile's pixels to those of a raster. A geographic raster may run past ±180°: longitudes are taken on
 * the turn of the globe where it lies.
 */
export function tileToRaster(grid: LocatedGrid, tile: Tile, tileSize: number): TileToRaster {
  const { fromLonLat } = lonLatProjection(grid.crs);
  const [west, , east, north] = tileBounds(tile);
  const resolution = (east - west) / tileSize;
  const geographic = grid.crs.kind === "geographic";
  const middle = grid.affine[0] * (grid.width / 2) + grid.affine[1] * (grid.height / 2) + grid.affine[2];
  const [a, b, c, d, e, f] = invertAffine(grid.affine);
  return (col, row) => {
    const mercator = worldPoint(west + col * resolution, north - row * resolution);
    const [lon, y] = fromLonLat(fromWebMercator(mercator));
    const x = geographic ? lon + 360 * Math.round((middle - lon) / 360) : lon;
    return pixelPoint(a * x + b * y + c, d * x + e * y + f);
  };
}

/** Raster pixels (full resolution) along the side of a tile pixel at the middle of a rectangle; NaN where nothing is projected. */
export function pixelRatio(project: TileToRaster, { col, row, width, height }: Window): number {
  const [x, y] = [col + width / 2, row + height / 2];
  const [u, v] = project(x, y);
  const right = project(x + 1, y);
  const below = project(x, y + 1);
  return Math.sqrt(Math.abs((right[0] - u) * (below[1] - v) - (right[1] - v) * (below[0] - u)));
}

/** Splits a rectangle of tile pixels into patches, in quarters, until each keeps the limits or is one pixel. */
export function splitIntoPatches(project: TileToRaster, rect: Window, limits: PatchLimits): Patch[] {
  const corners = cornersOf(project, rect);
  if (rect.width * rect.height === 1) return [{ ...rect, corners }];
  const fits = areaOf(corners) <= limits.area && bilinearError(project, rect, corners) <= limits.error;
  if (fits) return [{ ...rect, corners }];
  return quarters(rect).flatMap((quarter) => splitIntoPatches(project, quarter, limits));
}

function cornersOf(project: TileToRaster, { col, row, width, height }: Window): Corners {
  const [left, right] = [col + 0.5, col + width - 0.5];
  const [top, bottom] = [row + 0.5, row + height - 0.5];
  return [project(left, top), project(right, top), project(left, bottom), project(right, bottom)];
}

/** Area (px²) of the box around four positions; NaN when one is not a number. */
function areaOf(corners: Corners): number {
  const cols = corners.map(([col]) => col);
  const rows = corners.map(([, row]) => row);
  return (Math.max(...cols) - Math.min(...cols)) * (Math.max(...rows) - Math.min(...rows));
}

/** The largest distance (px, per axis) between the bilinear and the exact position at the middle and the middles of the sides. */
function bilinearError(project: TileToRaster, { col, row, width, height }: Window, corners: Corners): number {
  const middles = [
    [0.5, 0.5],
    [0.5, 0],
    [0.5, 1],
    [0, 0.5],
    [1, 0.5],
  ] as const;
  const errors = middles.map(([s, t]) => {
    const exact = project(col + 0.5 + s * (width - 1), row + 0.5 + t * (height - 1));
    const [u, v] = bilinear(corners, s, t);
    return Math.max(Math.abs(u - exact[0]), Math.abs(v - exact[1]));
  });
  return Math.max(...errors);
}

/** The position between four corners, `s` of the way to the right and `t` of the way down. */
export function bilinear(
  [topLeft, topRight, bottomLeft, bottomRight]: Corners,
  s: number,
  t: number,
): PixelPoint {
  const between = (axis: 0 | 1): number => {
    const top = topLeft[axis] + s * (topRight[axis] - topLeft[axis]);
    const bottom = bottomLeft[axis] + s * (bottomRight[axis] - bottomLeft[axis]);
    return top + t * (bottom - top);
  };
  return pixelPoint(between(0), between(1));
}

function quarters({ col, row, width, height }: Window): Window[] {
  const [left, top] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  return [
    { col, row, width: left, height: top },
    { col: col + left, row, width: width - left, height: top },
    { col, row: row + top, width: left, height: height - top },
    { col: col + left, row: row + top, width: width - left, height: height - top },
  ].filter((quarter) => quarter.width > 0 && quarter.height > 0);
}
