import {
  type CogImage,
  type EncodedLevel,
  fileTags,
  imageTags,
  MASK,
  maskTags,
  REDUCED,
} from "./cog-tags.ts";
import { encodeTiffHeader, type TiffTag } from "./tiff-encoder.ts";

/** File positions of the blocks of a level and of their masks. */
interface BlockOffsets {
  readonly blocks: readonly number[];
  readonly masks: readonly number[];
}

/** A classic TIFF cannot point further than this (bytes). */
const CLASSIC_LIMIT = 2 ** 32 - 1;
/** Bytes that the frame adds to a block. */
const FRAME_BYTES = 8;

/**
 * The bytes before the blocks of a COG: every IFD, then the data of the levels from the smallest to the largest.
 * Levels come largest first. BigTIFF when asked for, or where the file would not fit a classic one.
 */
export function cogHeader(
  image: CogImage,
  levels: readonly EncodedLevel[],
  { bigTiff }: { readonly bigTiff: boolean },
): Uint8Array {
  const encode = (big: boolean, headerLength: number): Uint8Array =>
    encodeTiffHeader(cogIfds(image, levels, headerLength), { big, ghost: ghostText(image.masked) });
  const total = (header: Uint8Array): number =>
    header.length + levels.reduce((sum, level) => sum + levelLength(level), 0);
  const big = bigTiff || total(encode(false, 0)) > CLASSIC_LIMIT;
  return encode(big, encode(big, 0).length);
}

/** GDAL's hidden area behind the file header: the promises that let a reader take a block and its mask in one request. */
function ghostText(masked: boolean): string {
  const promises = [
    "LAYOUT=IFDS_BEFORE_DATA",
    "BLOCK_ORDER=ROW_MAJOR",
    "BLOCK_LEADER=SIZE_AS_UINT4",
    "BLOCK_TRAILER=LAST_4_BYTES_REPEATED",
    "KNOWN_INCOMPATIBLE_EDITION=NO",
  ].join("\n");
  const text = `${promises}\n ${masked ? "MASK_INTERLEAVED_WITH_IMAGERY=YES\n" : ""}`;
  return `GDAL_STRUCTURAL_METADATA_SIZE=${String(text.length).padStart(6, "0")} bytes\n${text}`;
}

function cogIfds(
  image: CogImage,
  levels: readonly EncodedLevel[],
  dataStart: number,
): readonly (readonly TiffTag[])[] {
  const offsets = placeLevels(levels, dataStart);
  const images = levels.map((level, index) =>
    imageTags(image, level, offsets[index]!.blocks, index > 0 ? REDUCED : 0),
  );
  const masks = image.masked
    ? levels.map((level, index) =>
        maskTags(image, level, offsets[index]!.masks, index > 0 ? REDUCED | MASK : MASK),
      )
    : [];
  const [main, ...overviews] = images;
  const [mainMask, ...overviewMasks] = masks;
  return [[...main!, ...fileTags(image)], ...(mainMask ? [mainMask] : []), ...overviews, ...overviewMasks];
}

/** Where every block lies: the levels smallest first, in a level row by row, each block followed by its mask. */
function placeLevels(levels: readonly EncodedLevel[], dataStart: number): readonly BlockOffsets[] {
  let end = dataStart;
  const place = (length: number): number => {
    const offset = end + FRAME_BYTES / 2;
    end += length + FRAME_BYTES;
    return offset;
  };
  const placed = levels.toReversed().map(({ blockSizes, maskSizes }) => {
    const blocks: number[] = [];
    const masks: number[] = [];
    blockSizes.forEach((size, index) => {
      blocks.push(place(size));
      const maskSize = maskSizes[index];
      if (maskSize !== undefined) masks.push(place(maskSize));
    });
    return { blocks, masks };
  });
  return placed.reverse();
}

/** Bytes of a level's blocks and masks with their frames. */
export function levelLength({ blockSizes, maskSizes }: EncodedLevel): number {
  const sum = (sizes: readonly number[]): number =>
    sizes.reduce((total, size) => total + size + FRAME_BYTES, 0);
  return sum(blockSizes) + sum(maskSizes);
}
