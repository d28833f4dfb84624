import { boundsOf, type Grid } from "../geo/grid.ts";
import { type Tile, WEB_MERCATOR_HALF, webMercatorResolution } from "../geo/tile-matrix-set.ts";
import { fullWindow, intersectWindows, type Window } from "../geo/window.ts";
import { type Patch, pixelRatio, splitIntoPatches, type TileToRaster, tileToRaster } from "./patches.ts";
import type { TilePyramid } from "./tile-pyramid.ts";

/** The pixels of a tile, or null when it holds no data. */
export type MercatorSampler<T> = (tile: Tile) => Promise<T | null>;

/** What is sampled: `S` is a window of the raster, `T` a tile. */
export interface Sampling<S, T> {
  readonly read: (window: Window) => Promise<S>;
  /** A tile without data. */
  readonly empty: () => T;
  /** Fills a patch of a tile from a window that holds what it needs; a pixel of the tile is `box` raster pixels wide, 1 for nearly one. */
  readonly fill: (target: T, patch: Patch, source: S, box: number) => void;
  readonly holdsData: (tile: T) => boolean;
}

/** Side (px) of the squares that a tile is sampled in; each is read at its own scale. */
const SQUARE = 128;
/** Largest error (px) of a position; positions decide between neighbours, so an eighth is not seen. */
const LARGEST_ERROR = 1 / 8;
/** Pixels read at once. */
const LARGEST_WINDOW = 1 << 22;
/** A box of one pixel up to this many raster pixels along the side of a tile's: the deepest zoom has √2 at most. */
const NEAREST_UP_TO = 1.5;

/**
 * Samples a raster on the tiles of a pyramid's deepest zoom, whose pixels are as large as the raster's within √2. Where a tile's pixel
 * is wider than NEAREST_UP_TO of the raster's (a raster that spans many latitudes), it takes a box of them.
 */
export function mercatorSampler<S, T>(pyramid: TilePyramid, sampling: Sampling<S, T>): MercatorSampler<T> {
  let spare: T | null = null;
  return async (tile) => {
    const project = tileToRaster(pyramid.grid, tile, pyramid.tileSize);
    const target = spare ?? sampling.empty();
    const patchesByBox = new Map<number, Patch[]>();
    for (const square of squaresOf(coveredRects(pyramid, tile))) {
      const box = boxSide(pixelRatio(project, square));
      const patches = patchesByBox.get(box) ?? [];
      patches.push(...patchesOf(project, square, box));
      patchesByBox.set(box, patches);
    }
    for (const [box, patches] of patchesByBox)
      await fillPatches(pyramid.grid, sampling, box, patches, target);
    const isEmpty = !sampling.holdsData(target);
    spare = isEmpty ? target : null;
    return isEmpty ? null : target;
  };
}

/** Side (px) of the box that a tile's pixel of `ratio` raster pixels takes. */
function boxSide(ratio: number): number {
  return ratio > NEAREST_UP_TO ? Math.round(ratio) : 1;
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

function patchesOf(project: TileToRaster, square: Window, box: number): Patch[] {
  return splitIntoPatches(project, square, { error: LARGEST_ERROR * box, area: LARGEST_WINDOW });
}

/** Reads what patches need and fills them: in one read where it is small, else half of them at a time. */
async function fillPatches<S, T>(
  grid: Grid,
  sampling: Sampling<S, T>,
  box: number,
  patches: readonly Patch[],
  target: T,
): Promise<void> {
  const window = sourceWindow(grid, box, patches);
  if (window === null) return;
  if (window.width * window.height > LARGEST_WINDOW && patches.length > 1) {
    const half = patches.length >> 1;
    await fillPatches(grid, sampling, box, patches.slice(0, half), target);
    await fillPatches(grid, sampling, box, patches.slice(half), target);
    return;
  }
  const source = await sampling.read(window);
  for (const patch of patches) sampling.fill(target, patch, source, box);
}

/** The window of the raster that patches lie in, or null when that is outside. */
function sourceWindow(grid: Grid, box: number, patches: readonly Patch[]): Window | null {
  const corners = patches
    .flatMap((patch) => patch.corners)
    .filter(([col, row]) => Number.isFinite(col + row));
  if (corners.length === 0) return null;
  const [left, top, right, bottom] = boundsOf(corners);
  const reach = Math.ceil(box / 2); // for a box around a centre, and for the neighbours of a pixel
  const col = Math.floor(left) - reach;
  const row = Math.floor(top) - reach;
  const size = { width: Math.ceil(right) + reach - col, height: Math.ceil(bottom) + reach - row };
  return intersectWindows({ col, row, ...size }, fullWindow(grid));
}
