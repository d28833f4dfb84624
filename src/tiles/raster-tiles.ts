import type { Scene } from "../scene/scene.ts";
import { mercatorSampler } from "./mercator-sampler.ts";
import { paletteEncoder } from "./palette-png.ts";
import { publishTiles, type TileOptions, type TilesResult } from "./publish-tiles.ts";

/** How raster tiles are made: 256 px a side unless told otherwise, which is what viewers take for granted. */
export interface RasterTileOptions extends TileOptions {
  readonly tileSize?: 256 | 512;
}

/**
 * Writes `landcover-raster.pmtiles`: palette PNG with transparent nodata at every zoom from the whole raster in one tile to its own
 * resolution, labels never averaged (see mercatorSampler). Throws as publishTiles does.
 */
export function writeRasterTiles(
  path: string,
  labels: Scene,
  options: RasterTileOptions,
): Promise<TilesResult> {
  const tileSize = options.tileSize ?? 256;
  const encodePng = paletteEncoder(options.classes, { size: tileSize, path: labels.path });
  return publishTiles(path, labels, options, {
    tileType: "png",
    tileSize,
    metadata: () => ({ format: "png", tile_size: tileSize }),
    async *encode(pyramid, rows) {
      const sample = mercatorSampler(labels, pyramid);
      for (const { z, y, xs } of rows) {
        for (const x of xs) {
          const pixels = await sample({ z, x, y });
          yield { tile: { z, x, y }, bytes: pixels === null ? null : encodePng(pixels) };
        }
      }
    },
  });
}
