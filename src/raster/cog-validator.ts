import { access, open } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { framingErrors } from "./cog-framing.ts";
import {
  type ReadAt,
  readTiffStructure,
  TiffFault,
  type TiffImage,
  type TiffStructure,
} from "./tiff-structure.ts";

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

/** Larger images than this (px, either side) must be tiled and should have overviews. */
const LARGE = 512;

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

/** Faults that the header alone tells. */
function layoutFaults(structure: TiffStructure): {
  readonly errors: string[];
  readonly warnings: string[];
} {
  const levels = levelsOf(structure);
  const [main] = levels;
  const large = main !== undefined && Math.max(main.width, main.height) > LARGE;
  return {
    errors: [
      ...tilingErrors(levels),
      ...ifdErrors(structure, levels),
      ...overviewErrors(levels),
      ...dataErrors(structure, levels),
    ],
    warnings:
      large && levels.length === 1
        ? [`${main.width} x ${main.height} px and no overviews: zooming out reads all of it`]
        : [],
  };
}

/** Full resolution and its overviews, in the order of their IFDs. */
function levelsOf({ images }: TiffStructure): readonly TiffImage[] {
  return images.filter((image, index) => index === 0 || image.role === "overview");
}

function nameOf(level: number): string {
  return level === 0 ? "the full resolution" : `overview ${level}`;
}

function tilingErrors(levels: readonly TiffImage[]): readonly string[] {
  return levels.flatMap(({ width, height, tiled }, level) =>
    !tiled && Math.max(width, height) > LARGE
      ? [`${nameOf(level)} (${width} x ${height} px) is in strips, not in tiles`]
      : [],
  );
}

function ifdErrors({ ifdsStart }: TiffStructure, levels: readonly TiffImage[]): readonly string[] {
  const first = levels[0]!.ifdOffset;
  const errors = first === ifdsStart ? [] : [`the first IFD is at byte ${first} instead of ${ifdsStart}`];
  for (let level = 1; level < levels.length; level++)
    if (levels[level]!.ifdOffset < levels[level - 1]!.ifdOffset)
      errors.push(`the IFD of ${nameOf(level)} lies before that of ${nameOf(level - 1)}`);
  return errors;
}

function overviewErrors(levels: readonly TiffImage[]): readonly string[] {
  return levels.flatMap(({ width, height }, level) => {
    const larger = levels[level - 1];
    return larger !== undefined && (width > larger.width || height > larger.height)
      ? [`${nameOf(level)} (${width} x ${height} px) is larger than ${nameOf(level - 1)}`]
      : [];
  });
}

function dataErrors({ images, byteLength }: TiffStructure, levels: readonly TiffImage[]): readonly string[] {
  const lastIfd = Math.max(...images.map(({ ifdOffset }) => ifdOffset));
  const starts = levels.map(({ offsets }) => offsets.find((offset) => offset > 0) ?? null);
  return levels.flatMap((image, level) => {
    const start = starts[level] ?? null;
    const smaller = starts[level + 1] ?? null;
    const errors: string[] = [];
    if (start !== null && start < lastIfd)
      errors.push(`the data of ${nameOf(level)} lies before the last IFD`);
    if (start !== null && smaller !== null && start < smaller)
      errors.push(`the data of ${nameOf(level)} lies before that of ${nameOf(level + 1)}`);
    return [...errors, ...blockErrors(image, level, byteLength)];
  });
}

function blockErrors(image: TiffImage, level: number, byteLength: number): readonly string[] {
  const { width, height, blockWidth, blockHeight, offsets, sizes } = image;
  const blocks = Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight);
  const errors = [];
  if (!(blocks > 0) || offsets.length < blocks || sizes.length !== offsets.length)
    errors.push(
      `${nameOf(level)} lists ${offsets.length} blocks and ${sizes.length} lengths; it has ${blocks}`,
    );
  const beyond = offsets.findIndex((offset, index) => offset + (sizes[index] ?? 0) > byteLength);
  if (beyond >= 0) errors.push(`block ${beyond} of ${nameOf(level)} lies past the end of the file`);
  return errors;
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
