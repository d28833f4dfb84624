import { access, open } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { framingErrors } from "./cog-framing.ts";
import { layoutFaults } from "./cog-rules.ts";
import { type ReadAt, readTiffStructure, TiffFault, type TiffStructure } from "./tiff-structure.ts";

/** What the validator found a file to be. */
export interface CogFacts {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly bitsPerSample: number;
  /** Value of the Compression tag. */
  readonly compression: number;
  readonly tiled: boolean;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly bigTiff: boolean;
  readonly byteLength: number;
  /** Bytes before the first block: what a client reads to know the file. */
  readonly headerBytes: number;
  /** Largest first. */
  readonly overviews: readonly { readonly width: number; readonly height: number }[];
  readonly masked: boolean;
  /** True when the file carries GDAL's promises about the order and frames of its blocks. */
  readonly optimizedLayout: boolean;
}

/** Errors break a rule of cloud-optimised GeoTIFF, warnings a recommendation; facts are null where the file is no readable TIFF. */
export interface CogReport {
  readonly errors: string[];
  readonly warnings: string[];
  readonly facts: CogFacts | null;
}

/**
 * Checks a local file against the rules of cloud-optimised GeoTIFF, as GDAL's and rio-cogeo's validators do: tiles, overviews inside
 * the file from large to small, IFDs first, then the data of the smallest overview to that of full resolution; and whether GDAL's
 * promises hold. Throws UserError "no-such-file" or "not-readable".
 */
export async function validateCog(path: string): Promise<CogReport> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw openError(path, error);
  });
  try {
    const { size } = await file.stat();
    const read: ReadAt = async (offset, length) => {
      const buffer = new Uint8Array(length);
      const { bytesRead } = await file.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const report = await cogReport(read, size);
    if (!(await exists(`${path}.ovr`))) return report;
    return {
      ...report,
      errors: [...report.errors, "the overviews are in an .ovr file beside it"],
      warnings: [],
    };
  } finally {
    await file.close();
  }
}

/** The same for bytes from anywhere, of which `byteLength` are there. */
export async function cogReport(read: ReadAt, byteLength: number): Promise<CogReport> {
  try {
    const structure = await readTiffStructure(read, byteLength);
    const { errors, warnings } = layoutFaults(structure);
    const broken = errors.length > 0 ? [] : await framingErrors(structure, read);
    return { errors: [...errors, ...broken], warnings, facts: factsOf(structure) };
  } catch (error) {
    if (error instanceof TiffFault) return { errors: [error.message], warnings: [], facts: null };
    throw error;
  }
}

function openError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT")
    return new UserError("no-such-file", `${path}: there is no such file.`, "Check the path.", {
      cause: error,
    });
  if (code === "EACCES" || code === "EPERM")
    return new UserError("not-readable", `${path}: not readable.`, "Check who may read it.", {
      cause: error,
    });
  return error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function factsOf({ images, bigTiff, byteLength, ghost }: TiffStructure): CogFacts {
  const main = images[0]!;
  const { width, height, bands, bitsPerSample, compression, tiled, blockWidth, blockHeight } = main;
  const starts = images.flatMap(({ offsets }) => offsets.filter((offset) => offset > 0));
  return {
    ...{ width, height, bands, bitsPerSample, compression, tiled, blockWidth, blockHeight },
    ...{ bigTiff, byteLength, optimizedLayout: ghost !== null },
    headerBytes: starts.reduce((first, offset) => Math.min(first, offset), byteLength),
    overviews: images
      .filter(({ role }) => role === "overview")
      .map(({ width, height }) => ({ width, height })),
    masked: images.some(({ role }) => role === "mask"),
  };
}
