import { type WorldPoint, worldPoint } from "./affine.ts";
import type { LonLat } from "./crs.ts";
import type { Bounds } from "./grid.ts";

/** A tile of WebMercatorQuad (OGC 17-083r4): column x from the west, row y from the north. */
export interface Tile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/** Half the side of the Web Mercator square, in metres of EPSG:3857. */
export const WEB_MERCATOR_HALF = Math.PI * 6378137;

/** Web Mercator ends at this latitude (degrees), where the square closes. */
export const MAX_LATITUDE = 85.05112877980659;

/** EPSG:3857 position (m) of a longitude and latitude (degrees); latitudes are clipped to ±85.05°. */
export function webMercator([lon, lat]: LonLat): WorldPoint {
  const clipped = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat));
  const y = Math.log(Math.tan(Math.PI / 4 + (clipped * Math.PI) / 360));
  return worldPoint((lon / 180) * WEB_MERCATOR_HALF, (y / Math.PI) * WEB_MERCATOR_HALF);
}

/** Longitude and latitude (degrees) of an EPSG:3857 position (m). */
export function fromWebMercator([x, y]: WorldPoint): LonLat {
  const lat = (Math.atan(Math.sinh((y / WEB_MERCATOR_HALF) * Math.PI)) * 180) / Math.PI;
  return [(x / WEB_MERCATOR_HALF) * 180, lat] as LonLat;
}

/** Side of a pixel in metres of EPSG:3857 at zoom z with tiles of `tileSize` px. */
export function webMercatorResolution(z: number, tileSize: number): number {
  return (2 * WEB_MERCATOR_HALF) / (tileSize * 2 ** z);
}

/** Bounds of a tile in metres of EPSG:3857. */
export function tileBounds({ z, x, y }: Tile): Bounds {
  const side = (2 * WEB_MERCATOR_HALF) / 2 ** z;
  const west = x * side - WEB_MERCATOR_HALF;
  const north = WEB_MERCATOR_HALF - y * side;
  return [west, north - side, west + side, north];
}
