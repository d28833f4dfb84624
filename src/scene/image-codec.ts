import sharp from "sharp";
import { isImageCodec } from "./codec-names.ts";
import { jpegStrips } from "./jpeg-strips.ts";
import { checkJpegEnd, joinedTables, withColorTransform } from "./jpeg-tables.ts";
import type { BlockSamples } from "./raster-block.ts";
import { samplesInBlock, storedBytes, type TiffImage } from "./tiff-image.ts";
import { framesLieBeside, takesFrames, webpFrames } from "./webp-frames.ts";

sharp.concurrency(1);
sharp.cache(false);

const JPEG = 7;
const YCBCR = 6;
/** Blocks that are decoded together at most, and the bytes of their pixels. */
const GROUP_BLOCKS = 16;
const GROUP_BYTES = 8 * 1024 * 1024;

/** How many whole blocks of an image decodeImageBlocks takes at a time; 1 where it takes none. */
export function blocksTogether(image: TiffImage): number {
  const samples = image.compression === JPEG ? [1, 3] : [3];
  if (!isImageCodec(image.compression) || !samples.includes(samplesInBlock(image))) return 1;
  if (image.compression !== JPEG && !takesFrames(image)) return 1;
  const fitting = Math.floor(GROUP_BYTES / storedBytes(image, image.blockHeight));
  return Math.max(1, Math.min(GROUP_BLOCKS, fitting));
}

/**
 * Decodes several whole blocks at once, to the same samples as decodeImageBlock does, all in one memory. JPEG lie one below the other
 * there: of tiles, libvips takes damaged ones for whole. WebP tiles lie side by side: libvips hands rows of pixels from thread to thread,
 * and fewer and longer ones cost less. Throws when any of them is damaged, without saying which: libvips takes a warning of libtiff for
 * an error (`failOn`).
 */
export async function decodeImageBlocks(
  image: TiffImage,
  blocks: readonly Uint8Array[],
): Promise<readonly BlockSamples[]> {
  const { blockWidth, blockHeight } = image;
  const samples = samplesInBlock(image);
  const jpeg = image.compression === JPEG;
  if (jpeg) blocks.forEach(checkJpegEnd);
  const columns = !jpeg && framesLieBeside(image) ? blocks.length : 1;
  const pipeline = sharp(jpeg ? jpegStrips(image, blocks) : webpFrames(image, blocks), {
    limitInputPixels: blockWidth * blockHeight * blocks.length,
    sequentialRead: true,
    failOn: "warning",
    // frames are painted one upon the other
    page: jpeg ? 0 : blocks.length - 1,
  });
  if (samples === 3) pipeline.removeAlpha();
  else pipeline.toColourspace("b-w");
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  const width = columns * blockWidth;
  const height = (blocks.length / columns) * blockHeight;
  if (info.width !== width || info.height !== height || info.channels !== samples)
    throw new RangeError(`${info.width} x ${info.height} px with ${info.channels} channels`);
  const rowLength = width * samples;
  const byteLength = blockWidth * blockHeight * samples;
  const step = columns === 1 ? byteLength : blockWidth * samples;
  const span = (blockHeight - 1) * rowLength + blockWidth * samples;
  return blocks.map((_, i) => ({ samples: data.subarray(i * step, i * step + span), rowLength, byteLength }));
}

/**
 * Decodes a JPEG or WebP block to interleaved 8-bit samples: RGB where the file stores YCbCr. Throws when the picture's size
 * or number of channels is not the block's, or its data ends early.
 */
export async function decodeImageBlock(
  image: TiffImage,
  bytes: Uint8Array,
  rows: number,
): Promise<BlockSamples> {
  const samples = samplesInBlock(image);
  const jpeg = image.compression === JPEG;
  const picture = jpeg ? jpegPicture(image, bytes, samples) : bytes;
  const pipeline = sharp(picture, {
    limitInputPixels: image.blockWidth * image.blockHeight,
    sequentialRead: true,
  });
  if (!jpeg && samples === 3) pipeline.removeAlpha();
  if (!jpeg && samples === 4) pipeline.ensureAlpha();
  if (samples === 1) pipeline.toColourspace("b-w");
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  if (
    info.width !== image.blockWidth ||
    info.height < rows ||
    info.height > image.blockHeight ||
    info.channels !== samples
  )
    throw new RangeError(
      `its picture is ${info.width} x ${info.height} px with ${info.channels} channels, not ${image.blockWidth} x ${rows} px with ${samples}`,
    );
  const byteLength = image.blockWidth * rows * samples;
  return { samples: data.subarray(0, byteLength), rowLength: image.blockWidth * samples, byteLength };
}

function jpegPicture(image: TiffImage, bytes: Uint8Array, samples: number): Uint8Array {
  checkJpegEnd(bytes);
  const whole = image.jpegTables === null ? bytes : Buffer.concat(joinedTables(image.jpegTables, bytes));
  return samples === 3 ? withColorTransform(whole, image.photometric === YCBCR) : whole;
}
