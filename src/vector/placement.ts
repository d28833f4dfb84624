import { determinant, pixelPoint, pixelToWorld } from "../geo/affine.ts";
import type { Grid } from "../geo/grid.ts";
import type { PixelRing } from "./rings.ts";

/** Places rings of the pixel lattice in an output CRS. */
export interface Placement {
  /** The ring in output coordinates (x0, y0, x1, y1, …), closed by repeating its first point; exteriors counter-clockwise. */
  place(ring: PixelRing): Float64Array;
}

/** Coordinates of the scene's own CRS; pixels where it has none. */
export function scenePlacement({ affine }: Grid): Placement {
  const mirrored = determinant(affine) > 0;
  return {
    place: (ring) => {
      const placed = new Float64Array(ring.length + 2);
      for (let i = 0; i <= ring.length; i += 2) {
        const from = i === ring.length ? 0 : i;
        [placed[i], placed[i + 1]] = pixelToWorld(affine, pixelPoint(ring[from]!, ring[from + 1]!)) as [
          number,
          number,
        ];
      }
      return mirrored ? reversePoints(placed) : placed;
    },
  };
}

/** Reverses the order of points x0, y0, x1, y1, … in place. */
export function reversePoints(points: Float64Array): Float64Array {
  for (let i = 0, j = points.length - 2; i < j; i += 2, j -= 2) {
    const x = points[i]!;
    const y = points[i + 1]!;
    points[i] = points[j]!;
    points[i + 1] = points[j + 1]!;
    points[j] = x;
    points[j + 1] = y;
  }
  return points;
}
