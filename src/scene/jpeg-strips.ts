import { joinedTables } from "./jpeg-tables.ts";
import { samplesInBlock, type TiffImage } from "./tiff-image.ts";
import { TAG } from "./tiff-tags.ts";

const YCBCR = 6;
const RGB = 2;
const BLACK_IS_ZERO = 1;
const LONG = 4;

/** JPEG blocks of an image, all of its full block size and 1 or 3 samples, as a TIFF in memory: a strip each, one below the other. */
export function jpegStrips(image: TiffImage, blocks: readonly Uint8Array[]): Uint8Array {
  const { blockWidth, blockHeight, compression, photometric, jpegTables } = image;
  const strips = blocks.map((block) => (jpegTables === null ? [block] : joinedTables(jpegTables, block)));
  const lengths = strips.map((parts) => parts.reduce((sum, { length }) => sum + length, 0));
  const samples = samplesInBlock(image);
  const colors = photometric === YCBCR ? YCBCR : RGB;
  const tags = (offsets: readonly number[]) =>
    [
      [TAG.imageWidth, [blockWidth]],
      [TAG.imageLength, [blockHeight * strips.length]],
      [TAG.bitsPerSample, Array.from({ length: samples }, () => 8)],
      [TAG.compression, [compression]],
      [TAG.photometric, [samples === 1 ? BLACK_IS_ZERO : colors]],
      [TAG.stripOffsets, offsets],
      [TAG.samplesPerPixel, [samples]],
      [TAG.rowsPerStrip, [blockHeight]],
      [TAG.stripByteCounts, lengths],
    ] as const;
  let end = headerOf(tags(strips.map(() => 0))).length;
  const offsets = lengths.map((length) => {
    end += length;
    return end - length;
  });
  return Buffer.concat([headerOf(tags(offsets)), ...strips.flat()], end);
}

/** Header and only directory of a little-endian TIFF whose values are all LONG; tags in ascending order. */
function headerOf(tags: readonly (readonly [tag: number, values: readonly number[]])[]): Uint8Array {
  const words = tags.reduce((sum, [, { length }]) => sum + (length > 1 ? length : 0), 0);
  const bytes = Buffer.alloc(8 + 2 + 12 * tags.length + 4 + 4 * words);
  bytes.write("II*\0", "latin1");
  bytes.writeUInt32LE(8, 4);
  let at = bytes.writeUInt16LE(tags.length, 8);
  let far = bytes.length - 4 * words;
  for (const [tag, values] of tags) {
    at = bytes.writeUInt16LE(tag, at);
    at = bytes.writeUInt16LE(LONG, at);
    at = bytes.writeUInt32LE(values.length, at);
    at = bytes.writeUInt32LE(values.length > 1 ? far : values[0]!, at);
    if (values.length > 1) for (const value of values) far = bytes.writeUInt32LE(value, far);
  }
  return bytes;
}
