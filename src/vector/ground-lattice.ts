import { pixelPoint, pixelToWorld } from "../geo/affine.ts";
import { type LonLat, lonLatProjection } from "../geo/crs.ts";
import { geodesicRingArea, wrapDegrees } from "../geo/geodesic-area.ts";
import type { Grid } from "../geo/grid.ts";

/** Largest error of a position interpolated on the lattice, in pixels; smaller cells get a smaller share of it. */
const MAX_ERROR = 0.005;
const MAX_ERROR_PER_CELL_PIXEL = 5e-5;
/** Largest relative error of a pixel's area interpolated on the lattice. */
const MAX_AREA_ERROR = 1e-4;
const LARGEST_SHIFT = 10;
const MOST_NODES = 4_000_000;

/**
 * The ground under a grid, sampled at the nodes of a lattice of square cells (side 2^shift px, the last ones cut off at the
 * raster's edge): longitude, latitude and scale between nodes are interpolated, which is a hundred times faster than projecting
 * every point, and axis-parallel lines within a cell stay straight. Cells are as large as MAX_ERROR allows.
 */
export interface GroundLattice {
  readonly shift: number;
  /** Columns and rows (px) of the nodes. */
  readonly cols: Int32Array;
  readonly rows: Int32Array;
  /** Degrees at each node, row by row; longitudes run on over the antimeridian instead of jumping. */
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  /** m² of ground per px². */
  readonly area: Float64Array;
  /** Metres of ground per pixel along a row, along a column, and the scalar product of both directions (m²). */
  readonly across: Float64Array;
  readonly down: Float64Array;
  readonly skew: Float64Array;
  /** The exact position (degrees) of a point of the grid (px). */
  readonly exact: (col: number, row: number) => LonLat;
}

/** Builds the lattice of a grid whose CRS has a PROJ definition. */
export function groundLattice(grid: Grid): GroundLattice {
  const exact = exactPosition(grid);
  const size = Math.max(grid.width, grid.height);
  let shift = Math.min(LARGEST_SHIFT, Math.ceil(Math.log2(Math.max(2, size))));
  while (shift > 0 && nodeCount(grid, shift - 1) <= MOST_NODES && !isFine(grid, exact, shift)) shift--;
  const cols = nodesAlong(grid.width, shift);
  const rows = nodesAlong(grid.height, shift);
  const count = cols.length * rows.length;
  const channel = (): Float64Array => new Float64Array(count);
  const [lon, lat, area, across, down, skew] = [
    channel(),
    channel(),
    channel(),
    channel(),
    channel(),
    channel(),
  ] as const;
  rows.forEach((row, j) => {
    cols.forEach((col, i) => {
      const node = j * cols.length + i;
      [lon[node], lat[node]] = exact(col, row);
      const scale = scaleAt(grid, exact, col, row);
      area[node] = scale.area;
      across[node] = scale.across;
      down[node] = scale.down;
      skew[node] = scale.skew;
    });
  });
  return { shift, cols, rows, lon, lat, area, across, down, skew, exact };
}

/** Exact positions (degrees), with longitudes within 180° of the grid's centre; NaN where the projection has no answer. */
function exactPosition(grid: Grid): (col: number, row: number) => LonLat {
  const { toLonLat } = lonLatProjection(grid.crs!);
  const project = (col: number, row: number): LonLat => {
    try {
      return toLonLat(pixelToWorld(grid.affine, pixelPoint(col, row)));
    } catch {
      return [Number.NaN, Number.NaN] as LonLat;
    }
  };
  const centre = project(grid.width / 2, grid.height / 2)[0];
  const reference = Number.isFinite(centre) ? centre : 0;
  return (col, row) => {
    const [lon, lat] = project(col, row);
    return [reference + wrapDegrees(lon - reference), lat] as LonLat;
  };
}

function nodesAlong(size: number, shift: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(size / 2 ** shift) + 1 }, (_, i) =>
    Math.min(i * 2 ** shift, size),
  );
}

function nodeCount({ width, height }: Grid, shift: number): number {
  return (Math.ceil(width / 2 ** shift) + 1) * (Math.ceil(height / 2 ** shift) + 1);
}

/** True when cells of side 2^shift are small enough, judged in the middle of up to 7 x 7 cells spread over the grid. */
function isFine(grid: Grid, exact: GroundLattice["exact"], shift: number): boolean {
  const side = 2 ** shift;
  const tolerance = Math.min(MAX_ERROR, MAX_ERROR_PER_CELL_PIXEL * side);
  for (const row of spread(grid.height, side)) {
    for (const col of spread(grid.width, side)) {
      const right = Math.min(col + side, grid.width);
      const bottom = Math.min(row + side, grid.height);
      const middle = [(col + right) / 2, (row + bottom) / 2] as const;
      const corners = [exact(col, row), exact(right, row), exact(col, bottom), exact(right, bottom)];
      const scale = scaleAt(grid, exact, ...middle);
      const centre = exact(...middle);
      const mean = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis]! / 4, 0));
      const error =
        metresBetween(centre, [mean[0]!, mean[1]!] as LonLat) / Math.min(scale.across, scale.down);
      const meanArea =
        (scaleAt(grid, exact, col, row).area +
          scaleAt(grid, exact, right, row).area +
          scaleAt(grid, exact, col, bottom).area +
          scaleAt(grid, exact, right, bottom).area) /
        4;
      if (error > tolerance || Math.abs(meanArea / scale.area - 1) > MAX_AREA_ERROR) return false;
    }
  }
  return true;
}

/** First pixels of up to seven cells, evenly spread. */
function spread(size: number, side: number): number[] {
  const cells = Math.ceil(size / side);
  const count = Math.min(7, cells);
  return Array.from(
    { length: count },
    (_, k) => Math.floor((k * (cells - 1)) / Math.max(1, count - 1)) * side,
  );
}

interface Scale {
  readonly area: number;
  readonly across: number;
  readonly down: number;
  readonly skew: number;
}

/** The ground's scale around a point, from a quadrangle of a pixel's size that stays inside the grid. */
function scaleAt(grid: Grid, exact: GroundLattice["exact"], col: number, row: number): Scale {
  const [c0, c1] = [Math.max(0, col - 0.5), Math.min(grid.width, col + 0.5)];
  const [r0, r1] = [Math.max(0, row - 0.5), Math.min(grid.height, row + 0.5)];
  const quad = [exact(c0, r0), exact(c0, r1), exact(c1, r1), exact(c1, r0)] as const;
  const [nw, sw, se, ne] = quad.map(geocentric) as [Vector, Vector, Vector, Vector];
  const right = [0, 1, 2].map(
    (k) => (ne[k]! + se[k]! - nw[k]! - sw[k]!) / 2 / (c1 - c0),
  ) as unknown as Vector;
  const below = [0, 1, 2].map(
    (k) => (sw[k]! + se[k]! - nw[k]! - ne[k]!) / 2 / (r1 - r0),
  ) as unknown as Vector;
  return {
    area: Math.abs(geodesicRingArea(quad)) / ((c1 - c0) * (r1 - r0)),
    across: Math.sqrt(dot(right, right)),
    down: Math.sqrt(dot(below, below)),
    skew: dot(right, below),
  };
}

type Vector = readonly [number, number, number];

const SEMI_MAJOR = 6378137;
const ECCENTRICITY_2 = 0.0066943799901413165;

/** Earth-centred position (m) of a point on the WGS 84 ellipsoid: distances stay right at poles and the antimeridian. */
function geocentric([lon, lat]: LonLat): Vector {
  const [phi, lambda] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
  const normal = SEMI_MAJOR / Math.sqrt(1 - ECCENTRICITY_2 * Math.sin(phi) ** 2);
  return [
    normal * Math.cos(phi) * Math.cos(lambda),
    normal * Math.cos(phi) * Math.sin(lambda),
    normal * (1 - ECCENTRICITY_2) * Math.sin(phi),
  ];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function metresBetween(a: LonLat, b: LonLat): number {
  const [p, q] = [geocentric(a), geocentric(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}
