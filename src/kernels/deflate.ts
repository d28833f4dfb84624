import { keptKernels } from "./kept-kernels.ts";

/** Bytes that share a prefix code, and what such a code takes at most (assembly/deflate.ts). */
const CHUNK = 32_768;
const CODE_BYTES = 400;

const kernels = keptKernels<"source" | "target">();

/**
 * A zlib stream of the bytes whose only matches are runs of one byte: as small as matching on labels and on differences of smooth
 * quantities, in a third of the time of zlib's Z_RLE. With `rowLength` (bytes, a multiple of 16) it is of the differences along each row.
 */
export function deflateBytes(
  bytes: Uint8Array,
  { rowLength }: { readonly rowLength?: number } = {},
): Uint8Array<ArrayBuffer> {
  const { length } = bytes;
  const { run, at, bytes: memory } = kernels({ source: length, target: deflateRoom(length) });
  memory.source.set(bytes);
  if (rowLength !== undefined) run.differenceBytes(at.source, length / rowLength, rowLength);
  return memory.target.slice(0, run.deflate(at.source, length, at.target));
}

/** Bytes that the stream of so many bytes takes at most. */
export function deflateRoom(length: number): number {
  return Math.ceil(length * 1.125) + (Math.ceil(length / CHUNK) + 1) * CODE_BYTES;
}
