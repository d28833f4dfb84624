import type { Grid } from "../geo/grid.ts";
import { type LandCoverClass, rgbOf } from "../scene/class-scheme.ts";
import type { BlockCodec } from "./block-codec.ts";
import { gdalMetadataXml } from "./gdal-xml.ts";
import { geoTags } from "./geo-tags.ts";
import { TAG, type TiffTag } from "./tiff-encoder.ts";

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

const DEFLATE = 8;
const PHOTOMETRIC = { minIsBlack: 1, rgb: 2, palette: 3, mask: 4 } as const;
/** Values of NewSubfileType (TIFF 6.0), which add up. */
export const REDUCED = 1;
export const MASK = 4;

const short = (id: number, ...values: readonly number[]): TiffTag => ({ id, type: "short", values });
const long = (id: number, ...values: readonly number[]): TiffTag => ({ id, type: "long", values });
const ascii = (id: number, value: string): TiffTag => ({ id, type: "ascii", value });

/** The tags of full resolution (subfile 0) or an overview, whose blocks lie at `offsets`. */
export function imageTags(
  image: CogImage,
  level: EncodedLevel,
  offsets: readonly number[],
  subfile: number,
): readonly TiffTag[] {
  const { bands, sampleType, codec, palette, nodata } = image;
  const perBand = (value: number): readonly number[] => new Array<number>(bands).fill(value);
  const extra = bands - (bands >= 3 ? 3 : 1);
  return [
    ...blockTags(level, image.blockSize, offsets, level.blockSizes, subfile),
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

/** The tags of the mask beside a level. */
export function maskTags(
  image: CogImage,
  level: EncodedLevel,
  offsets: readonly number[],
  subfile: number,
): readonly TiffTag[] {
  return [
    ...blockTags(level, image.blockSize, offsets, level.maskSizes, subfile),
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
export function fileTags({ grid, tags, bandNames, palette }: CogImage): readonly TiffTag[] {
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
