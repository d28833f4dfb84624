import { UserError } from "../errors.ts";
import { determinant, pixelPoint, rebaseAffine } from "../geo/affine.ts";
import { type Grid, groundSampleDistance } from "../geo/grid.ts";
import { containsWindow, describeWindow, fullWindow, intersectWindows, type Window } from "../geo/window.ts";
import { mapOrdered } from "../stream.ts";
import { interpolateWindow } from "./bilinear.ts";
import { type BlockCache, blockCache } from "./block-cache.ts";
import { averageWindow, type LevelScale } from "./box-average.ts";
import { type RasterBlock, sampleArray } from "./raster-block.ts";
import type { Scene } from "./scene.ts";

/** Side of the blocks in which a resampled scene is computed and kept (px). */
const BLOCK = 256;
/** Rows of a block where the source is in strips: all of its width is read anyway. */
const STRIP_ROWS = 64;
const CACHE_BYTES = 128 * 1024 * 1024;
/** A scene whose GSD differs by less than this share is taken as it is. */
const SAME = 1e-3;

/**
 * The same scene on a grid of another ground sample distance (m): same origin and rotation, all of the source covered.
 * Coarser: area-weighted mean from the nearest finer overview; finer: bilinear. nodata is never mixed in. Any window of it
 * reads the same pixels however windows are cut. Throws UserError for a scene without georeference or of class values.
 */
export function resampleScene(scene: Scene, gsd: number): Scene {
  if (!(gsd > 0 && Number.isFinite(gsd))) throw new RangeError(`gsd is ${gsd}; it must be metres above 0`);
  const native = groundSampleDistance(scene.grid);
  if (native === null)
    throw new UserError(
      "gsd-unknown",
      `${scene.path} has no georeference, so its ground sample distance is unknown.`,
      "Pass --gsd native to map its pixels as they are, or give it a georeference (gdal_edit.py -a_srs -a_ullr).",
    );
  const ratio = gsd / nominalGsd(scene.grid, native);
  if (Math.abs(ratio - 1) < SAME) return scene;
  if (scene.palette !== null)
    throw new UserError(
      "palette-resample",
      `${scene.path} holds class values (a palette), which cannot be averaged.`,
      "Pass --gsd native.",
    );
  return virtualScene(scene, resampledGrid(scene.grid, ratio), blockSource(scene, ratio));
}

/** Side of a pixel by its CRS (m) where that is true to SAME, as in UTM: so that 1 m makes pixels of 1, not of 0.9996; else `native`. */
function nominalGsd({ affine, crs }: Grid, native: number): number {
  const side = Math.sqrt(Math.abs(determinant(affine))) * (crs?.metresPerUnit ?? Number.NaN);
  return Math.abs(native / side - 1) < SAME ? side : native;
}

/** The grid with pixels `ratio` times as large, rounded up to cover the source. */
function resampledGrid({ width, height, affine, crs }: Grid, ratio: number): Grid {
  const side = (pixels: number): number => Math.max(1, Math.ceil(pixels / ratio - 1e-6));
  return {
    width: side(width),
    height: side(height),
    affine: rebaseAffine(affine, pixelPoint(0, 0), ratio),
    crs,
  };
}

/** Computes the pixels of a window of the resampled grid. */
type BlockSource = (window: Window, bands: readonly number[]) => Promise<RasterBlock>;

function blockSource(scene: Scene, ratio: number): BlockSource {
  if (ratio < 1) return (window, bands) => interpolateWindow(scene, ratio, window, bands);
  const level = finestLevel(scene, ratio);
  return (window, bands) => averageWindow(scene, level, window, bands);
}

/** The coarsest level that is still at least as fine as the target. */
function finestLevel({ grid, overviews }: Scene, ratio: number): LevelScale {
  const fine = overviews.filter(({ decimation }) => decimation <= ratio * (1 + 1e-9));
  const overview = fine.at(-1);
  if (overview === undefined)
    return { level: 0, width: grid.width, height: grid.height, scaleX: ratio, scaleY: ratio };
  const { width, height, decimation } = overview;
  return { level: fine.length, width, height, scaleX: ratio / decimation, scaleY: ratio / decimation };
}

function virtualScene(scene: Scene, grid: Grid, source: BlockSource): Scene {
  const stripped = scene.storage.blockWidth >= scene.grid.width;
  const blockWidth = stripped ? grid.width : Math.min(BLOCK, grid.width);
  const blockHeight = Math.min(stripped ? STRIP_ROWS : BLOCK, grid.height);
  const cache = blockCache<RasterBlock>(
    CACHE_BYTES,
    ({ data, mask }) => data.byteLength + (mask?.length ?? 0) + 256,
  );
  const every = scene.bands.map((_, band) => band);
  return {
    ...scene,
    grid,
    overviews: [],
    storage: {
      format: "virtual",
      compression: "none",
      blockWidth,
      blockHeight,
      tiled: true,
      byteLength: null,
      cacheBytes: CACHE_BYTES + scene.storage.cacheBytes,
    },
    read: async (window, { bands = every, level = 0 } = {}) => {
      if (level !== 0 || !containsWindow(fullWindow(grid), window))
        throw new RangeError(
          `${scene.path}: level ${level}, ${describeWindow(window)} is not in the resampled scene of ${grid.width} x ${grid.height} px`,
        );
      const blocks = blockWindows(window, grid, { width: blockWidth, height: blockHeight });
      return assemble(
        window,
        bands.length,
        scene,
        mapOrdered(blocks, cached(cache, source, bands), { concurrency: 2 }),
      );
    },
  };
}

function cached(cache: BlockCache<RasterBlock>, source: BlockSource, bands: readonly number[]) {
  return (block: Window): Promise<RasterBlock> =>
    cache.get(`${block.col},${block.row},${bands.join()}`, () => source(block, bands));
}

/** Windows of the blocks that a window touches, row by row. */
function* blockWindows(
  window: Window,
  grid: Grid,
  { width, height }: { readonly width: number; readonly height: number },
): Generator<Window> {
  for (let row = window.row - (window.row % height); row < window.row + window.height; row += height)
    for (let col = window.col - (window.col % width); col < window.col + window.width; col += width)
      yield {
        col,
        row,
        width: Math.min(width, grid.width - col),
        height: Math.min(height, grid.height - row),
      };
}

async function assemble(
  window: Window,
  bands: number,
  { sampleType }: Scene,
  blocks: AsyncIterable<RasterBlock>,
): Promise<RasterBlock> {
  const data = sampleArray(sampleType, window.width * window.height * bands);
  const mask = new Uint8Array(window.width * window.height).fill(1);
  for await (const block of blocks) {
    const part = intersectWindows(block.window, window)!;
    for (let row = part.row; row < part.row + part.height; row++) {
      const from = (row - block.window.row) * block.window.width + part.col - block.window.col;
      const to = (row - window.row) * window.width + part.col - window.col;
      data.set(block.data.subarray(from * bands, (from + part.width) * bands), to * bands);
      if (block.mask !== null) mask.set(block.mask.subarray(from, from + part.width), to);
    }
  }
  return { window, bands, data, mask: mask.includes(0) ? mask : null };
}
