import { throwIfAborted } from "../errors.ts";
import type { Tile } from "../geo/tile-matrix-set.ts";
import type { Scene } from "../scene/scene.ts";
import type { TileType } from "./pmtiles-format.ts";
import { createPmtiles } from "./pmtiles-writer.ts";
import { countTiles, planTilePyramid, type TilePyramid } from "./tile-pyramid.ts";

/** How tiles are described and watched. */
export interface TileOptions {
  readonly name: string;
  readonly attribution?: string;
  readonly signal?: AbortSignal;
  /** Told of the tiles done and of all tiles, after each. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What was written. */
export interface TilesResult {
  readonly bytes: number;
  /** Tiles with data; the others are not in the archive. */
  readonly tiles: number;
  readonly distinct: number;
  readonly minZoom: number;
  readonly maxZoom: number;
  /** What a user should know, such as data that Web Mercator has no room for. */
  readonly warnings: readonly string[];
}

/** A tile of one kind: its bytes, or null when it holds no data. */
export interface EncodedTile {
  readonly tile: Tile;
  readonly bytes: Uint8Array | null;
  /** True when the tile shows less detail than its zoom has, to keep its size. */
  readonly coarsened?: boolean;
}

/** What a kind of tiles adds to the common work. */
export interface TileKind {
  readonly tileType: TileType;
  readonly tileSize: number;
  /** Members of the archive's metadata beside the common ones. */
  readonly metadata: (pyramid: TilePyramid) => object;
  /** Makes the tiles of all zooms, in any order; must yield once for every tile of the pyramid. */
  readonly encode: (pyramid: TilePyramid) => AsyncIterable<EncodedTile>;
}

/**
 * Writes an archive of all zooms of a scene. Throws UserError "no-crs" when its place on earth is not known, whatever `encode` throws,
 * and CancelledError when stopped. Then no file is left.
 */
export async function publishTiles(
  path: string,
  scene: Scene,
  options: TileOptions,
  kind: TileKind,
): Promise<TilesResult> {
  const pyramid = planTilePyramid(scene.path, scene.grid, kind.tileSize);
  const { minZoom, maxZoom, warnings } = pyramid;
  const metadata = { ...describe(options, pyramid), ...kind.metadata(pyramid) };
  const archive = await createPmtiles(path, { ...pyramid, tileType: kind.tileType, metadata });
  const total = countTiles(pyramid);
  let done = 0;
  const coarsened: Tile[] = [];
  try {
    for await (const encoded of kind.encode(pyramid)) {
      throwIfAborted(options.signal);
      const { tile, bytes } = encoded;
      if (bytes !== null) await archive.add(tile, bytes);
      if (encoded.coarsened === true) coarsened.push(tile);
      options.onProgress?.(++done, total);
    }
    const result = await archive.finish();
    return { ...result, minZoom, maxZoom, warnings: [...warnings, ...tooMuchDetail(scene.path, coarsened)] };
  } catch (error) {
    await archive.abort();
    throw error;
  }
}

function tooMuchDetail(path: string, tiles: readonly Tile[]): string[] {
  const [first] = tiles;
  if (first === undefined) return [];
  const which = tiles.length === 1 ? "one tile" : `${tiles.length} tiles`;
  return [
    `${path}: ${which} (${first.z}/${first.x}/${first.y}${tiles.length === 1 ? "" : " …"}) would be larger than 500 KB: drawn in coarser blocks, all classes kept`,
  ];
}

/** The members of the metadata that viewers read (MBTiles 1.3 names, TileJSON for bounds). */
function describe({ name, attribution }: TileOptions, pyramid: TilePyramid): object {
  return {
    name,
    ...(attribution === undefined ? {} : { attribution }),
    type: "overlay",
    generator: "landstitch",
    bounds: pyramid.bounds,
    center: [...pyramid.center, pyramid.centerZoom],
    minzoom: pyramid.minZoom,
    maxzoom: pyramid.maxZoom,
  };
}
