import { UserError } from "../errors.ts";
import { type BlockCache, blockCache } from "./block-cache.ts";
import { decodeBlock } from "./block-codec.ts";
import type { ByteSource } from "./byte-source.ts";
import { type ImageDecoder, imageDecoder } from "./image-decoder.ts";
import type { BlockSamples } from "./raster-block.ts";
import { damagedBlock } from "./scene-errors.ts";
import { blockReader } from "./strip-runs.ts";
import { blockCounts, storedBytes, type TiffImage } from "./tiff-image.ts";

/** Decoded blocks of a TIFF by image and index; null for a block without data. */
export type TiffBlocks = (image: TiffImage, index: number) => Promise<BlockSamples | null>;

/** Rows (px) of the windows that the cache is made for where nobody says: those of a usual chip. */
const WINDOW_HEIGHT = 513;
const DEFAULT_LIMIT = 384 * 1024 * 1024;

/** How many decoded blocks are kept. */
export interface CacheOptions {
  /** At most (bytes); 384 MiB by default, and fewer where a row of windows touches fewer. */
  readonly cacheBytes?: number;
  /** Rows (px) of the windows that will be read. */
  readonly windowHeight?: number;
}

/** Blocks that are decoded once and kept, so that overlapping windows share them. */
export function tiffBlocks(source: ByteSource, cacheBytes: number): TiffBlocks {
  const cache: BlockCache<BlockSamples | null> = blockCache(
    cacheBytes,
    (block) => (block?.byteLength ?? 0) + 256,
  );
  const codec = { read: blockReader(source), decodeImage: imageDecoder() };
  return (image, index) =>
    cache.get(`${image.index}/${index}`, () => loadBlock(source.path, image, index, codec));
}

/**
 * Bytes of the blocks that a row of windows across the image touches, at most `cacheBytes`: with them no block is decoded twice; with
 * fewer, those of a file in strips are decoded anew for each window.
 */
export function cacheBytesFor(
  image: TiffImage,
  { cacheBytes = DEFAULT_LIMIT, windowHeight = WINDOW_HEIGHT }: CacheOptions = {},
): number {
  const { across, planes } = blockCounts(image);
  const rowsOfBlocks = Math.ceil((windowHeight - 1) / image.blockHeight) + 1;
  const blockBytes = storedBytes(image, image.blockHeight) + 256;
  return Math.min(cacheBytes, (across * rowsOfBlocks + 1) * blockBytes * planes);
}

async function loadBlock(
  path: string,
  image: TiffImage,
  index: number,
  {
    read,
    decodeImage,
  }: { readonly read: ReturnType<typeof blockReader>; readonly decodeImage: ImageDecoder },
): Promise<BlockSamples | null> {
  const offset = image.offsets[index]!;
  const byteCount = image.byteCounts[index]!;
  if (offset === 0 || byteCount === 0) return null;
  const { across, down } = blockCounts(image);
  const blockRow = Math.floor(index / across);
  const row = blockRow % down;
  const rows = image.tiled
    ? image.blockHeight
    : Math.min(image.blockHeight, image.height - row * image.blockHeight);
  try {
    if (byteCount > 2 * storedBytes(image, image.blockHeight) + 65536)
      throw new RangeError(`its ${byteCount} bytes are more than its pixels need`);
    return await decodeBlock(image, read(image, index), { rows, blockRow, decodeImage });
  } catch (error) {
    if (error instanceof UserError && error.code.startsWith("http")) throw error;
    const { blockWidth: width } = image;
    const window = { col: (index % across) * width, row: row * image.blockHeight, width, height: rows };
    throw damagedBlock(
      path,
      `${image.tiled ? "tile" : "strip"} ${index} of image ${image.index}`,
      window,
      error,
    );
  }
}
