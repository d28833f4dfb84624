import type { LonLat } from "./crs.ts";

/** WGS 84 semi-major axis in metres. */
const A = 6378137;
/** WGS 84 first eccentricity squared. */
const E2 = 0.0066943799901413165;
const E = Math.sqrt(E2);
const RADIANS = Math.PI / 180;

/** Snyder (1987) eq. 3-12: twice the area function of the ellipsoid at a latitude. */
function q(sinLat: number): number {
  return (1 - E2) * (sinLat / (1 - E2 * sinLat * sinLat) + Math.atanh(E * sinLat) / E);
}

const Q_POLE = q(1);
/** Squared radius (m²) of the sphere with the ellipsoid's area. */
const AUTHALIC_RADIUS_2 = (A * A * Q_POLE) / 2;

/** Sine of the authalic latitude: Snyder (1987) eq. 3-11. `lat` in degrees. */
export function sinAuthalicLatitude(lat: number): number {
  return q(Math.sin(lat * RADIANS)) / Q_POLE;
}

/**
 * Area in m² on the WGS 84 ellipsoid of a closed ring of longitudes and latitudes (degrees), first point repeated or not.
 * Positive when counter-clockwise. The integral of (sin β − sin β₀)·dλ over the ring, with β the authalic latitude
 * and β₀ the pole of the ring's hemisphere: exact for edges that are straight in an equal-area cylinder, which
 * pixel-sized edges are to well under 0.1 %; rings around a pole or over the antimeridian come out right.
 */
export function geodesicRingArea(ring: readonly LonLat[]): number {
  if (ring.length < 3) return 0;
  const pole = ring.reduce((sum, [, lat]) => sum + lat, 0) < 0 ? -1 : 1;
  let previous = ring[ring.length - 1]!;
  let previousHeight = sinAuthalicLatitude(previous[1]) - pole;
  let sum = 0;
  for (const point of ring) {
    const height = sinAuthalicLatitude(point[1]) - pole;
    sum += wrapDegrees(point[0] - previous[0]) * RADIANS * (height + previousHeight);
    previous = point;
    previousHeight = height;
  }
  return (-sum / 2) * AUTHALIC_RADIUS_2;
}

/** Degrees brought to −180 … 180. */
export function wrapDegrees(degrees: number): number {
  return degrees >= -180 && degrees <= 180 ? degrees : degrees - 360 * Math.round(degrees / 360);
}
