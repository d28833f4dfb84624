import { grain } from "./noise.ts";
import { SHADED_BANDS } from "./shade.ts";

/** How a camera sees the shaded picture. */
export interface Sensor {
  readonly seed: number;
  /** Weight of each of the four neighbours in the blur, 0 … 0.2, along each axis. */
  readonly blur: number;
  /** Standard strength of the noise, 0 … 255 scale. */
  readonly noise: number;
}

/** Blurs by a 3 x 3 kernel and adds noise; returns the first `bands` bands, interleaved, 0 … 255 in sixteenths. */
export function expose(
  picture: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  bands: number,
  { seed, blur, noise }: Sensor,
): Uint16Array {
  const result = new Uint16Array(width * height * bands);
  const centre = 1 - 2 * blur;
  const across = (row: number, x: number, band: number): number => {
    const at = (row * width + x) * SHADED_BANDS + band;
    const left = x > 0 ? at - SHADED_BANDS : at;
    const right = x + 1 < width ? at + SHADED_BANDS : at;
    return picture[at]! * centre + (picture[left]! + picture[right]!) * blur;
  };
  for (let y = 0; y < height; y++) {
    const [up, down] = [Math.max(0, y - 1), Math.min(height - 1, y + 1)];
    for (let x = 0; x < width; x++) {
      const speck = grain(seed, x, y) * noise;
      for (let band = 0; band < bands; band++) {
        const value = across(y, x, band) * centre + (across(up, x, band) + across(down, x, band)) * blur;
        result[(y * width + x) * bands + band] = Math.max(0, Math.min(4080, (value + speck) * 16 + 0.5));
      }
    }
  }
  return result;
}
