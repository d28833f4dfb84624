import { deflateRoom } from "../kernels/deflate.ts";
import { fits } from "../kernels/kept-kernels.ts";
import { createKernels, type Kernels } from "../kernels/kernels.ts";
import { halfOf } from "./overview.ts";
import { copySamples, isConstant, type Strip } from "./strip.ts";
import type { Columns, EncodedBlock, EncodingOptions, StripEncoder } from "./strip-encoder.ts";

/** The byte that the kernels know as no data (assembly/halve.ts), and their step. */
const HOLE = 255;
const STEP = 16;

type Memory = Kernels<"rows" | "half" | "block" | "stream">;

/** Shared by the levels that this thread encodes, one after the other. */
let memory: Memory | null = null;

/** True for the rasters of a map: bytes of one band, deflated, with no mask and nothing but 255 as no data. */
export function isPlain({ sampleType, bands, nodata, masked, codec }: EncodingOptions): boolean {
  const isKnown = nodata === null || nodata === HOLE;
  return sampleType === "uint8" && bands === 1 && !masked && isKnown && codec.deflate !== null;
}

/** What BlockEncoder does, for plain rasters: all in the kernels' memory, into which a strip's rows are copied once. */
export class PlainStripEncoder implements StripEncoder {
  readonly #options: EncodingOptions;
  /** Blocks of one value, by it: a raster with much nodata is full of them. */
  readonly #constant = new Map<number, Uint8Array>();

  constructor(options: EncodingOptions) {
    this.#options = options;
  }

  *encode(
    strip: Strip,
    half: Strip | null,
    columns: Columns = { from: 0, to: this.#options.width },
  ): Generator<EncodedBlock> {
    const { blockSize } = this.#options;
    const width = columns.to - columns.from;
    const pitch = alignUp(width + 1);
    const kernels = roomyMemory(pitch, blockSize);
    this.#load(kernels, strip, columns, pitch);
    for (let col = 0; col < width; col += blockSize)
      yield { block: this.#block(kernels, col, width, strip.rows, pitch), mask: null };
    if (half !== null) this.#halve(kernels, half, columns, strip.rows, pitch);
  }

  /** Copies the rows, their last pixel doubled. */
  #load({ bytes }: Memory, strip: Strip, { from, to }: Columns, pitch: number): void {
    for (let row = 0; row < strip.rows; row++) {
      const start = row * this.#options.width;
      const end = row * pitch + to - from;
      copySamples(bytes.rows, row * pitch, strip.data.subarray(start + from, start + to));
      bytes.rows[end] = bytes.rows[end - 1]!;
    }
  }

  #block(kernels: Memory, col: number, width: number, rows: number, pitch: number): Uint8Array {
    const { run, at, bytes } = kernels;
    const { blockSize: size, nodata } = this.#options;
    run.cutBlock(at.rows + col, pitch, Math.min(size, width - col), rows, nodata ?? 0, size, at.block);
    const block = bytes.block.subarray(0, size * size);
    if (!isConstant(block)) return this.#deflate(kernels);
    const value = block[0]!;
    const stream = this.#constant.get(value) ?? this.#deflate(kernels);
    this.#constant.set(value, stream);
    return stream;
  }

  #deflate({ run, at, bytes }: Memory): Uint8Array {
    const { blockSize: size, codec } = this.#options;
    if (codec.deflate?.predictor === 2) run.differenceBytes(at.block, size, size);
    return bytes.stream.slice(0, run.deflate(at.block, size * size, at.stream));
  }

  #halve({ run, at, bytes }: Memory, half: Strip, { from, to }: Columns, rows: number, pitch: number): void {
    const { width, method, nodata } = this.#options;
    const halve = method === "mode" ? run.halveByMode : run.halveByMean;
    const count = halfOf(to - from);
    for (let row = 0; row < rows; row += 2) {
      const [top, bottom] = [row, Math.min(row + 1, rows - 1)].map((index) => at.rows + index * pitch);
      halve(top!, bottom!, count, nodata !== null, at.half);
      copySamples(half.data, (row / 2) * halfOf(width) + from / 2, bytes.half.subarray(0, count));
    }
  }
}

/** Kernels with room for a strip of `size` rows of so many bytes; those of before where they have it. */
function roomyMemory(pitch: number, size: number): Memory {
  const lengths = { rows: pitch * size, half: pitch, block: size * size, stream: deflateRoom(size * size) };
  if (memory === null || !fits(memory, lengths)) memory = createKernels(lengths);
  return memory;
}

function alignUp(length: number): number {
  return Math.ceil(length / STEP) * STEP;
}
