import { type Tile, WEB_MERCATOR_HALF, webMercatorResolution } from "../geo/tile-matrix-set.ts";
import { fullWindow, intersectWindows, type Window } from "../geo/window.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import { fillMode, fillNearest, type LabelWindow, type TileLabels } from "./fill.ts";
import { type Patch, pixelRatio, splitIntoPatches, type TileToRaster, tileToRaster } from "./patches.ts";
import type { TilePyramid } from "./tile-pyramid.ts";

/** The labels on a tile's pixel grid (tileSize², row by row, nodata 255), or null when it holds no data. */
export type MercatorSampler = (tile: Tile) => Promise<Uint8Array | null>;

/** Side (px) of the squares that a tile is sampled in; each takes the level that suits its own scale. */
const SQUARE = 128;
/** Largest error (px of the level that is read) of a position; positions decide between neighbours, so an eighth is not seen. */
const LARGEST_ERROR = 1 / 8;
/** Pixels read at once. */
const LARGEST_WINDOW = 1 << 22;

/** How a square is read: the level, its decimation, and the box (px of the level) whose mode a tile pixel takes; 1 is nearest. */
interface Reading {
  readonly level: number;
  readonly decimation: number;
  readonly box: number;
}

/**
 * Samples a label raster on Web Mercator tiles: nearest neighbour from the level (full resolution or mode overview) whose pixels
 * are nearest in size to the tile's, so at most √2 finer or coarser: labels are never averaged and low zooms never thinned.
 * Where even the last overview is finer, the mode of the pixels under the tile's pixel.
 */
export function mercatorSampler(scene: Scene, pyramid: TilePyramid): MercatorSampler {
  const size = pyramid.tileSize;
  return async (tile) => {
    const project = tileToRaster(pyramid.grid, tile, size);
    const target = { labels: new Uint8Array(size * size).fill(NODATA), size };
    const work = new Map<string, { reading: Reading; patches: Patch[] }>();
    for (const square of squaresOf(coveredRects(pyramid, tile))) {
      const ratio = pixelRatio(project, square);
      const reading = readingFor(scene, ratio > 0 ? ratio : 2 ** (pyramid.maxZoom - tile.z));
      const key = `${reading.level}/${reading.box}`;
      const known = work.get(key) ?? { reading, patches: [] };
      known.patches.push(...patchesOf(project, square, reading));
      work.set(key, known);
    }
    for (const { reading, patches } of work.values()) await fillPatches(scene, reading, patches, target);
    return holdsData(target.labels) ? target.labels : null;
  };
}

/** The parts of a tile (px) that the raster's extent meets: two where it reaches the tile from both sides of the antimeridian. */
function coveredRects({ extent, tileSize }: TilePyramid, { z, x, y }: Tile): Window[] {
  const resolution = webMercatorResolution(z, tileSize);
  const [west, south, east, north] = extent;
  const top = Math.floor((WEB_MERCATOR_HALF - north) / resolution) - y * tileSize - 1;
  const bottom = Math.ceil((WEB_MERCATOR_HALF - south) / resolution) - y * tileSize + 1;
  const whole = fullWindow({ width: tileSize, height: tileSize });
  return [-1, 0, 1].flatMap((turn) => {
    const shift = (2 * turn + 1) * WEB_MERCATOR_HALF;
    const left = Math.floor((west + shift) / resolution) - x * tileSize - 1;
    const right = Math.ceil((east + shift) / resolution) - x * tileSize + 1;
    const covered = { col: left, row: top, width: right - left, height: bottom - top };
    return intersectWindows(covered, whole) ?? [];
  });
}

/** Cuts rectangles of a tile along a lattice of squares that is the same in every tile. */
function squaresOf(rects: readonly Window[]): Window[] {
  return rects.flatMap((rect) => {
    const squares: Window[] = [];
    for (let row = floorTo(SQUARE, rect.row); row < rect.row + rect.height; row += SQUARE)
      for (let col = floorTo(SQUARE, rect.col); col < rect.col + rect.width; col += SQUARE)
        squares.push(intersectWindows({ col, row, width: SQUARE, height: SQUARE }, rect)!);
    return squares;
  });
}

function floorTo(step: number, value: number): number {
  return Math.floor(value / step) * step;
}

/** The level whose pixels are nearest in size to a tile pixel of `ratio` full-resolution pixels. */
function readingFor(scene: Scene, ratio: number): Reading {
  const decimations = [1, ...scene.overviews.map(({ decimation }) => decimation)];
  const distance = (decimation: number): number => Math.abs(Math.log(ratio / decimation));
  let level = 0;
  decimations.forEach((decimation, index) => {
    if (distance(decimation) < distance(decimations[level]!)) level = index;
  });
  const decimation = decimations[level]!;
  const isLast = level === decimations.length - 1;
  return { level, decimation, box: isLast ? Math.max(1, Math.round(ratio / decimation)) : 1 };
}

function patchesOf(project: TileToRaster, square: Window, { decimation, box }: Reading): Patch[] {
  return splitIntoPatches(project, square, {
    error: LARGEST_ERROR * decimation * box,
    area: LARGEST_WINDOW * decimation * decimation,
  });
}

/** Reads what patches need and fills them: in one read where it is small, else half of them at a time. */
async function fillPatches(
  scene: Scene,
  reading: Reading,
  patches: readonly Patch[],
  target: TileLabels,
): Promise<void> {
  const window = sourceWindow(scene, reading, patches);
  if (window === null) return;
  if (window.width * window.height > LARGEST_WINDOW && patches.length > 1) {
    const half = patches.length >> 1;
    await fillPatches(scene, reading, patches.slice(0, half), target);
    await fillPatches(scene, reading, patches.slice(half), target);
    return;
  }
  const source = await readLabels(scene, window, reading.level);
  for (const patch of patches) {
    if (reading.box === 1) fillNearest(target, patch, source, reading.decimation);
    else fillMode(target, patch, source, reading.decimation, reading.box);
  }
}

/** The window of the level that patches lie in, or null when that is outside. */
function sourceWindow(
  scene: Scene,
  { level, decimation, box }: Reading,
  patches: readonly Patch[],
): Window | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [col, row] of patches.flatMap(({ corners }) => corners)) {
    if (!Number.isFinite(col + row)) continue;
    left = Math.min(left, col / decimation);
    top = Math.min(top, row / decimation);
    right = Math.max(right, col / decimation);
    bottom = Math.max(bottom, row / decimation);
  }
  if (left > right) return null;
  const reach = Math.ceil(box / 2);
  const col = Math.floor(left) - reach;
  const row = Math.floor(top) - reach;
  const size = { width: Math.ceil(right) + reach - col, height: Math.ceil(bottom) + reach - row };
  return intersectWindows(
    { col, row, ...size },
    fullWindow(level === 0 ? scene.grid : scene.overviews[level - 1]!),
  );
}

/** The labels of a window of a level, nodata 255. */
async function readLabels(scene: Scene, window: Window, level: number): Promise<LabelWindow> {
  const { data, mask } = await scene.read(window, { bands: [0], level });
  const labels = data as Uint8Array;
  const marked = mask === null || (scene.maskSource === "nodata" && scene.nodata === NODATA);
  return { window, labels: marked ? labels : withoutMasked(labels, mask) };
}

function withoutMasked(labels: Uint8Array, mask: Uint8Array): Uint8Array {
  const marked = labels.slice();
  for (let i = 0; i < mask.length; i++) if (mask[i] === 0) marked[i] = NODATA;
  return marked;
}

function holdsData(labels: Uint8Array): boolean {
  for (let i = 0; i < labels.length; i++) if (labels[i] !== NODATA) return true;
  return false;
}
