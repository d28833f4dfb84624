import { webMercatorResolution } from "../geo/tile-matrix-set.ts";
import type { TilePyramid } from "./tile-pyramid.ts";
import { tileRows } from "./tile-pyramid.ts";

/** One row of tiles of a zoom as they are made: contents by column; columns without data are missing. */
export interface FilledRow<T> {
  readonly z: number;
  readonly y: number;
  readonly tiles: ReadonlyMap<number, T>;
}

/** How the tiles of a cascade are made. */
export interface Cascade<T> {
  /** The content of a tile of the deepest zoom, or null when it holds no data. */
  readonly sample: (tile: {
    readonly z: number;
    readonly x: number;
    readonly y: number;
  }) => Promise<T | null>;
  /** A tile of a zoom before its children are put into it. */
  readonly empty: (z: number) => T;
  /** Puts a tile, halved, into a quarter of its parent. `least`: how many of four pixels must be data for one to be. */
  readonly halve: (
    parent: T,
    child: T,
    quarter: { readonly dx: 0 | 1; readonly dy: 0 | 1 },
    least: 1 | 2,
  ) => void;
}

/** A raster narrower than this (px) keeps every pixel with some data, for it could vanish else. */
const SMALL = 16;

/**
 * The rows of tiles of all zooms, each made of the zoom below it: the deepest is sampled from the raster, north to south, every other
 * one is halved from its children and comes as soon as they are there. The rows of one zoom come in order; those of different zooms
 * in between each other. The raster is read once, and what waits is one row of each zoom.
 */
export async function* cascadeRows<T>(
  pyramid: TilePyramid,
  { sample, empty, halve }: Cascade<T>,
): AsyncGenerator<FilledRow<T>> {
  const rows = tileRows(pyramid, pyramid.maxZoom);
  const lastY = rows.at(-1)?.y ?? 0;
  const waiting = new Map<number, FilledRow<T> & { readonly tiles: Map<number, T> }>();

  function* rise(row: FilledRow<T>): Generator<FilledRow<T>> {
    yield row;
    if (row.z === pyramid.minZoom) return;
    const z = row.z - 1;
    const y = row.y >> 1;
    const parents = waiting.get(z) ?? { z, y, tiles: new Map<number, T>() };
    waiting.set(z, parents);
    for (const [x, child] of row.tiles) {
      const parent = parents.tiles.get(x >> 1) ?? empty(z);
      parents.tiles.set(x >> 1, parent);
      halve(parent, child, { dx: (x & 1) as 0 | 1, dy: (row.y & 1) as 0 | 1 }, leastData(pyramid, z));
    }
    if ((row.y & 1) === 0 && row.y < lastY >> (pyramid.maxZoom - row.z)) return;
    waiting.delete(z);
    yield* rise(parents);
  }

  for (const { z, y, xs } of rows) {
    const tiles = new Map<number, T>();
    for (const x of xs) {
      const content = await sample({ z, x, y });
      if (content !== null) tiles.set(x, content);
    }
    yield* rise({ z, y, tiles });
  }
}

function leastData({ extent, tileSize }: TilePyramid, z: number): 1 | 2 {
  const [west, south, east, north] = extent;
  const pixels = Math.min(east - west, north - south) / webMercatorResolution(z, tileSize);
  return pixels < SMALL ? 1 : 2;
}
