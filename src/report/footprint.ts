import { pixelPoint } from "../geo/affine.ts";
import type { Grid } from "../geo/grid.ts";
import { type LocatedGrid, lonLatBounds, pixelProjection } from "../tiles/footprint.ts";

type Position = readonly [lon: number, lat: number];

/** Where a map lies in longitude and latitude (degrees, RFC 7946). */
export interface Footprint {
  readonly bbox: readonly [west: number, south: number, east: number, north: number];
  readonly geometry:
    | { readonly type: "Polygon"; readonly coordinates: readonly (readonly Position[])[] }
    | { readonly type: "MultiPolygon"; readonly coordinates: readonly (readonly (readonly Position[])[])[] };
}

/** Points along each edge: a straight edge of the grid is a curve in degrees. */
const STEPS = 8;

/** The footprint of a grid; null without a CRS that can be projected. Across the antimeridian, or around a pole, it is the box, cut there. */
export function footprintOf(grid: Grid): Footprint | null {
  const { crs } = grid;
  if (crs === null || crs.proj4 === null) return null;
  const located = { ...grid, crs };
  const [west, south, east, north] = lonLatBounds(located).map(round) as [number, number, number, number];
  if (![west, south, east, north].every(Number.isFinite)) return null;
  if (east > 180 || west < -180) return acrossAntimeridian([west, south, east, north]);
  const box = rectangle(west, south, east, north);
  const ring = outline(located);
  const bbox = [west, south, east, north] as const;
  const followable = ring.every(([lon, lat]) => lon >= west && lon <= east && lat >= south && lat <= north);
  return { bbox, geometry: { type: "Polygon", coordinates: [followable && east - west < 180 ? ring : box] } };
}

function acrossAntimeridian([west, south, east, north]: Footprint["bbox"]): Footprint {
  const shift = west < -180 ? 360 : 0;
  const [from, to] = [west + shift, east + shift];
  return {
    bbox: [round(from), south, round(to - 360), north],
    geometry: {
      type: "MultiPolygon",
      coordinates: [[rectangle(from, south, 180, north)], [rectangle(-180, south, round(to - 360), north)]],
    },
  };
}

/** Counter-clockwise, closed. */
function rectangle(west: number, south: number, east: number, north: number): readonly Position[] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}

/** The grid's outline, counter-clockwise and closed. */
function outline(grid: LocatedGrid): readonly Position[] {
  const { toLonLat } = pixelProjection(grid);
  const corners = [
    [0, 0],
    [0, grid.height],
    [grid.width, grid.height],
    [grid.width, 0],
  ] as const;
  const ring = corners.flatMap(([col, row], i) => {
    const [nextCol, nextRow] = corners[(i + 1) % 4]!;
    return Array.from({ length: STEPS }, (_, step): Position => {
      const t = step / STEPS;
      const [lon, lat] = toLonLat(pixelPoint(col + t * (nextCol - col), row + t * (nextRow - row)));
      return [round(lon), round(lat)];
    });
  });
  const closed = [...ring, ring[0]!];
  return signedArea(closed) < 0 ? closed.reverse() : closed;
}

function signedArea(ring: readonly Position[]): number {
  return ring.slice(1).reduce((sum, [x, y], i) => sum + (ring[i]![0] * y - x * ring[i]![1]) / 2, 0);
}

/** A centimetre on the ground. */
function round(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7;
}
