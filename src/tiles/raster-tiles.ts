import type { Scene } from "../scene/scene.ts";
import { assertLabels, holdsData, type LabelTileOptions, labelTiles, legendOf } from "./label-tiles.ts";
import { paletteEncoder } from "./palette-png.ts";
import { publishTiles, type TilesResult } from "./publish-tiles.ts";
import type { TileLabels } from "./tile-labels.ts";
import { TILE_SIZE, type TileSize } from "./tile-pyramid.ts";

/** How raster tiles are made: 512 px a side unless told otherwise. */
export interface RasterTileOptions extends LabelTileOptions {
  readonly tileSize?: TileSize;
  /** How four pixels become one; the mode where not given. */
  readonly method?: "mode" | "mean";
  /** What the tiles show; the names of the classes where not given. */
  readonly description?: string;
}

/**
 * Writes `landcover-raster.pmtiles`: palette PNG with transparent nodata at every zoom from the whole raster in one tile to its own
 * resolution, classes never averaged (see labelTiles). Throws as publishTiles does, and UserError "not-labels" or "unknown-label".
 */
export async function writeRasterTiles(
  path: string,
  labels: Scene,
  options: RasterTileOptions,
): Promise<TilesResult> {
  assertLabels(labels);
  const { tileSize = TILE_SIZE, method = "mode" } = options;
  const encodePng = paletteEncoder(options.classes, { size: tileSize, path: labels.path });
  return publishTiles(path, labels, options, {
    tileType: "png",
    tileSize,
    metadata: () => ({
      ...legendOf(options.classes, options.description),
      format: "png",
      tile_size: tileSize,
    }),
    async *encode(pyramid) {
      const keep = (tile: TileLabels) => (holdsData(tile) ? encodePng(tile.labels) : null);
      for await (const { tile, content } of labelTiles(labels, pyramid, { method, keep }))
        yield { tile, bytes: content };
    },
  });
}
