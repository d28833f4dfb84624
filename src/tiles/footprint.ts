import { type PixelPoint, pixelPoint, pixelToWorld, worldToPixel } from "../geo/affine.ts";
import { type Crs, type LonLat, lonLatProjection } from "../geo/crs.ts";
import { wrapDegrees } from "../geo/geodesic-area.ts";
import { type Bounds, boundsOf, type Grid } from "../geo/grid.ts";
import { WEB_MERCATOR_HALF, webMercator } from "../geo/tile-matrix-set.ts";

/** Points per edge of the grid: between two of them an edge bends less than a pixel for any raster worth mapping. */
const EDGE_STEPS = 256;
/** Steps from the centre to an edge: few enough to be cheap, so many that one never crosses half the world. */
const INWARD_STEPS = 8;

/** A grid that has a CRS. */
export interface LocatedGrid extends Grid {
  readonly crs: Crs;
}

/** Functions between the pixels of a grid (px) and longitude/latitude (degrees), in both directions. */
export function pixelProjection({ affine, crs }: LocatedGrid): {
  readonly toLonLat: (pixel: PixelPoint) => LonLat;
  readonly fromLonLat: (point: LonLat) => PixelPoint;
} {
  const projection = lonLatProjection(crs);
  return {
    toLonLat: (pixel) => projection.toLonLat(pixelToWorld(affine, pixel)),
    fromLonLat: (point) => worldToPixel(affine, projection.fromLonLat(point)),
  };
}

/**
 * West, south, east and north of a grid in degrees. Longitudes run on over the antimeridian (170 … 190) instead of jumping;
 * a grid that holds a pole, or the whole way round, has −180 … 180.
 */
export function lonLatBounds(grid: LocatedGrid): Bounds {
  const { toLonLat } = pixelProjection(grid);
  const center = pixelPoint(grid.width / 2, grid.height / 2);
  const edge = edgePoints(grid).map((point) => walk(toLonLat, center, point));
  const [west, south, east, north] = boundsOf(edge.filter(([lon, lat]) => Number.isFinite(lon + lat)));
  const poles = ([-90, 90] as const).filter((lat) => holdsPole(grid, lat));
  if (poles.length === 0 && east - west < 360 - 1e-6) return [west, south, east, north];
  return [-180, Math.min(south, ...poles), 180, Math.max(north, ...poles)];
}

/** Points along the outline of a grid (px). */
function edgePoints({ width, height }: Grid): PixelPoint[] {
  const steps = Array.from({ length: EDGE_STEPS + 1 }, (_, step) => step / EDGE_STEPS);
  return steps.flatMap((t) => [
    pixelPoint(t * width, 0),
    pixelPoint(t * width, height),
    pixelPoint(0, t * height),
    pixelPoint(width, t * height),
  ]);
}

/** The position of `to`, its longitude followed step by step from `from` so that it does not jump on the way. */
function walk(toLonLat: (pixel: PixelPoint) => LonLat, from: PixelPoint, to: PixelPoint): LonLat {
  let [lon, lat] = toLonLat(from);
  for (let step = 1; step <= INWARD_STEPS; step++) {
    const t = step / INWARD_STEPS;
    const point = toLonLat(pixelPoint(from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])));
    lon += wrapDegrees(point[0] - lon);
    lat = point[1];
  }
  return [lon, lat] as LonLat;
}

/** True when the pole lies inside the grid; in a geographic CRS a pole is an edge, not a point, and needs no care. */
function holdsPole(grid: LocatedGrid, lat: -90 | 90): boolean {
  if (grid.crs.kind === "geographic") return false;
  const [col, row] = pixelProjection(grid).fromLonLat([0, lat] as LonLat);
  return col >= 0 && row >= 0 && col <= grid.width && row <= grid.height;
}

/** Side (m of EPSG:3857) of a pixel of the grid: the median over the grid, where Web Mercator reaches; null where it never does. */
export function mercatorPixelSize(grid: LocatedGrid): number | null {
  const { toLonLat } = pixelProjection(grid);
  const fractions = [0.1, 0.3, 0.5, 0.7, 0.9];
  const sizes = fractions
    .flatMap((x) => fractions.map((y) => pixelSide(toLonLat, x * grid.width, y * grid.height)))
    .filter((size) => Number.isFinite(size) && size > 0)
    .sort((a, b) => a - b);
  return sizes[sizes.length >> 1] ?? null;
}

function pixelSide(toLonLat: (pixel: PixelPoint) => LonLat, col: number, row: number): number {
  const corner = webMercator(toLonLat(pixelPoint(col, row)));
  const right = webMercator(toLonLat(pixelPoint(col + 1, row)));
  const below = webMercator(toLonLat(pixelPoint(col, row + 1)));
  const along = [wrapMetres(right[0] - corner[0]), right[1] - corner[1]] as const;
  const down = [wrapMetres(below[0] - corner[0]), below[1] - corner[1]] as const;
  return Math.sqrt(Math.abs(along[0] * down[1] - along[1] * down[0]));
}

function wrapMetres(metres: number): number {
  return (wrapDegrees((metres / WEB_MERCATOR_HALF) * 180) / 180) * WEB_MERCATOR_HALF;
}
