import { codecName, isImageCodec, isSupportedCodec } from "./codec-names.ts";
import type { SampleType } from "./raster-block.ts";
import { damagedHeader, unsupported } from "./scene-errors.ts";
import { chopStrips } from "./strip-chop.ts";
import type { TiffHeader } from "./tiff-header.ts";
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

export const PHOTOMETRIC = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, mask: 4, yCbCr: 6 } as const;

const PHOTOMETRIC_NAMES: Readonly<Record<number, string>> = {
  5: "CMYK",
  8: "CIELab",
  9: "ICCLab",
  10: "ITULab",
  32803: "CFA",
  34892: "LinearRaw",
};
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

/** "34887 (LERC)"; the number alone where it has no name. */
function withName(value: number, name: string | undefined): string {
  return name === undefined || name === String(value) ? String(value) : `${value} (${name})`;
}

function sideOf(path: string, name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > MAX_SIDE)
    throw damagedHeader(path, `${name} is ${value}`);
  return value;
}

function sampleTypeOf(
  path: string,
  tags: TiffTags,
  samples: number,
): { bits: number; sampleType: SampleType } {
  if (samples < 1 || samples > 65535) throw damagedHeader(path, `SamplesPerPixel is ${samples}`);
  const bits = uniform(path, "BitsPerSample", tags.numbers(TAG.bitsPerSample), 1);
  const format = uniform(path, "SampleFormat", tags.numbers(TAG.sampleFormat), 1);
  if (tags.number(TAG.fillOrder, 1) !== 1 && bits < 8)
    throw unsupported(path, "FillOrder", "2", "-co NBITS=8");
  const name = ["", "uint", "int", "float", "uint"][format];
  if (name === undefined || name === "")
    throw unsupported(path, "SampleFormat", formatName(format), "-ot Float32");
  if (bits === 1 && name === "uint") return { bits, sampleType: "uint8" };
  const type = `${name}${bits}`;
  if (!SAMPLE_TYPES.has(type))
    throw unsupported(path, "BitsPerSample", `${bits} (${name})`, hintForBits(name, bits));
  return { bits, sampleType: type as SampleType };
}

const SAMPLE_TYPES: ReadonlySet<string> = new Set<SampleType>([
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "float64",
]);

function formatName(format: number): string {
  return format === 5 || format === 6 ? `${format} (complex)` : String(format);
}

function hintForBits(name: string, bits: number): string {
  if (name === "float") return "-ot Float32";
  if (bits > 32) return "-ot Float64";
  return bits < 8 ? "-ot Byte -co NBITS=8" : "-ot UInt16 -co NBITS=16";
}

function uniform(path: string, name: string, values: ArrayLike<number>, fallback: number): number {
  const all = new Set(Array.from(values));
  if (all.size > 1)
    throw unsupported(path, name, `${[...all].join(", ")} (different per sample)`, "-ot UInt16");
  return values[0] ?? fallback;
}

function planarOf(path: string, tags: TiffTags): boolean {
  const planar = tags.number(TAG.planarConfiguration, 1);
  if (planar !== 1 && planar !== 2) throw damagedHeader(path, `PlanarConfiguration is ${planar}`);
  return planar === 2;
}

function predictorOf(path: string, tags: TiffTags, compression: number): number {
  if (![5, 8, 32946, 50000].includes(compression)) return 1;
  const predictor = tags.number(TAG.predictor, 1);
  if (predictor < 1 || predictor > 3) throw unsupported(path, "Predictor", String(predictor));
  return predictor;
}

function photometricOf(path: string, tags: TiffTags, compression: number): number {
  const photometric = tags.number(TAG.photometric, PHOTOMETRIC.blackIsZero);
  const known = (Object.values(PHOTOMETRIC) as number[]).includes(photometric);
  if (!known || (photometric === PHOTOMETRIC.yCbCr && !isImageCodec(compression))) {
    const value =
      photometric === PHOTOMETRIC.yCbCr
        ? `6 (YCbCr) with ${codecName(compression)} compression`
        : withName(photometric, PHOTOMETRIC_NAMES[photometric]);
    throw unsupported(path, "PhotometricInterpretation", value, "-co PHOTOMETRIC=RGB");
  }
  return photometric;
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
