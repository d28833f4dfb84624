import type { Grid } from "../geo/grid.ts";
import { type LandCoverClass, rgbOf } from "../scene/class-scheme.ts";
import type { BlockCodec } from "./block-codec.ts";
import { gdalMetadataXml } from "./gdal-xml.ts";
import { geoTags } from "./geo-tags.ts";
import { encodeTiffHeader, TAG, type TiffTag } from "./tiff-encoder.ts";

/** What the images of a COG have in common. */
export interface CogImage {
  readonly grid: Grid;
  readonly sampleType: "uint8" | "uint16";
  readonly bands: number;
  readonly nodata: number | null;
  readonly palette: readonly LandCoverClass[] | null;
  readonly blockSize: number;
  readonly codec: BlockCodec;
  readonly masked: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly bandNames: readonly string[];
}

/** A level whose blocks are encoded: its size (px), and the length (bytes) of its blocks and masks, row by row. */
export interface EncodedLevel {
  readonly width: number;
  readonly height: number;
  readonly blockSizes: readonly number[];
  readonly maskSizes: readonly number[];
}

interface BlockOffsets {
  readonly blocks: readonly number[];
  readonly masks: readonly number[];
}

/** A classic TIFF cannot point further than this (bytes). */
const CLASSIC_LIMIT = 2 ** 32 - 1;
/** Bytes that the frame adds to a block. */
const FRAME_BYTES = 8;
const DEFLATE = 8;
const REDUCED = 1;
const MASK = 4;
const PHOTOMETRIC = { minIsBlack: 1, rgb: 2, palette: 3, mask: 4 } as const;

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
    imageTags(image, level, offsets[index]!, index > 0 ? REDUCED : 0),
  );
  const masks = image.masked
    ? levels.map((level, index) => maskTags(image, level, offsets[index]!, index > 0 ? REDUCED | MASK : MASK))
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

const short = (id: number, ...values: readonly number[]): TiffTag => ({ id, type: "short", values });
const long = (id: number, ...values: readonly number[]): TiffTag => ({ id, type: "long", values });
const ascii = (id: number, value: string): TiffTag => ({ id, type: "ascii", value });

function imageTags(
  image: CogImage,
  level: EncodedLevel,
  { blocks }: BlockOffsets,
  subfile: number,
): readonly TiffTag[] {
  const { bands, sampleType, codec, palette, nodata } = image;
  const perBand = (value: number): readonly number[] => new Array<number>(bands).fill(value);
  const extra = bands - (bands >= 3 ? 3 : 1);
  return [
    ...blockTags(level, image.blockSize, blocks, level.blockSizes, subfile),
    short(TAG.BitsPerSample, ...perBand(sampleType === "uint8" ? 8 : 16)),
    short(TAG.Compression, codec.compression),
    short(TAG.Photometric, photometricOf(image)),
    short(TAG.SamplesPerPixel, bands),
    short(TAG.SampleFormat, ...perBand(1)),
    ...(extra > 0 ? [short(TAG.ExtraSamples, ...perBand(0).slice(0, extra))] : []),
    ...(palette === null ? [] : [short(TAG.ColorMap, ...colorMap(palette))]),
    ...(nodata === null ? [] : [ascii(TAG.GdalNodata, String(nodata))]),
    ...codec.tags,
  ];
}

function photometricOf({ codec, palette, bands }: CogImage): number {
  if (codec.photometric !== null) return codec.photometric;
  if (palette !== null) return PHOTOMETRIC.palette;
  return bands >= 3 ? PHOTOMETRIC.rgb : PHOTOMETRIC.minIsBlack;
}

function maskTags(
  image: CogImage,
  level: EncodedLevel,
  { masks }: BlockOffsets,
  subfile: number,
): readonly TiffTag[] {
  return [
    ...blockTags(level, image.blockSize, masks, level.maskSizes, subfile),
    short(TAG.BitsPerSample, 1),
    short(TAG.Compression, DEFLATE),
    short(TAG.Photometric, PHOTOMETRIC.mask),
    short(TAG.SamplesPerPixel, 1),
    short(TAG.SampleFormat, 1),
  ];
}

function blockTags(
  { width, height }: EncodedLevel,
  blockSize: number,
  offsets: readonly number[],
  sizes: readonly number[],
  subfile: number,
): readonly TiffTag[] {
  return [
    ...(subfile === 0 ? [] : [long(TAG.NewSubfileType, subfile)]),
    long(TAG.ImageWidth, width),
    long(TAG.ImageLength, height),
    short(TAG.PlanarConfiguration, 1),
    long(TAG.TileWidth, blockSize),
    long(TAG.TileLength, blockSize),
    { id: TAG.TileOffsets, type: "offset", values: offsets },
    { id: TAG.TileByteCounts, type: "long", values: sizes },
  ];
}

/** Tags of the file as a whole, which the first IFD carries. */
function fileTags({ grid, tags, bandNames, palette }: CogImage): readonly TiffTag[] {
  const metadata = gdalMetadataXml({ tags, bandNames, classes: palette ?? [] });
  return [...geoTags(grid), ...(metadata === null ? [] : [ascii(TAG.GdalMetadata, metadata)])];
}

/** 256 reds, then greens, then blues, of 16 bits each; black where no class is. */
function colorMap(palette: readonly LandCoverClass[]): readonly number[] {
  const map = new Array<number>(3 * 256).fill(0);
  for (const { id, color } of palette)
    rgbOf(color).forEach((value, channel) => {
      map[channel * 256 + id] = value * 257;
    });
  return map;
}
