import { copyBytes } from "../copy-bytes.ts";

/** Samples that the writer takes. */
export type Samples = Uint8Array | Uint16Array;

/** Whole rows of one level: rows · width · bands samples, interleaved; the mask (rows · width, 1 = data) where the file has one. */
export interface Strip {
  readonly data: Samples;
  readonly mask: Uint8Array | null;
  readonly rows: number;
}

/** Samples of a type, all zero. */
export function samplesLike(type: "uint8" | "uint16", length: number): Samples {
  return type === "uint8" ? new Uint8Array(length) : new Uint16Array(length);
}

/** The same in memory that worker threads see too. */
export function sharedSamples(type: "uint8" | "uint16", length: number): Samples {
  return type === "uint8"
    ? new Uint8Array(new SharedArrayBuffer(length))
    : new Uint16Array(new SharedArrayBuffer(2 * length));
}

/** Copies samples to place `at` of others of their type: see copyBytes. */
export function copySamples(target: Samples, at: number, samples: Samples): void {
  copyBytes(bytesOf(target), at * target.BYTES_PER_ELEMENT, bytesOf(samples));
}

/** One block, whole: size · size · bands samples, interleaved. */
export interface Block {
  readonly data: Samples;
  readonly size: number;
  readonly bands: number;
}

/** How a strip is cut: its width (px), its bands, the block side (px) and what fills a block past the edge of the raster. */
export interface CutOptions {
  readonly width: number;
  readonly bands: number;
  readonly size: number;
  /** A sample, or "edge": the last column and row again, which keeps a lossy codec from ringing into the picture. */
  readonly padding: number | "edge";
}

/** Samples of a block. */
export function blockLength({ size, bands }: Pick<CutOptions, "size" | "bands">): number {
  return size * size * bands;
}

/** The block that starts at column `col` of a strip of at most `size` rows: a copy, in `block` (size · size · bands samples). */
export function cutBlock(
  data: Samples,
  rows: number,
  col: number,
  options: CutOptions,
  block: Samples = samplesLike(data instanceof Uint8Array ? "uint8" : "uint16", blockLength(options)),
): Block {
  const { width, bands, size, padding } = options;
  if (padding !== "edge" && (rows < size || width - col < size)) block.fill(padding);
  const run = Math.min(size, width - col) * bands;
  const stride = size * bands;
  for (let row = 0; row < rows; row++) {
    const from = (row * width + col) * bands;
    block.set(data.subarray(from, from + run), row * stride);
    if (padding === "edge") repeatLastPixel(block, row * stride + run, (row + 1) * stride, bands);
  }
  if (padding === "edge")
    for (let row = rows; row < size; row++)
      block.copyWithin(row * stride, (rows - 1) * stride, rows * stride);
  return { data: block, size, bands };
}

function repeatLastPixel(block: Samples, from: number, to: number, bands: number): void {
  for (let i = from; i < to; i++) block[i] = block[i - bands]!;
}

/** A mask of 0 and non-zero bytes as bits, the first pixel in the highest: TIFF's 1-bit transparency mask. Length: a multiple of 8. */
export function packBits(mask: Uint8Array): Uint8Array {
  const packed = new Uint8Array(mask.length / 8);
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) packed[i >> 3]! |= 128 >> (i & 7);
  return packed;
}

/** The bytes of samples as they lie in memory: little-endian, as the files are, on every machine that Node is built for in practice. */
export function bytesOf(data: Samples): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** True when all samples are the same: compared as bytes against themselves one sample further, at the speed of memcmp. */
export function isConstant(data: Samples): boolean {
  const bytes = bytesOf(data);
  const size = data.BYTES_PER_ELEMENT;
  return bytes.compare(bytes, size, bytes.length, 0, bytes.length - size) === 0;
}
