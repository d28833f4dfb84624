import { mapOrdered } from "../stream.ts";
import { type BlockCodec, deflateCodec } from "./block-codec.ts";
import { type HalvingOptions, halfOf, halveStrip } from "./overview.ts";
import type { PartFile } from "./part-file.ts";
import {
  blockLength,
  type CutOptions,
  cutBlock,
  packBits,
  type Samples,
  type Strip,
  samplesLike,
} from "./strip.ts";

/** What a level is made of. */
export interface LevelOptions extends HalvingOptions {
  readonly sampleType: "uint8" | "uint16";
  /** Side of a block (px), a multiple of 16. */
  readonly blockSize: number;
  readonly codec: BlockCodec;
  readonly masked: boolean;
}

/** What a level must remember to go on in another process: the rows that wait for their strip, and what is on the disk. */
export interface LevelState {
  readonly rows: number;
  readonly data: Samples;
  readonly mask: Uint8Array | null;
  readonly blockSizes: readonly number[];
  readonly maskSizes: readonly number[];
  /** Bytes of the level's file. */
  readonly bytes: number;
}

/** Blocks encoded at a time: as many as libuv has threads by default. */
const CONCURRENCY = 4;

const maskCodec = deflateCodec();

/**
 * One level of a COG on its way to disk: collects rows into a strip of blocks, appends the encoded blocks to its file, each
 * followed by its mask, and hands the strip, halved, to the next level. It never holds more than a strip and its half.
 */
export class LevelWriter {
  /** Encoded length (bytes) of each block, row by row, without its frame; and of its mask, where there is one. */
  readonly blockSizes: number[];
  readonly maskSizes: number[];

  readonly #file: PartFile;
  readonly #options: LevelOptions;
  readonly #next: LevelWriter | null;
  readonly #strip: Strip;
  readonly #half: Strip | null;
  /** Blocks that are encoded and may be filled again: to touch new memory costs more than to fill it. */
  readonly #spare: Samples[] = [];
  #rows: number;
  #bytes: number;

  constructor(file: PartFile, options: LevelOptions, next: LevelWriter | null, state: LevelState | null) {
    this.#file = file;
    this.#options = options;
    this.#next = next;
    this.#strip = emptyStrip(options, options.width, options.blockSize);
    this.#half = next === null ? null : emptyStrip(options, halfOf(options.width), options.blockSize / 2);
    this.blockSizes = [...(state?.blockSizes ?? [])];
    this.maskSizes = [...(state?.maskSizes ?? [])];
    this.#rows = state?.rows ?? 0;
    this.#bytes = state?.bytes ?? 0;
    if (state !== null) this.#strip.data.set(state.data);
    if (state?.mask != null) this.#strip.mask?.set(state.mask);
  }

  /** Where the level stands, once its bytes are on the disk. The arrays are views: they hold until the next write. */
  async state(): Promise<LevelState> {
    await this.#file.sync();
    const pixels = this.#rows * this.#options.width;
    return {
      rows: this.#rows,
      data: this.#strip.data.subarray(0, pixels * this.#options.bands),
      mask: this.#strip.mask?.subarray(0, pixels) ?? null,
      blockSizes: this.blockSizes,
      maskSizes: this.maskSizes,
      bytes: this.#bytes,
    };
  }

  /** Appends rows of the level's width. A strip without a mask is all data. */
  async write({ data, mask, rows }: Strip): Promise<void> {
    const { width, bands, blockSize } = this.#options;
    for (let from = 0; from < rows; ) {
      const to = Math.min(rows, from + blockSize - this.#rows);
      const samples = data.subarray(from * width * bands, to * width * bands);
      this.#strip.data.set(samples, this.#rows * width * bands);
      const at = this.#rows * width;
      if (mask !== null) this.#strip.mask?.set(mask.subarray(from * width, to * width), at);
      else this.#strip.mask?.fill(1, at, at + (to - from) * width);
      this.#rows += to - from;
      from = to;
      if (this.#rows === blockSize) await this.#flush();
    }
  }

  /** Writes what is left of the last strip, here and in the levels below. */
  async finish(): Promise<void> {
    if (this.#rows > 0) await this.#flush();
    await this.#next?.finish();
  }

  async #flush(): Promise<void> {
    const strip: Strip = { ...this.#strip, rows: this.#rows };
    const columns = blockColumns(this.#options);
    const blocks = mapOrdered(columns, (col) => this.#encode(strip, col), { concurrency: CONCURRENCY });
    for await (const { block, mask } of blocks) {
      this.blockSizes.push(block.length);
      if (mask !== null) this.maskSizes.push(mask.length);
      const bytes = framed(mask === null ? [block] : [block, mask]);
      await this.#file.append(bytes);
      this.#bytes += bytes.length;
    }
    if (this.#next !== null && this.#half !== null) {
      halveStrip(strip, this.#options, this.#half);
      await this.#next.write({ ...this.#half, rows: halfOf(this.#rows) });
    }
    this.#rows = 0;
  }

  async #encode(
    { data, mask, rows }: Strip,
    col: number,
  ): Promise<{ readonly block: Uint8Array; readonly mask: Uint8Array | null }> {
    const { width, bands, blockSize: size, codec, nodata } = this.#options;
    const padding: CutOptions["padding"] = codec.padding === "edge" ? "edge" : (nodata ?? 0);
    const cutting = { width, bands, size, padding };
    const samples = this.#spare.pop() ?? samplesLike(this.#options.sampleType, blockLength(cutting));
    const block = codec.encode(cutBlock(data, rows, col, cutting, samples)).then((bytes) => {
      this.#spare.push(samples);
      return bytes;
    });
    if (mask === null) return { block: await block, mask };
    const cut = cutBlock(mask, rows, col, { width, bands: 1, size, padding: 0 });
    const bits = maskCodec.encode({ data: packBits(cut.data as Uint8Array), size, bands: 1 });
    const [blockBytes, maskBytes] = await Promise.all([block, bits]);
    return { block: blockBytes, mask: maskBytes };
  }
}

function emptyStrip({ sampleType, bands, masked }: LevelOptions, width: number, rows: number): Strip {
  const data = samplesLike(sampleType, width * rows * bands);
  return { data, mask: masked ? new Uint8Array(width * rows) : null, rows };
}

function* blockColumns({ width, blockSize }: LevelOptions): Generator<number> {
  for (let col = 0; col < width; col += blockSize) yield col;
}

/** Blocks as GDAL's COG layout frames them: length before (LEADER=SIZE_AS_UINT4), last four bytes again behind (TRAILER). */
function framed(blocks: readonly Uint8Array[]): Buffer {
  const parts = blocks.flatMap((block) => {
    const leader = Buffer.alloc(4);
    leader.writeUInt32LE(block.length);
    return [leader, block, block.subarray(block.length - 4)];
  });
  return Buffer.concat(parts);
}
