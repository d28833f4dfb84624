import type { Canvas } from "./canvas.ts";

/** Where the sun stands: shadows run one pixel left and `rise` up, and a metre of height throws `length` px. */
export interface Sun {
  readonly rise: number;
  readonly length: number;
}

/**
 * Shadow of every surface on every other: 1 where the sun does not reach. The picture is cut into digital lines that run
 * towards the sun, each pixel on exactly one; along a line the height of the shadow falls by a fixed step per pixel.
 */
export function castShadows({ width, height, top }: Canvas, { rise, length }: Sun): Uint8Array {
  const shaded = new Uint8Array(width * height);
  const drop = Math.sqrt(1 + rise * rise) / length;
  const climb = Math.floor((width - 1) * rise);
  for (let start = -climb; start < height; start++) {
    let shadow = 0;
    for (let x = width - 1; x >= 0; x--) {
      const y = start + Math.floor(x * rise);
      if (y < 0) break;
      if (y >= height) continue;
      const index = y * width + x;
      shadow -= drop;
      const surface = top[index]!;
      if (shadow > surface) shaded[index] = 1;
      else shadow = surface;
    }
  }
  return shaded;
}
