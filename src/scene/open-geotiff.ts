import { containsWindow, describeWindow, fullWindow, type Window } from "../geo/window.ts";
import { type ByteSource, openByteSource } from "./byte-source.ts";
import { codecName } from "./codec-names.ts";
import { parseGdalMetadata } from "./gdal-metadata.ts";
import { readGeoreference } from "./georeference.ts";
import { paletteOf, readCategoryNames, readColorMap } from "./palette.ts";
import type { RasterBlock } from "./raster-block.ts";
import { readSamples } from "./read-window.ts";
import type { MaskSource, Scene, Storage } from "./scene.ts";
import { readTiffBands, type TiffBands } from "./tiff-bands.ts";
import { type CacheOptions, cacheBytesFor, type TiffBlocks, tiffBlocks } from "./tiff-blocks.ts";
import { readTiffHeader, type TiffHeader } from "./tiff-header.ts";
import { type Level, overviewsOf, readLevels } from "./tiff-levels.ts";
import { TAG, type TiffTags } from "./tiff-tags.ts";
import { bothMasks, maskByAlpha, maskByValue, type NodataRule } from "./validity.ts";

/**
 * Opens a GeoTIFF, local or behind an http(s) URL with byte ranges. Blocks are decoded once for overlapping windows.
 * Throws UserError for whatever cannot be read: missing, not a TIFF, damaged, or stored in a way that is not supported.
 */
export async function openGeotiff(pathOrUrl: string, options: CacheOptions = {}): Promise<Scene> {
  const source = await openByteSource(pathOrUrl);
  try {
    return await geotiffScene(source, await readTiffHeader(source), options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function geotiffScene(source: ByteSource, header: TiffHeader, options: CacheOptions): Promise<Scene> {
  const tags = header.directories[0]!;
  const levels = readLevels(header);
  const { image, mask } = levels[0];
  const metadata = parseGdalMetadata(tags.text(TAG.gdalMetadata));
  const bands = readTiffBands(image, tags, metadata);
  const nodata = parseNodata(tags.text(TAG.gdalNodata));
  const rule = { nodata, nan: image.sampleType.startsWith("float") };
  const cacheBytes = cacheBytesFor(image, options);
  const blocks = tiffBlocks(source, cacheBytes);
  return {
    path: source.path,
    grid: { width: image.width, height: image.height, ...(await readGeoreference(source.path, tags)) },
    bands: bands.bands,
    sampleType: image.sampleType,
    nodata,
    maskSource: maskSourceOf(mask !== null, bands.alpha !== null, rule),
    overviews: overviewsOf(levels),
    storage: storageOf(header, levels[0], cacheBytes),
    palette: paletteOf(readColorMap(tags), await readCategoryNames(source.path, metadata), nodata),
    tags: { ...datedBy(tags), ...metadata.tags },
    read: (window, request = {}) =>
      readLevel({ path: source.path, levels, blocks, bands, rule }, window, request),
    close: () => source.close(),
  };
}

/** When the image was made, under the name that GDAL gives the TIFF tag. */
function datedBy(tags: TiffTags): Scene["tags"] {
  const date = tags.text(TAG.dateTime);
  return date === null ? {} : { TIFFTAG_DATETIME: date };
}

interface Reading {
  readonly path: string;
  readonly levels: readonly Level[];
  readonly blocks: TiffBlocks;
  readonly bands: TiffBands;
  readonly rule: NodataRule;
}

async function readLevel(
  { path, levels, blocks, bands, rule }: Reading,
  window: Window,
  { bands: chosen, level = 0 }: { readonly bands?: readonly number[]; readonly level?: number },
): Promise<RasterBlock> {
  const found = levels[level];
  if (found === undefined) throw new RangeError(`${path} has no level ${level}`);
  const { image, mask } = found;
  if (!containsWindow(fullWindow(image), window))
    throw new RangeError(
      `${path}: ${describeWindow(window)} is not inside level ${level} of ${image.width} x ${image.height} px`,
    );
  const samples = chosen === undefined ? bands.samples : chosen.map((band) => sampleOf(path, bands, band));
  const data = await readSamples(image, blocks, { window, samples, fill: rule.nodata ?? 0 });
  const alpha =
    bands.alpha === null
      ? null
      : maskByAlpha(await readSamples(image, blocks, { window, samples: [bands.alpha], fill: 0 }));
  const inside =
    mask === null ? null : maskByAlpha(await readSamples(mask, blocks, { window, samples: [0], fill: 0 }));
  const valid = bothMasks(bothMasks(inside, alpha), maskByValue(data, samples.length, rule));
  return { window, bands: samples.length, data, mask: valid };
}

function sampleOf(path: string, { samples }: TiffBands, band: number): number {
  const sample = samples[band];
  if (sample === undefined) throw new RangeError(`${path} has no band ${band}; it has ${samples.length}`);
  return sample;
}

/** GDAL_NODATA is text: a number, "nan" or "inf". */
function parseNodata(text: string | null): number | null {
  const word = text?.trim().toLowerCase() ?? "";
  if (word === "") return null;
  if (/^[+-]?nan$/.test(word)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith("-") ? -Infinity : Infinity;
  const value = Number(word);
  return Number.isNaN(value) ? null : value;
}

function maskSourceOf(mask: boolean, alpha: boolean, { nodata, nan }: NodataRule): MaskSource {
  if (mask) return "mask";
  if (alpha) return "alpha";
  if (nodata !== null && !Number.isNaN(nodata)) return "nodata";
  return nan ? "nan" : "none";
}

function storageOf({ bigTiff, byteLength }: TiffHeader, { image }: Level, cacheBytes: number): Storage {
  return {
    format: bigTiff ? "BigTIFF" : "GeoTIFF",
    compression: codecName(image.compression),
    blockWidth: image.blockWidth,
    blockHeight: image.blockHeight,
    tiled: image.tiled,
    byteLength,
    cacheBytes,
  };
}
