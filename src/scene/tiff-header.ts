import { GeoTIFF } from "geotiff";
import { messageOf, UserError } from "../errors.ts";
import { type ByteSource, pagedReader } from "./byte-source.ts";
import { describeFirstBytes } from "./first-bytes.ts";
import { damagedHeader } from "./scene-errors.ts";
import { directoryOffsets } from "./tiff-directories.ts";
import { TiffTags } from "./tiff-tags.ts";

/** The directories of a TIFF, read and checked. */
export interface TiffHeader {
  readonly path: string;
  readonly byteLength: number;
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  readonly directories: readonly TiffTags[];
}

/**
 * Reads every directory of a TIFF with geotiff.js, after the chain was checked: geotiff.js itself follows loops, believes
 * impossible counts, and reads long tags of big-endian files as little-endian unless they are read eagerly.
 */
export async function readTiffHeader(source: ByteSource): Promise<TiffHeader> {
  const { path, byteLength } = source;
  const read = pagedReader(source);
  const { littleEndian, bigTiff } = byteOrderOf(path, await read(0, Math.min(16, byteLength)));
  const offsets = await directoryOffsets({ path, byteLength, littleEndian, bigTiff, read });
  try {
    const tiff = await GeoTIFF.fromSource(geotiffSource(read, byteLength));
    tiff.parser.eager = true;
    const directories: TiffTags[] = [];
    for (const offset of offsets) {
      const directory = await tiff.parser.parseFileDirectoryAt(offset);
      directories.push(new TiffTags(path, directory.actualizedFields));
    }
    return { path, byteLength, littleEndian, bigTiff, directories };
  } catch (error) {
    throw error instanceof UserError ? error : damagedHeader(path, messageOf(error), error);
  }
}

function byteOrderOf(path: string, head: Uint8Array): Pick<TiffHeader, "littleEndian" | "bigTiff"> {
  const [a, b, c, d] = head;
  const littleEndian = a === 0x49 && b === 0x49;
  const magic = littleEndian ? [c, d] : [d, c];
  if (
    (!littleEndian && !(a === 0x4d && b === 0x4d)) ||
    magic[1] !== 0 ||
    (magic[0] !== 42 && magic[0] !== 43)
  )
    throw new UserError(
      "not-a-tiff",
      `${path} is not a TIFF: ${describeFirstBytes(head)}.`,
      "Give a GeoTIFF; gdal_translate converts other rasters.",
    );
  return { littleEndian, bigTiff: magic[0] === 43 };
}

/** Our bytes as geotiff.js takes them. Reads past the end come back short, so that it throws instead of seeing zeros. */
function geotiffSource(read: (offset: number, length: number) => Promise<Uint8Array>, byteLength: number) {
  const fetchSlice = async ({ offset, length }: { readonly offset: number; readonly length: number }) => {
    const bytes = await read(offset, Math.max(0, Math.min(length, byteLength - offset)));
    return { offset, length, data: bytes.slice().buffer };
  };
  return {
    fileSize: byteLength,
    fetchSlice,
    fetch: async (slices: { readonly offset: number; readonly length: number }[]) =>
      Promise.all(slices.map(async (slice) => (await fetchSlice(slice)).data)),
    close: () => Promise.resolve(),
  };
}
