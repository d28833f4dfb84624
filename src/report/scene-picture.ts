import type { Window } from "../geo/window.ts";
import { derivedScene } from "../scene/derived-scene.ts";
import type { RasterBlock } from "../scene/raster-block.ts";
import type { Scene } from "../scene/scene.ts";
import { PICTURE_SIDE, type Picture } from "./pictures.ts";

/** Samples taken of a cell of the picture, per side: more would not be seen. */
const SAMPLES = 4;
/** Side (px) of the windows that are read where nothing has been shown yet. */
const READ_SIZE = 1024;

/** Size (px) of a picture of a grid: halved, rounded up, until it is at most PICTURE_SIDE long, as overviews are. */
export function pictureSize(grid: { readonly width: number; readonly height: number }): {
  readonly width: number;
  readonly height: number;
} {
  let { width, height } = grid;
  while (Math.max(width, height) > PICTURE_SIDE)
    [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  return { width, height };
}

/** Positions of red, green and blue among bands; the first three where they are not named so, or the first alone. */
export function pictureChannels(bands: readonly string[]): readonly number[] {
  const named = ["red", "green", "blue"].map((role) => bands.indexOf(role));
  if (named.every((position) => position >= 0)) return named;
  return bands.length < 3 ? [0] : [0, 1, 2];
}

/**
 * A reduced picture of a scene that grows while others read it, so that a scene without overviews is not read twice: the mean of
 * up to 4 x 4 samples per cell. Three bands make a colour picture, one a grey one; what is not 8-bit is stretched.
 */
export class ScenePicture {
  readonly #scene: Scene;
  readonly #size: { readonly width: number; readonly height: number };
  readonly #step: number;
  readonly #sums: Float64Array;
  /** Valid samples per cell. */
  readonly #valid: Uint32Array;
  /** 1 for a cell of which a sample was seen, valid or not. */
  readonly #seen: Uint8Array;
  readonly #channels: readonly number[];

  /** `channels` are the positions of red, green and blue (or of the one band to show) among the bands that are read. */
  constructor(scene: Scene, channels: readonly number[]) {
    const size = pictureSize(scene.grid);
    this.#scene = scene;
    this.#size = size;
    this.#channels = channels;
    this.#step = Math.max(1, Math.floor(scene.grid.width / size.width / SAMPLES));
    const cells = size.width * size.height;
    this.#sums = new Float64Array(cells * channels.length);
    this.#valid = new Uint32Array(cells);
    this.#seen = new Uint8Array(cells);
  }

  /** The same scene; whatever is read of it at full resolution is added to the picture. */
  watch(): Scene {
    return derivedScene(this.#scene, {
      read: async (window, options) => {
        const block = await this.#scene.read(window, options);
        if ((options?.level ?? 0) === 0) this.#add(block);
        return block;
      },
    });
  }

  /** Reads what nobody has read (of a run that was resumed, or of an area that no chip covers), and gives the picture. */
  async finish(bands: readonly number[]): Promise<Picture> {
    for (const window of this.#unseen()) this.#add(await this.#scene.read(window, { bands }));
    return this.#render();
  }

  #add({ window, bands, data, mask }: RasterBlock): void {
    const { width, height } = this.#scene.grid;
    const { width: cols, height: rows } = this.#size;
    const from = (start: number): number => Math.ceil(start / this.#step) * this.#step;
    for (let row = from(window.row); row < window.row + window.height; row += this.#step) {
      const line = Math.floor((row * rows) / height) * cols;
      for (let col = from(window.col); col < window.col + window.width; col += this.#step) {
        const cell = line + Math.floor((col * cols) / width);
        const pixel = (row - window.row) * window.width + col - window.col;
        this.#seen[cell] = 1;
        if (mask?.[pixel] === 0) continue;
        this.#valid[cell]!++;
        for (const [k, channel] of this.#channels.entries())
          this.#sums[cell * this.#channels.length + k]! += data[pixel * bands + channel]!;
      }
    }
  }

  /** Windows of the scene that hold cells of which nothing was seen. */
  *#unseen(): Generator<Window> {
    const { width, height } = this.#scene.grid;
    for (let row = 0; row < height; row += READ_SIZE) {
      for (let col = 0; col < width; col += READ_SIZE) {
        const window = {
          col,
          row,
          width: Math.min(READ_SIZE, width - col),
          height: Math.min(READ_SIZE, height - row),
        };
        if (this.#isUnseen(window)) yield window;
      }
    }
  }

  #isUnseen(window: Window): boolean {
    const { width, height } = this.#scene.grid;
    const { width: cols, height: rows } = this.#size;
    const lastRow = Math.floor(((window.row + window.height - 1) * rows) / height);
    const lastCol = Math.floor(((window.col + window.width - 1) * cols) / width);
    for (let row = Math.floor((window.row * rows) / height); row <= lastRow; row++)
      for (let col = Math.floor((window.col * cols) / width); col <= lastCol; col++)
        if (this.#seen[row * cols + col] === 0) return true;
    return false;
  }

  #render(): Picture {
    const { width, height } = this.#size;
    const channels = this.#channels.length;
    const { min, max } = this.#range();
    const rgba = new Uint8ClampedArray(width * height * 4);
    for (let cell = 0; cell < width * height; cell++) {
      const count = this.#valid[cell]!;
      if (count === 0) continue;
      for (let k = 0; k < 3; k++) {
        const mean = this.#sums[cell * channels + Math.min(k, channels - 1)]! / count;
        rgba[cell * 4 + k] = ((mean - min) / (max - min)) * 255;
      }
      rgba[cell * 4 + 3] = 255;
    }
    return { width, height, rgba };
  }

  /** Values that become black and white: all of 8 bits, else the 2nd and 98th percentile of the picture. */
  #range(): { readonly min: number; readonly max: number } {
    if (this.#scene.sampleType === "uint8") return { min: 0, max: 255 };
    const channels = this.#channels.length;
    const means = this.#sums
      .map((sum, i) => sum / this.#valid[Math.floor(i / channels)]!)
      .filter(Number.isFinite)
      .sort();
    if (means.length === 0) return { min: 0, max: 1 };
    const at = (share: number): number =>
      means[Math.min(means.length - 1, Math.floor(share * means.length))]!;
    return at(0.98) > at(0.02) ? { min: at(0.02), max: at(0.98) } : { min: at(0.02), max: at(0.02) + 1 };
  }
}
