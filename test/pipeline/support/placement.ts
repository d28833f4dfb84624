import proj4 from "proj4";
import { invertAffine, pixelPoint, pixelToWorld, worldPoint } from "../../../src/geo/affine.ts";
import type { Grid } from "../../../src/geo/grid.ts";

/** Longitude and latitude of a pixel position of a grid whose CRS has this proj4 definition. */
export function lonLatOf(
  { affine }: Grid,
  definition: string,
  [col, row]: readonly [number, number],
): [number, number] {
  const world = pixelToWorld(affine, pixelPoint(col, row));
  return proj4(definition, "WGS84", [...world] as [number, number]);
}

/** The inverse of lonLatOf. */
export function pixelOf(
  { affine }: Grid,
  definition: string,
  lonLat: readonly [number, number],
): [number, number] {
  const [x, y] = proj4("WGS84", definition, [...lonLat]) as [number, number];
  return [...pixelToWorld(invertAffine(affine), worldPoint(x, y) as never)] as [number, number];
}

/** Longitude and latitude of the centre of a pixel of a 512 px tile: the formulas of OpenStreetMap's wiki. */
export function lonLatOfTilePixel(
  { z, x, y }: { readonly z: number; readonly x: number; readonly y: number },
  col: number,
  row: number,
): [number, number] {
  const [u, v] = [(x + (col + 0.5) / 512) / 2 ** z, (y + (row + 0.5) / 512) / 2 ** z];
  return [u * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * v))) * 180) / Math.PI];
}

/** True near an edge between pixels: raster tiles are sampled to an eighth of a pixel. */
export function isNearEdge(position: number): boolean {
  return Math.abs(position - Math.round(position)) < 0.13;
}

/** Pixel positions along the four edges of a grid. */
export function outline({ width, height }: Grid): [number, number][] {
  const steps = Array.from({ length: 65 }, (_, i) => i / 64);
  return steps.flatMap((t): [number, number][] => [
    [t * width, 0],
    [t * width, height],
    [0, t * height],
    [width, t * height],
  ]);
}

/** True when a position lies inside rings: the even-odd rule over all of them. */
export function holds(
  rings: readonly (readonly (readonly [number, number])[])[],
  x: number,
  y: number,
): boolean {
  let inside = false;
  for (const ring of rings) {
    ring.forEach(([x1, y1], i) => {
      const [x0, y0] = ring[(i + ring.length - 1) % ring.length]!;
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
    });
  }
  return inside;
}
