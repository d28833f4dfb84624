import { codecName, isSupportedCodec } from "./codec-names.ts";
import type { SampleType } from "./raster-block.ts";
import { damagedHeader, unsupported } from "./scene-errors.ts";
import { chopStrips } from "./strip-chop.ts";
import type { TiffHeader } from "./tiff-header.ts";
import { photometricOf, planarOf, predictorOf, sampleTypeOf, withName } from "./tiff-samples.ts";
import { TAG, type TiffTags } from "./tiff-tags.ts";

/** Where the blocks (tiles or strips) of an image are; separate planes follow one another. */
export interface BlockLayout {
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly tiled: boolean;
  /** Byte offset and count per block: plane by plane, row by row. A count or offset of 0 is a block without data. */
  readonly offsets: ArrayLike<number>;
  readonly byteCounts: ArrayLike<number>;
}

/** One image of a TIFF: how its samples are stored. */
export interface TiffImage extends BlockLayout {
  /** Its directory, counted from 0. */
  readonly index: number;
  readonly width: number;
  readonly height: number;
  /** Samples per pixel. */
  readonly samples: number;
  /** 1, or the bits of sampleType. */
  readonly bits: number;
  readonly sampleType: SampleType;
  readonly littleEndian: boolean;
  /** True where every sample has its own blocks (PlanarConfiguration 2). */
  readonly planar: boolean;
  readonly compression: number;
  readonly predictor: number;
  readonly photometric: number;
  readonly jpegTables: Uint8Array | null;
}

/** A larger decoded block would not fit the memory that reading may use. */
const MAX_BLOCK_BYTES = 256 * 1024 * 1024;
const MAX_SIDE = 2 ** 31 - 1;

/** Reads how the image of a directory is stored. Throws UserError naming the tag and value that is damaged or not supported. */
export function readTiffImage(header: TiffHeader, index: number): TiffImage {
  const { path, littleEndian } = header;
  const tags = header.directories[index]!;
  const samples = tags.number(TAG.samplesPerPixel, 1);
  const compression = tags.number(TAG.compression, 1);
  if (!isSupportedCodec(compression))
    throw unsupported(path, "Compression", withName(compression, codecName(compression)));
  const { bits, sampleType } = sampleTypeOf(path, tags, samples);
  const shape = {
    index,
    width: sideOf(path, "ImageWidth", tags.number(TAG.imageWidth)),
    height: sideOf(path, "ImageLength", tags.number(TAG.imageLength)),
    samples,
    bits,
    sampleType,
    littleEndian,
    planar: planarOf(path, tags) && samples > 1,
    compression,
    predictor: predictorOf(path, tags, compression),
    photometric: photometricOf(path, tags, compression),
    jpegTables: tags.has(TAG.jpegTables) ? Uint8Array.from(tags.numbers(TAG.jpegTables)) : null,
  };
  const image = chopStrips({ ...shape, ...layoutOf(path, tags, shape) });
  checkBlocks(path, image);
  return image;
}

/** Number of blocks across, down, and of planes. */
export function blockCounts(
  image: Pick<TiffImage, "width" | "height" | "blockWidth" | "blockHeight" | "planar" | "samples">,
): {
  readonly across: number;
  readonly down: number;
  readonly planes: number;
} {
  return {
    across: Math.ceil(image.width / image.blockWidth),
    down: Math.ceil(image.height / image.blockHeight),
    planes: image.planar ? image.samples : 1,
  };
}

/** Samples per pixel inside one block. */
export function samplesInBlock(image: Pick<TiffImage, "planar" | "samples">): number {
  return image.planar ? 1 : image.samples;
}

/** Bytes of `rows` rows of a block as stored, once decompressed. */
export function storedBytes(image: TiffImage, rows: number): number {
  return Math.ceil((image.blockWidth * samplesInBlock(image) * image.bits) / 8) * rows;
}

function sideOf(path: string, name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > MAX_SIDE)
    throw damagedHeader(path, `${name} is ${value}`);
  return value;
}

function layoutOf(
  path: string,
  tags: TiffTags,
  { width, height }: { readonly width: number; readonly height: number },
): BlockLayout {
  if (tags.has(TAG.tileOffsets) || (tags.has(TAG.tileWidth) && !tags.has(TAG.stripOffsets)))
    return {
      tiled: true,
      blockWidth: sideOf(path, "TileWidth", tags.number(TAG.tileWidth)),
      blockHeight: sideOf(path, "TileLength", tags.number(TAG.tileLength)),
      offsets: tags.numbers(TAG.tileOffsets),
      byteCounts: tags.numbers(TAG.tileByteCounts),
    };
  return {
    tiled: false,
    blockWidth: width,
    blockHeight: Math.min(
      height,
      sideOf(path, "RowsPerStrip", tags.number(TAG.rowsPerStrip, height) || height),
    ),
    offsets: tags.numbers(TAG.stripOffsets),
    byteCounts: tags.numbers(TAG.stripByteCounts),
  };
}

function checkBlocks(path: string, image: TiffImage): void {
  const { across, down, planes } = blockCounts(image);
  const expected = across * down * planes;
  for (const [name, values] of [
    ["offsets", image.offsets],
    ["byte counts", image.byteCounts],
  ] as const)
    if (values.length < expected)
      throw damagedHeader(
        path,
        `it lists ${values.length} block ${name}, but ${image.width} x ${image.height} px need ${expected}`,
      );
  const bytes = storedBytes(image, image.blockHeight) * (image.bits === 1 ? 8 : 1);
  if (bytes > MAX_BLOCK_BYTES)
    throw unsupported(
      path,
      image.tiled ? "a tile size of" : "RowsPerStrip",
      `${image.tiled ? `${image.blockWidth} x ${image.blockHeight}` : image.blockHeight} (${Math.round(bytes / 2 ** 20)} MiB in one block)`,
      "-co TILED=YES -co COMPRESS=DEFLATE",
    );
}
