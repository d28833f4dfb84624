/** One land-cover class: `id` is the pixel value (0–254), `color` is "#rrggbb". */
export interface LandCoverClass {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description?: string | undefined;
}

/** The pixel value of every output that means "no data"; never a class. */
export const NODATA = 255;

/** Red, green, blue (0–255) of "#rrggbb". */
export function rgbOf(color: string): readonly [r: number, g: number, b: number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
