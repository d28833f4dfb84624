import { sampleArray } from "../scene/raster-block.ts";
import { countTiles, planTilePyramid, TILE_SIZE, tileColumns } from "../tiles/tile-pyramid.ts";
import type { Config } from "./config.ts";
import { COG_BLOCK, cacheShares, type MemoryFacts } from "./memory-plan.ts";
import { isPlaced, type PreparedRun } from "./prepare.ts";

/** What was measured of a process and of the scene; regions by the million pixels. */
export interface MeasuredMemory {
  readonly baseBytes: number;
  readonly sessionBytes: number;
  readonly batch: number;
  readonly threads: number;
  readonly regionsPerMegapixel?: number;
}

/** About as many regions as the default model finds in a million pixels of a city at 1 m; --dry-run counts those of its samples. */
const REGIONS_PER_MEGAPIXEL = 500;

/** What the memory plan of a run is made of. */
export function memoryFacts(
  run: PreparedRun,
  { outputs, maxMemory }: Config,
  { baseBytes, sessionBytes, batch, threads, regionsPerMegapixel = REGIONS_PER_MEGAPIXEL }: MeasuredMemory,
): MemoryFacts {
  const { plan, grid, scene, model } = run;
  const { card } = model;
  const rasterCache = Math.min(
    cacheShares(maxMemory).map.cacheBytes,
    (2 * Math.ceil(grid.width / COG_BLOCK) + 1) * COG_BLOCK ** 2,
  );
  return {
    plan,
    width: grid.width,
    outputs,
    inputPixelBytes: inputPixelBytes(run),
    classes: card.classes.length,
    stride: card.output.stride,
    baseBytes,
    sessionBytes,
    batch,
    threads,
    cacheBytes: scene.storage.cacheBytes,
    mapCacheBytes: 2 * rasterCache,
    regions: (regionsPerMegapixel * grid.width * grid.height) / 1e6,
    ...tilesOf(grid, scene.path),
  };
}

/** Bytes of a pixel as the model is given it. */
export function inputPixelBytes({ bands, scene }: Pick<PreparedRun, "bands" | "scene">): number {
  return bands.length * sampleArray(scene.sampleType, 0).BYTES_PER_ELEMENT;
}

function tilesOf(grid: PreparedRun["grid"], path: string): Pick<MemoryFacts, "mercatorWidth" | "tiles"> {
  if (!isPlaced(grid)) return { mercatorWidth: 0, tiles: 0 };
  const pyramid = planTilePyramid(path, grid, TILE_SIZE);
  return {
    mercatorWidth: TILE_SIZE * tileColumns(pyramid, pyramid.maxZoom).length,
    tiles: countTiles(pyramid),
  };
}
