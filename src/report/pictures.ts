import sharp, { type Sharp } from "sharp";
import { fullWindow } from "../geo/window.ts";
import { type LandCoverClass, NODATA, rgbOf } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";

/** Longest side (px) of a picture: sharp on half a page at 300 dots per inch. */
export const PICTURE_SIDE = 1400;

/** A picture of 8-bit red, green, blue and alpha, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

/** Size (px) of the finest level of a raster that is at most PICTURE_SIDE long, and its place; the coarsest where all are longer. */
export function pictureLevel({ grid, overviews }: Pick<Scene, "grid" | "overviews">): {
  readonly level: number;
  readonly width: number;
  readonly height: number;
} {
  const levels = [grid, ...overviews];
  const fitting = levels.findIndex(({ width, height }) => Math.max(width, height) <= PICTURE_SIDE);
  const level = fitting < 0 ? levels.length - 1 : fitting;
  const { width, height } = levels[level]!;
  return { level, width, height };
}

/** The land cover in the colours of its classes, transparent where there is none. */
export async function landcoverPicture(labels: Scene, classes: readonly LandCoverClass[]): Promise<Picture> {
  const colours = new Map(classes.map(({ id, color }) => [id, rgbOf(color)]));
  return paint(labels, (value) => colours.get(value) ?? null);
}

/** Confidence from red (none) over yellow (half) to green (sure), transparent where there is none. */
export async function confidencePicture(confidence: Scene): Promise<Picture> {
  return paint(confidence, confidenceColour);
}

/** Colour of a confidence in percent: ColorBrewer's RdYlGn ends and middle, safe to tell apart by brightness at the low end. */
export function confidenceColour(percent: number): readonly [number, number, number] {
  const low = [165, 0, 38] as const;
  const middle = [255, 236, 160] as const;
  const high = [26, 122, 70] as const;
  const [from, to, t] = percent < 60 ? [low, middle, percent / 60] : [middle, high, (percent - 60) / 40];
  const mix = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * Math.min(1, t));
  return [mix(0), mix(1), mix(2)];
}

async function paint(
  scene: Scene,
  colour: (value: number) => readonly [number, number, number] | null,
): Promise<Picture> {
  const { level, width, height } = pictureLevel(scene);
  const { data, mask } = await scene.read(fullWindow({ width, height }), { level, bands: [0] });
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const value = data[i]!;
    const rgb = value === NODATA || mask?.[i] === 0 ? null : colour(value);
    if (rgb === null) continue;
    rgba.set(rgb, i * 4);
    rgba[i * 4 + 3] = 255;
  }
  return { width, height, rgba };
}

/** The picture as PNG, lossless. */
export function pngOf(picture: Picture): Promise<Buffer> {
  return raw(picture).png({ compressionLevel: 9 }).toBuffer();
}

/** A photograph as WebP with transparency, a tenth of the size of PNG. */
export function webpOf(picture: Picture): Promise<Buffer> {
  return raw(picture).webp({ quality: 82, alphaQuality: 100 }).toBuffer();
}

function raw({ rgba, width, height }: Picture): Sharp {
  return sharp(Buffer.from(rgba.buffer), { raw: { width, height, channels: 4 } });
}
