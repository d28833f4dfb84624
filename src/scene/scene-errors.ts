import { messageOf, UserError } from "../errors.ts";
import { describeWindow, type Window } from "../geo/window.ts";

const DAMAGED_BLOCK_HINT =
  "The file is damaged or incomplete there: copy it again from its source, or pass --on-error skip to leave nodata there.";
const DAMAGED_HINT = "The file is damaged or incomplete there: copy it again from its source.";

/** Bytes were asked for past the end of the file. */
export function truncatedFile(path: string, offset: number, length: number, end: number): UserError {
  return new UserError(
    "truncated-file",
    `${path} ends at byte ${end}, but ${length} bytes from byte ${offset} belong to it.`,
    DAMAGED_HINT,
  );
}

/** The header contradicts itself or the file. */
export function damagedHeader(path: string, what: string, cause?: unknown): UserError {
  return new UserError("damaged-header", `${path}: the TIFF header is damaged: ${what}.`, DAMAGED_HINT, {
    cause,
  });
}

/** A block's bytes are not what its codec or its place needs. */
export function damagedBlock(path: string, block: string, window: Window, cause: unknown): UserError {
  return new UserError(
    "damaged-block",
    `${path}: ${block} (${describeWindow(window)}) cannot be decoded: ${messageOf(cause).replace(/\.$/, "")}.`,
    DAMAGED_BLOCK_HINT,
    { cause },
  );
}

/** The file uses something of TIFF that is not read here: names the tag and its value. */
export function unsupported(
  path: string,
  tag: string,
  value: string,
  options = "-co COMPRESS=DEFLATE",
): UserError {
  return new UserError(
    "unsupported-tiff",
    `${path}: ${tag} ${value} is not supported.`,
    `Convert it: gdal_translate ${options} input.tif output.tif`,
  );
}
