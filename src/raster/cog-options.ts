import type { CpuThreads } from "../cpu-threads.ts";
import type { Grid } from "../geo/grid.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import { type BlockCodec, deflateCodec } from "./block-codec.ts";
import type { CogImage } from "./cog-tags.ts";
import { halfOf, type OverviewMethod } from "./overview.ts";

/** What a COG is to be. */
export interface CogOptions {
  /** Size, affine and CRS; without a CRS only the transform is written. */
  readonly grid: Grid;
  readonly sampleType: "uint8" | "uint16";
  /** 1 by default. Three or more: red, green, blue, and further bands that mean what `bandNames` says. */
  readonly bands?: number;
  /** The value of pixels without data (GDAL_NODATA). */
  readonly nodata?: number;
  /** Classes of a uint8 raster of one band: its colour map and category names. */
  readonly palette?: readonly LandCoverClass[];
  /** How overviews are made: see halveStrip. */
  readonly overviews: OverviewMethod;
  /** Side of a block in px, a multiple of 16; 512 by default. */
  readonly blockSize?: number;
  /** How blocks are compressed: see defaultCodec. */
  readonly codec?: BlockCodec;
  /** Threads that encode while rows come; by default this one encodes and the next rows wait. The bytes are the same. */
  readonly threads?: CpuThreads;
  /** Writes an internal mask of one bit per pixel beside every level. */
  readonly mask?: boolean;
  /** Items of the file's GDAL_METADATA. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Names of the bands, in order. */
  readonly bandNames?: readonly string[];
  /** Writes a BigTIFF however small the file; by default only one that would pass 4 GB. */
  readonly bigTiff?: boolean;
}

/** Width and height of one level in px. */
export interface LevelSize {
  readonly width: number;
  readonly height: number;
}

/** Options with their defaults. Throws RangeError on what no TIFF of ours can be. */
export function cogImage(options: CogOptions): CogImage {
  const image: CogImage = {
    grid: options.grid,
    sampleType: options.sampleType,
    bands: options.bands ?? 1,
    nodata: options.nodata ?? null,
    palette: options.palette ?? null,
    blockSize: options.blockSize ?? 512,
    codec: options.codec ?? defaultCodec(options.overviews),
    masked: options.mask ?? false,
    tags: options.tags ?? {},
    bandNames: options.bandNames ?? [],
  };
  const fault = faultOf(image);
  if (fault !== null) throw new RangeError(fault);
  return image;
}

function faultOf({
  grid,
  sampleType,
  bands,
  nodata,
  palette,
  blockSize,
  bandNames,
}: CogImage): string | null {
  const { width, height } = grid;
  if (!isCount(width) || !isCount(height)) return `a raster of ${width} x ${height} px cannot be written`;
  if (!isCount(bands)) return `a raster of ${bands} bands cannot be written`;
  if (!isCount(blockSize / 16)) return `block size is ${blockSize}; TIFF wants a multiple of 16`;
  if (nodata !== null && !isSample(nodata, sampleType))
    return `nodata is ${nodata}; the samples are ${sampleType}`;
  if (bandNames.length > bands) return `${bandNames.length} band names for ${bands} band(s)`;
  if (palette !== null && (sampleType !== "uint8" || bands !== 1))
    return `a palette is for one band of uint8, not ${bands} of ${sampleType}`;
  const stray = palette?.find(({ id }) => !isSample(id, "uint8"));
  return stray === undefined ? null : `class ${stray.name} has id ${stray.id}; a palette has 0 to 255`;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function isSample(value: number, type: CogImage["sampleType"]): boolean {
  return Number.isInteger(value) && value >= 0 && value <= (type === "uint8" ? 255 : 65535);
}

/**
 * Run lengths for labels; for quantities, run lengths of the differences between neighbours: 5 % larger than matching at level 1,
 * as fast, and nodata costs nothing. Neither hashes its input, so the bytes do not depend on the processor's instructions.
 */
export function defaultCodec(overviews: OverviewMethod): BlockCodec {
  return overviews === "mode" ? deflateCodec() : deflateCodec({ predictor: 2 });
}

/** Sizes of full resolution and its overviews: halved until both sides fit a block. */
export function levelSizes({ grid, blockSize }: Pick<CogImage, "grid" | "blockSize">): readonly LevelSize[] {
  const sizes: LevelSize[] = [];
  let { width, height } = grid;
  for (; Math.max(width, height) > blockSize; [width, height] = [halfOf(width), halfOf(height)])
    sizes.push({ width, height });
  return [...sizes, { width, height }];
}
