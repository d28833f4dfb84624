import { pixelPoint, pixelToWorld } from "../geo/affine.ts";
import { type LonLat, lonLatProjection } from "../geo/crs.ts";
import { geodesicRingArea, wrapDegrees } from "../geo/geodesic-area.ts";
import type { Grid } from "../geo/grid.ts";

/** WGS 84. */
const SEMI_MAJOR = 6378137;
const ECCENTRICITY_2 = 0.0066943799901413165;

/** Longitude and latitude (degrees) of a position on the pixel lattice; NaN where the projection has no answer. */
export type Locate = (col: number, row: number) => LonLat;

/**
 * Projects positions of a grid whose CRS has a PROJ definition. Longitudes lie within 180° of the grid's centre: they run on over
 * the antimeridian instead of jumping.
 */
export function locator(grid: Grid): Locate {
  const { toLonLat } = lonLatProjection(grid.crs!);
  const project: Locate = (col, row) => {
    try {
      return toLonLat(pixelToWorld(grid.affine, pixelPoint(col, row)));
    } catch {
      return [Number.NaN, Number.NaN] as LonLat;
    }
  };
  const [centre] = project(grid.width / 2, grid.height / 2);
  const reference = Number.isFinite(centre) ? centre : 0;
  return (col, row) => {
    const [lon, lat] = project(col, row);
    return [reference + wrapDegrees(lon - reference), lat] as LonLat;
  };
}

/** How large a pixel is on the ground. */
export interface GroundScale {
  /** m². */
  readonly area: number;
  /** Metres along its row and along its column, and the scalar product of both directions (m²). */
  readonly across: number;
  readonly down: number;
  readonly skew: number;
}

/** The ground's scale around a position (px), from a quadrangle of a pixel's size, cut off at the grid's edge. */
export function groundScale({ width, height }: Grid, locate: Locate, col: number, row: number): GroundScale {
  const [c0, c1] = [Math.max(0, col - 0.5), Math.min(width, col + 0.5)];
  const [r0, r1] = [Math.max(0, row - 0.5), Math.min(height, row + 0.5)];
  const quad = [locate(c0, r0), locate(c0, r1), locate(c1, r1), locate(c1, r0)] as const;
  const [nw, sw, se, ne] = [
    geocentric(quad[0]),
    geocentric(quad[1]),
    geocentric(quad[2]),
    geocentric(quad[3]),
  ];
  const right = nw.map((_, k) => (ne[k]! + se[k]! - nw[k]! - sw[k]!) / 2 / (c1 - c0));
  const below = nw.map((_, k) => (sw[k]! + se[k]! - nw[k]! - ne[k]!) / 2 / (r1 - r0));
  return {
    area: Math.abs(geodesicRingArea(quad)) / ((c1 - c0) * (r1 - r0)),
    across: Math.sqrt(dot(right, right)),
    down: Math.sqrt(dot(below, below)),
    skew: dot(right, below),
  };
}

/** The straight distance in metres between two positions. */
export function metresBetween(a: LonLat, b: LonLat): number {
  const [p, q] = [geocentric(a), geocentric(b)];
  return Math.hypot(...p.map((value, k) => value - q[k]!));
}

/** Earth-centred position (m) on the ellipsoid: differences stay right at the poles and the antimeridian. */
function geocentric([lon, lat]: LonLat): readonly number[] {
  const [phi, lambda] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
  const normal = SEMI_MAJOR / Math.sqrt(1 - ECCENTRICITY_2 * Math.sin(phi) ** 2);
  return [
    normal * Math.cos(phi) * Math.cos(lambda),
    normal * Math.cos(phi) * Math.sin(lambda),
    normal * (1 - ECCENTRICITY_2) * Math.sin(phi),
  ];
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
}
