import sharp from "sharp";
import type { Window } from "../geo/window.ts";
import type { Scene } from "../scene/scene.ts";
import { mapOrdered } from "../stream.ts";
import { mercatorSampler } from "./mercator-sampler.ts";
import { type EncodedTile, publishTiles, type TileOptions, type TilesResult } from "./publish-tiles.ts";
import { emptyRgba, fillRgba, halveRgba, holdsPixels, type RgbaTile, type RgbWindow } from "./rgba-tile.ts";
import { type CascadedTile, cascadeTiles } from "./tile-cascade.ts";
import { TILE_SIZE, type TilePyramid, type TileSize } from "./tile-pyramid.ts";

/** How tiles of imagery are stored; jpeg has no transparency, so nodata is white there. */
export type ImageFormat = "webp" | "png" | "jpeg";

/** How tiles of imagery are made. */
export interface ImageTileOptions extends TileOptions {
  /** Red, green and blue, as indices of the scene's bands (from 0); one band thrice is gray. */
  readonly bands: readonly [red: number, green: number, blue: number];
  readonly format: ImageFormat;
  /** 512 px a side unless told otherwise. */
  readonly tileSize?: TileSize;
}

/** Tiles that are encoded at the same time. */
const ENCODED_AT_ONCE = 4;

/**
 * Writes a scene of uint8 as image tiles of all zooms from the whole scene in one tile to its own resolution: bilinear at the deepest,
 * averaged below. nodata is transparent and never mixed in. Throws as publishTiles does, and RangeError for other samples.
 */
export async function writeImageTiles(
  path: string,
  scene: Scene,
  options: ImageTileOptions,
): Promise<TilesResult> {
  if (scene.sampleType !== "uint8")
    throw new RangeError(`${scene.path} holds ${scene.sampleType}, not uint8`);
  const { format, tileSize = TILE_SIZE } = options;
  return publishTiles(path, scene, options, {
    tileType: format,
    tileSize,
    metadata: () => ({ format: format === "jpeg" ? "jpg" : format, tile_size: tileSize }),
    encode: (pyramid) =>
      mapOrdered(
        tilesOf(scene, pyramid, options),
        async ({ tile, content }): Promise<EncodedTile> => ({
          tile,
          bytes: content !== null && holdsPixels(content) ? await encodeImage(content, format) : null,
        }),
        { concurrency: ENCODED_AT_ONCE },
      ),
  });
}

function tilesOf(
  scene: Scene,
  pyramid: TilePyramid,
  { bands }: ImageTileOptions,
): AsyncGenerator<CascadedTile<RgbaTile>> {
  return cascadeTiles(pyramid, {
    sample: mercatorSampler(pyramid, {
      read: (window) => readRgb(scene, window, bands),
      empty: () => emptyRgba(pyramid.tileSize),
      fill: fillRgba,
      holdsData: holdsPixels,
    }),
    empty: () => emptyRgba(pyramid.tileSize),
    halve: halveRgba,
    keep: (tile) => tile,
  });
}

async function readRgb(scene: Scene, window: Window, bands: readonly number[]): Promise<RgbWindow> {
  const { data, mask } = await scene.read(window, { bands });
  return { window, rgb: data as Uint8Array, mask };
}

async function encodeImage({ pixels, side }: RgbaTile, format: ImageFormat): Promise<Uint8Array> {
  const image = sharp(pixels, { raw: { width: side, height: side, channels: 4 } });
  switch (format) {
    case "webp":
      return await image.webp({ quality: 80 }).toBuffer();
    case "png":
      return await image.png().toBuffer();
    case "jpeg":
      return await image.flatten({ background: "white" }).jpeg({ quality: 85 }).toBuffer();
    default:
      throw new RangeError(`unknown image format ${String(format satisfies never)}`);
  }
}
