import { keptKernels } from "../kernels/kept-kernels.ts";

/** The kernel's table of codes, a word each. */
const TABLE_BYTES = 4 * 4098;
/** Before the output lie the strings of the codes below 256. */
const LITERALS = 256;
/** What the kernel may write behind its output, and multiplies an unknown code by. */
const SLACK = 16;
const CODE_UNIT = 8192;
const TOO_LONG = -1;

const kernels = keptKernels<"table" | "input" | "output">();

/**
 * Decodes TIFF LZW (TIFF 6.0 section 13: codes of 9–12 bits, high bit first, one code early) to at most `limit` bytes. Throws on a code
 * that cannot be and on strings past `limit`.
 */
export function decodeLzw(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes[0] === 0 && ((bytes[1] ?? 0) & 1) === 1) throw new RangeError("old-style LZW is not supported");
  const room = { table: TABLE_BYTES, input: bytes.length, output: LITERALS + limit + SLACK };
  const { run, at, bytes: memory } = kernels(room);
  memory.input.set(bytes);
  const length = run.decodeLzw(at.input, bytes.length, at.output + LITERALS, limit, at.table);
  if (length === TOO_LONG) throw new RangeError("LZW data is longer than the block");
  if (length < 0)
    throw new RangeError(
      `LZW code ${Math.floor(-length / CODE_UNIT)} is not in the table of ${-length % CODE_UNIT}`,
    );
  return memory.output.slice(LITERALS, LITERALS + length);
}
