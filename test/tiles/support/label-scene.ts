import type { Affine } from "../../../src/geo/affine.ts";
import { type Crs, crsFromEpsg } from "../../../src/geo/crs.ts";
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
  const scenes = levels.map((level) =>
    memoryScene({ ...level, affine, crs, nodata: 255, path: "labels.tif" }),
  );
  return {
    ...scenes[0]!,
    overviews: levels
      .slice(1)
      .map(({ width, height }, index) => ({ width, height, decimation: 2 ** (index + 1) })),
    read: (window, { level = 0, ...options } = {}) => scenes[level]!.read(window, options),
  };
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

/** A town of blocks, streets, ponds and holes without data, from whole numbers only. */
export function town(col: number, row: number): number {
  if ((col - 150) ** 2 + (row - 120) ** 2 < 900) return 255;
  if ((col * 7 + row * 3) % 211 < 9 || (row * 5 - col) % 173 < 7) return 2;
  if ((col >> 5) % 3 === 1 && (row >> 4) % 2 === 0) return 3;
  return (col * col + row * row) % 40_009 < 12_000 ? 0 : 1;
}

export const epsg = (code: number): Crs => crsFromEpsg(code)!;
/** One metre in UTM zone 40 north, near Dubai. */
export const DUBAI: Affine = [1, 0, 330_000, 0, -1, 2_790_000];
