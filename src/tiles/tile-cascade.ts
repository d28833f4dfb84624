import { type Tile, webMercatorResolution } from "../geo/tile-matrix-set.ts";
import { type TilePyramid, tileColumns, tileRows } from "./tile-pyramid.ts";

/** A tile as it is made, and what is kept of it: null where it holds no data. */
export interface CascadedTile<K> {
  readonly tile: Tile;
  readonly content: K | null;
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
 * The tiles of all zooms, each made of the zoom below it: the deepest are sampled from the raster, row by row from the north, every
 * other row is halved from its children and comes as soon as they are there. The tiles of one zoom come in order, every column of a
 * row; those of different zooms in between each other. The raster is read once, and what waits is the row of each zoom but the deepest
 * that is being filled.
 */
export async function* cascadeTiles<T, K>(
  pyramid: TilePyramid,
  { sample, empty, halve, keep }: Cascade<T, K>,
): AsyncGenerator<CascadedTile<K>> {
  const rows = tileRows(pyramid, pyramid.maxZoom);
  const lastY = rows.at(-1)?.y ?? 0;
  /** By zoom the row that is being filled. */
  const filling = new Map<number, Map<number, T>>();

  function settle(tile: Tile, made: T | null): CascadedTile<K> {
    if (made === null) return { tile, content: null };
    const { z, x, y } = tile;
    if (z > pyramid.minZoom) {
      const parents = filling.get(z - 1) ?? new Map<number, T>();
      filling.set(z - 1, parents);
      const parent = parents.get(x >> 1) ?? empty(z - 1);
      parents.set(x >> 1, parent);
      halve(parent, made, { dx: (x & 1) as 0 | 1, dy: (y & 1) as 0 | 1 }, leastData(pyramid, z - 1));
    }
    return { tile, content: keep(made) };
  }

  /** The rows above that are whole now that one is. */
  function* rise(childZ: number, childY: number): Generator<CascadedTile<K>> {
    const isLast = childY === lastY >> (pyramid.maxZoom - childZ);
    if (childZ === pyramid.minZoom || ((childY & 1) === 0 && !isLast)) return;
    const [z, y] = [childZ - 1, childY >> 1];
    const row = filling.get(z);
    filling.delete(z);
    for (const x of tileColumns(pyramid, z)) yield settle({ z, x, y }, row?.get(x) ?? null);
    yield* rise(z, y);
  }

  for (const { z, y, xs } of rows) {
    for (const x of xs) yield settle({ z, x, y }, await sample({ z, x, y }));
    yield* rise(z, y);
  }
}

function leastData({ extent, tileSize }: TilePyramid, z: number): 1 | 2 {
  const [west, south, east, north] = extent;
  const pixels = Math.min(east - west, north - south) / webMercatorResolution(z, tileSize);
  return pixels < SMALL ? 1 : 2;
}
