import type { Window } from "../geo/window.ts";
import { eachRow, localPatch } from "./fill.ts";
import type { Quarter } from "./halve.ts";
import type { Patch } from "./patches.ts";

/** A square of pixels: red, green, blue and opacity (0–255 each), row by row; opacity 0 is no data. */
export interface RgbaTile {
  readonly side: number;
  readonly pixels: Uint8Array;
}

/** A window of imagery: three bytes a pixel, and its mask (1 = data), null when every pixel is data. */
export interface RgbWindow {
  readonly window: Window;
  readonly rgb: Uint8Array;
  readonly mask: Uint8Array | null;
}

export function emptyRgba(side: number): RgbaTile {
  return { side, pixels: new Uint8Array(4 * side * side) };
}

export function holdsPixels({ pixels }: RgbaTile): boolean {
  for (let i = 3; i < pixels.length; i += 4) if (pixels[i] !== 0) return true;
  return false;
}

/**
 * Fills a patch with imagery: bilinear between the four pixels around each centre that have data; opaque where the pixel that the
 * centre lies in has data. Where a tile's pixel is `box` > 1 of the window's wide, the mean of those under it.
 */
export function fillRgba(target: RgbaTile, patch: Patch, source: RgbWindow, box: number): void {
  const sums = new Float64Array(4);
  eachRow(patch, localPatch(patch, source.window), target.side, (offset, u, v, du, dv) => {
    for (let i = 0; i < patch.width; i++) {
      sums.fill(0);
      const [x, y] = [u + i * du, v + i * dv];
      if (box === 1) addBilinear(source, x, y, sums);
      else addBox(source, Math.round(x - box / 2), Math.round(y - box / 2), box, sums);
      if (sums[3] === 0) continue;
      const to = 4 * (offset + i);
      for (let band = 0; band < 3; band++) target.pixels[to + band] = sums[band]! / sums[3]! + 0.5;
      target.pixels[to + 3] = 255;
    }
  });
}

/** Adds the pixels around a position (px) by their weights, and the weights; nothing where the position has no data. */
function addBilinear(source: RgbWindow, x: number, y: number, sums: Float64Array): void {
  const { width, height } = source.window;
  const { mask } = source;
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return;
  if (mask !== null && mask[Math.floor(y) * width + Math.floor(x)] === 0) return;
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - left, y - 0.5 - top];
  const [col, row] = [Math.max(0, left), Math.max(0, top)];
  const [nextCol, nextRow] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  addPixel(source, row * width + col, (1 - right) * (1 - down), sums);
  addPixel(source, row * width + nextCol, right * (1 - down), sums);
  addPixel(source, nextRow * width + col, (1 - right) * down, sums);
  addPixel(source, nextRow * width + nextCol, right * down, sums);
}

function addBox(source: RgbWindow, left: number, top: number, side: number, sums: Float64Array): void {
  const { width, height } = source.window;
  for (let row = Math.max(0, top); row < Math.min(height, top + side); row++)
    for (let col = Math.max(0, left); col < Math.min(width, left + side); col++)
      addPixel(source, row * width + col, 1, sums);
}

function addPixel({ rgb, mask }: RgbWindow, at: number, weight: number, sums: Float64Array): void {
  if (weight === 0 || (mask !== null && mask[at] === 0)) return;
  sums[0]! += weight * rgb[3 * at]!;
  sums[1]! += weight * rgb[3 * at + 1]!;
  sums[2]! += weight * rgb[3 * at + 2]!;
  sums[3]! += weight;
}

/** Halves a tile into a quarter of its parent: the mean of four pixels, each as much as it is opaque; opacity is the mean of theirs. */
export function halveRgba(parent: RgbaTile, child: RgbaTile, { dx, dy }: Quarter): void {
  const { pixels, side } = child;
  const half = side / 2;
  for (let row = 0; row < half; row++) {
    let to = 4 * ((dy * half + row) * parent.side + dx * half);
    let upper = 8 * row * side;
    for (let col = 0; col < half; col++, to += 4, upper += 8) {
      const lower = upper + 4 * side;
      const a = pixels[upper + 3]!;
      const b = pixels[upper + 7]!;
      const c = pixels[lower + 3]!;
      const d = pixels[lower + 7]!;
      const opacity = a + b + c + d;
      if (opacity === 0) continue;
      for (let band = 0; band < 3; band++) {
        const sum =
          a * pixels[upper + band]! +
          b * pixels[upper + 4 + band]! +
          c * pixels[lower + band]! +
          d * pixels[lower + 4 + band]!;
        parent.pixels[to + band] = sum / opacity + 0.5;
      }
      parent.pixels[to + 3] = opacity / 4 + 0.5;
    }
  }
}
