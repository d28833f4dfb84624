import sharp from "sharp";
import { joinJpegTables, withColorTransform } from "./jpeg-tables.ts";
import { samplesInBlock, type TiffImage } from "./tiff-image.ts";

sharp.concurrency(1);
sharp.cache(false);

const YCBCR = 6;

/**
 * Decodes a JPEG or WebP block to interleaved 8-bit samples: RGB where the file stores YCbCr. Throws when the picture's size
 * or number of channels is not the block's, or its data ends early.
 */
export async function decodeImageBlock(
  image: TiffImage,
  bytes: Uint8Array,
  rows: number,
): Promise<Uint8Array> {
  const samples = samplesInBlock(image);
  const jpeg = image.compression === 7;
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
  return data.subarray(0, image.blockWidth * rows * samples);
}

function jpegPicture(image: TiffImage, bytes: Uint8Array, samples: number): Uint8Array {
  const whole = image.jpegTables === null ? bytes : joinJpegTables(image.jpegTables, bytes);
  return samples === 3 ? withColorTransform(whole, image.photometric === YCBCR) : whole;
}
