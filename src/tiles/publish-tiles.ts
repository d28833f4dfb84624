import { CancelledError, UserError } from "../errors.ts";
import type { Tile } from "../geo/tile-matrix-set.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import type { TileType } from "./pmtiles-format.ts";
import { createPmtiles } from "./pmtiles-writer.ts";
import {
  countTiles,
  planTilePyramid,
  type TilePyramid,
  type TileRow,
  tileRows,
  zoomsOf,
} from "./tile-pyramid.ts";

/** How tiles are described and watched. */
export interface TileOptions {
  readonly classes: readonly LandCoverClass[];
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
}

/** What a kind of tiles adds to the common work. */
export interface TileKind {
  readonly tileType: TileType;
  readonly tileSize: number;
  /** Members of the archive's metadata beside the common ones. */
  readonly metadata: (pyramid: TilePyramid) => object;
  /** Makes the tiles of a zoom; must yield once for every tile of its rows. */
  readonly encode: (pyramid: TilePyramid, rows: readonly TileRow[]) => AsyncIterable<EncodedTile>;
}

/**
 * Writes an archive of all zooms of a label raster. Throws UserError "no-crs" when its place on earth is not known, "not-labels" when
 * it does not hold class ids, "unknown-label" when a pixel is no class; CancelledError when stopped. Then no file is left.
 */
export async function publishTiles(
  path: string,
  labels: Scene,
  options: TileOptions,
  kind: TileKind,
): Promise<TilesResult> {
  assertLabels(labels);
  const pyramid = planTilePyramid(labels.path, labels.grid, kind.tileSize);
  const { minZoom, maxZoom, warnings } = pyramid;
  const metadata = { ...describe(options, pyramid), ...kind.metadata(pyramid) };
  const archive = await createPmtiles(path, { ...pyramid, tileType: kind.tileType, metadata });
  const total = countTiles(pyramid);
  let done = 0;
  try {
    for (const z of zoomsOf(pyramid)) {
      for await (const { tile, bytes } of kind.encode(pyramid, tileRows(pyramid, z))) {
        if (options.signal?.aborted === true) throw new CancelledError();
        if (bytes !== null) await archive.add(tile, bytes);
        options.onProgress?.(++done, total);
      }
    }
    return { ...(await archive.finish()), minZoom, maxZoom, warnings };
  } catch (error) {
    await archive.abort();
    throw error;
  }
}

function assertLabels({ path, sampleType, bands }: Scene): void {
  if (sampleType === "uint8" && bands.length === 1) return;
  throw new UserError(
    "not-labels",
    `${path}: ${bands.length} band(s) of ${sampleType} are not class ids.`,
    "Tiles are made from a land-cover map: one band of uint8, as landcover.tif has.",
  );
}

/** The members of the metadata that viewers read (MBTiles 1.3 names, TileJSON for bounds), and the legend. */
function describe({ classes, name, attribution }: TileOptions, pyramid: TilePyramid): object {
  return {
    name,
    description: `Land cover: ${classes.map((entry) => entry.name).join(", ")}`,
    ...(attribution === undefined ? {} : { attribution }),
    type: "overlay",
    generator: "landstitch",
    bounds: pyramid.bounds,
    center: [...pyramid.center, pyramid.centerZoom],
    minzoom: pyramid.minZoom,
    maxzoom: pyramid.maxZoom,
    classes: classes.map(({ id, name: className, color }) => ({ id, name: className, color })),
  };
}
