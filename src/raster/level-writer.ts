import type { CpuThreads } from "../cpu-threads.ts";
import { levelEncoder } from "./level-encoder.ts";
import { halfOf } from "./overview.ts";
import type { PartFile } from "./part-file.ts";
import { copySamples, type Samples, type Strip, samplesLike, sharedSamples } from "./strip.ts";
import type { EncodingOptions, StripEncoder } from "./strip-encoder.ts";
import { threadedEncoder } from "./threaded-encoder.ts";

/** Encoded blocks that are written together, unless the strip ends (bytes). */
const WRITE_BYTES = 1 << 20;

/** What a level is made of. */
export interface LevelOptions extends EncodingOptions {
  /** Threads that encode a strip while the next one is filled; null for this one, at once. */
  readonly threads: CpuThreads | null;
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

/**
 * One level of a COG on its way to disk: collects rows into a strip of blocks, appends the encoded blocks to its file, each
 * followed by its mask, and hands the strip, halved, to the next level. It never holds more than a strip and its half; with
 * threads a second strip, which they encode while the first is filled again.
 */
export class LevelWriter {
  /** Encoded length (bytes) of each block, row by row, without its frame; and of its mask, where there is one. */
  readonly blockSizes: number[];
  readonly maskSizes: number[];

  readonly #file: PartFile;
  readonly #options: LevelOptions;
  readonly #next: LevelWriter | null;
  readonly #encoder: StripEncoder;
  #strip: Strip;
  /** The strip that threads encode or have encoded; null without threads. */
  #other: Strip | null;
  readonly #half: Strip | null;
  /** Of the strip before: its blocks are in the file, and its half is with the next level. */
  #written: Promise<void> = Promise.resolve();
  #rows: number;
  #bytes: number;

  constructor(file: PartFile, options: LevelOptions, next: LevelWriter | null, state: LevelState | null) {
    const { width, blockSize, codec, threads } = options;
    const isShared = threads !== null && codec.deflate !== null;
    this.#file = file;
    this.#options = options;
    this.#next = next;
    this.#encoder = isShared ? threadedEncoder(threads, options, codec.deflate) : levelEncoder(options);
    this.#strip = emptyStrip(options, width, blockSize, isShared);
    this.#other = isShared ? emptyStrip(options, width, blockSize, isShared) : null;
    this.#half = next === null ? null : emptyStrip(options, halfOf(width), blockSize / 2, isShared);
    this.blockSizes = [...(state?.blockSizes ?? [])];
    this.maskSizes = [...(state?.maskSizes ?? [])];
    this.#rows = state?.rows ?? 0;
    this.#bytes = state?.bytes ?? 0;
    if (state !== null) this.#strip.data.set(state.data);
    if (state?.mask != null) this.#strip.mask?.set(state.mask);
  }

  /** Where the level stands, once its bytes are on the disk; call settle() before. The arrays are views: they hold until the next write. */
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
      copySamples(this.#strip.data, this.#rows * width * bands, samples);
      const at = this.#rows * width;
      if (mask !== null) this.#strip.mask?.set(mask.subarray(from * width, to * width), at);
      else this.#strip.mask?.fill(1, at, at + (to - from) * width);
      this.#rows += to - from;
      from = to;
      if (this.#rows === blockSize) await this.#flush();
    }
  }

  /** Waits until every full strip is written, here and in the levels below. */
  async settle(): Promise<void> {
    await this.#written;
    await this.#next?.settle();
  }

  /** Writes what is left of the last strip, here and in the levels below. */
  async finish(): Promise<void> {
    if (this.#rows > 0) await this.#flush();
    await this.#written;
    await this.#next?.finish();
  }

  async #flush(): Promise<void> {
    await this.#written;
    const strip = { ...this.#strip, rows: this.#rows };
    this.#rows = 0;
    if (this.#other === null) return this.#append(strip);
    [this.#strip, this.#other] = [this.#other, this.#strip];
    this.#written = this.#append(strip);
    this.#written.catch(() => undefined); // whoever comes next gets the error
  }

  async #append(strip: Strip): Promise<void> {
    let parts: Uint8Array[] = [];
    let length = 0;
    for await (const { block, mask } of this.#encoder.encode(strip, this.#half)) {
      this.blockSizes.push(block.length);
      if (mask !== null) this.maskSizes.push(mask.length);
      for (const part of mask === null ? [block] : [block, mask]) {
        parts.push(...framed(part));
        length += part.length;
      }
      if (length < WRITE_BYTES) continue;
      await this.#appendParts(parts);
      parts = [];
      length = 0;
    }
    await this.#appendParts(parts);
    if (this.#next !== null && this.#half !== null)
      await this.#next.write({ ...this.#half, rows: halfOf(strip.rows) });
  }

  async #appendParts(parts: readonly Uint8Array[]): Promise<void> {
    if (parts.length === 0) return;
    const bytes = Buffer.concat(parts);
    await this.#file.append(bytes);
    this.#bytes += bytes.length;
  }
}

function emptyStrip(
  { sampleType, bands, masked }: LevelOptions,
  width: number,
  rows: number,
  shared: boolean,
): Strip {
  const samples = (type: LevelOptions["sampleType"], length: number): Samples =>
    shared ? sharedSamples(type, length) : samplesLike(type, length);
  const data = samples(sampleType, width * rows * bands);
  return { data, mask: masked ? (samples("uint8", width * rows) as Uint8Array) : null, rows };
}

/** A block as GDAL's COG layout frames it: length before (LEADER=SIZE_AS_UINT4), last four bytes again behind (TRAILER). */
function framed(block: Uint8Array): Uint8Array[] {
  const leader = Buffer.alloc(4);
  leader.writeUInt32LE(block.length);
  return [leader, block, block.subarray(block.length - 4)];
}
