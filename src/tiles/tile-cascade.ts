import { type Tile, webMercatorResolution } from "../geo/tile-matrix-set.ts";
import type { TilePyramid } from "./tile-pyramid.ts";
import { tileRows } from "./tile-pyramid.ts";

/** One row of tiles of a zoom as they are made: contents by column; columns without data are missing. */
export interface FilledRow<T> {
  readonly z: number;
  readonly y: number;
  readonly tiles: ReadonlyMap<number, T>;
}

/** How the tiles of a cascade are made, and what is kept of them. */
export interface Cascade<T, K> {
  /** The content of a tile of the deepest zoom, or null when it holds no data. */
  readonly sample: (tile: Tile) => Promise<T | null>;
  /** A tile of a zoom before its children are put into it. */
  readonly empty: (z: number) => T;
  /** Puts a tile, halved, into a quarter of its parent. `least`: how many of four pixels must be data for one to be. */
  readonly halve: (
    parent: T,
    child: T,
    quarter: { readonly dx: 0 | 1; readonly dy: 0 | 1 },
    least: 1 | 2,
  ) => void;
  /** What is kept of a tile once its parent has it: the cascade does not look at it any more. */
  readonly keep: (tile: T) => K;
}

/** A raster narrower than this (px) keeps every pixel with some data, for it could vanish else. */
const SMALL = 16;

/**
 * The rows of tiles of all zooms, each made of the zoom below it: the deepest is sampled from the raster, north to south, every other
 * one is halved from its children and comes as soon as they are there. The rows of one zoom come in order; those of different zooms
 * in between each other. The raster is read once, and what waits is the row of each zoom but the deepest that is being filled.
 */
export async function* cascadeRows<T, K>(
  pyramid: TilePyramid,
  { sample, empty, halve, keep }: Cascade<T, K>,
): AsyncGenerator<FilledRow<K>> {
  const rows = tileRows(pyramid, pyramid.maxZoom);
  const lastY = rows.at(-1)?.y ?? 0;
  /** By zoom the row that is being filled. */
  const filling = new Map<number, Map<number, T>>();

  function settle({ z, x, y }: Tile, tile: T): K {
    if (z > pyramid.minZoom) {
      const parents = filling.get(z - 1) ?? new Map<number, T>();
      filling.set(z - 1, parents);
      const parent = parents.get(x >> 1) ?? empty(z - 1);
      parents.set(x >> 1, parent);
      halve(parent, tile, { dx: (x & 1) as 0 | 1, dy: (y & 1) as 0 | 1 }, leastData(pyramid, z - 1));
    }
    return keep(tile);
  }

  function* rise(row: FilledRow<K>): Generator<FilledRow<K>> {
    yield row;
    const isLast = row.y === lastY >> (pyramid.maxZoom - row.z);
    if (row.z === pyramid.minZoom || ((row.y & 1) === 0 && !isLast)) return;
    const [z, y] = [row.z - 1, row.y >> 1];
    const parents = filling.get(z) ?? [];
    filling.delete(z);
    const tiles = new Map<number, K>();
    for (const [x, tile] of parents) tiles.set(x, settle({ z, x, y }, tile));
    yield* rise({ z, y, tiles });
  }

  for (const { z, y, xs } of rows) {
    const tiles = new Map<number, K>();
    for (const x of xs) {
      const content = await sample({ z, x, y });
      if (content !== null) tiles.set(x, settle({ z, x, y }, content));
    }
    yield* rise({ z, y, tiles });
  }
}

function leastData({ extent, tileSize }: TilePyramid, z: number): 1 | 2 {
  const [west, south, east, north] = extent;
  const pixels = Math.min(east - west, north - south) / webMercatorResolution(z, tileSize);
  return pixels < SMALL ? 1 : 2;
}
