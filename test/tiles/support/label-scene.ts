import type { Affine } from "../../../src/geo/affine.ts";
import { type Crs, crsFromEpsg } from "../../../src/geo/crs.ts";
import { containsWindow, fullWindow, type Window } from "../../../src/geo/window.ts";
import type { LandCoverClass } from "../../../src/scene/class-scheme.ts";
import type { Scene } from "../../../src/scene/scene.ts";
import { memoryScene } from "../../support/memory-scene.ts";

export const CLASSES: readonly LandCoverClass[] = [
  { id: 0, name: "water", color: "#2a7fd4" },
  { id: 1, name: "land", color: "#d9c9a3" },
  { id: 2, name: "road", color: "#8a8a8a" },
  { id: 3, name: "building", color: "#b23a48" },
];

/** Labels of one level. */
export interface Level {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface LabelSceneOptions {
  readonly levels: readonly [Level, ...Level[]];
  readonly affine: Affine;
  readonly crs: Crs | null;
}

/** A label raster in memory with its overviews, each half as fine as the one before; nodata 255. */
export function labelScene({ levels, affine, crs }: LabelSceneOptions): Scene {
  return {
    ...memoryScene({ ...levels[0], affine, crs, nodata: 255, path: "labels.tif" }),
    overviews: levels
      .slice(1)
      .map(({ width, height }, index) => ({ width, height, decimation: 2 ** (index + 1) })),
    async read(window, { level = 0 } = {}) {
      if (!containsWindow(fullWindow(levels[level]!), window)) throw new RangeError("no such window");
      const data = copyWindow(levels[level]!, window);
      return { window, bands: 1, data, mask: data.map((label) => (label === 255 ? 0 : 1)) };
    },
  };
}

function copyWindow({ width, data }: Level, window: Window): Uint8Array {
  const copy = new Uint8Array(window.width * window.height);
  for (let row = 0; row < window.height; row++) {
    const start = (window.row + row) * width + window.col;
    copy.set(data.subarray(start, start + window.width), row * window.width);
  }
  return copy;
}

/** Labels made pixel by pixel. */
export function paint(width: number, height: number, label: (col: number, row: number) => number): Level {
  const data = Uint8Array.from({ length: width * height }, (_, i) => label(i % width, Math.floor(i / width)));
  return { width, height, data };
}

/** A level and its mode overviews (ties to the top left) down to at most 64 px: [level, half, quarter, …]. */
export function withOverviews(level: Level): [Level, ...Level[]] {
  const levels: [Level, ...Level[]] = [level];
  for (let last = level; Math.max(last.width, last.height) > 64; last = levels.at(-1)!)
    levels.push(halve(last));
  return levels;
}

function halve({ width, height, data }: Level): Level {
  return paint(Math.ceil(width / 2), Math.ceil(height / 2), (col, row) => {
    const cols = [2 * col, Math.min(2 * col + 1, width - 1)];
    const rows = [2 * row, Math.min(2 * row + 1, height - 1)];
    const four = rows.flatMap((y) => cols.map((x) => data[y * width + x]!));
    const votes = (label: number): number => four.filter((other) => other === label).length;
    return four.reduce((best, label) => (votes(label) > votes(best) ? label : best));
  });
}

/** A town of blocks, streets, ponds and a hole without data, from whole numbers only. */
export function town(col: number, row: number): number {
  if ((col - 150) ** 2 + (row - 120) ** 2 < 900) return 255;
  if ((col + (row >> 2)) % 97 < 10 || (row + (col >> 3)) % 131 < 14) return 2;
  if (((col - 500) % 250) ** 2 + ((row - 400) % 300) ** 2 < 5000) return 0;
  return (col >> 5) % 3 === 1 && (row >> 4) % 2 === 0 ? 3 : 1;
}

export const epsg = (code: number): Crs => crsFromEpsg(code)!;
/** One metre in UTM zone 40 north, near Dubai. */
export const DUBAI: Affine = [1, 0, 330_000, 0, -1, 2_790_000];
