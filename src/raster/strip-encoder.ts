import { mapOrdered } from "../stream.ts";
import { type BlockCodec, deflateCodec } from "./block-codec.ts";
import { type HalvingOptions, halveStrip } from "./overview.ts";
import {
  blockLength,
  type CutOptions,
  cutBlock,
  packBits,
  type Samples,
  type Strip,
  samplesLike,
} from "./strip.ts";

/** How the blocks of a level are made. */
export interface EncodingOptions extends HalvingOptions {
  readonly sampleType: "uint8" | "uint16";
  readonly masked: boolean;
  /** Side of a block (px), a multiple of 16. */
  readonly blockSize: number;
  readonly codec: BlockCodec;
}

/** Columns of a strip (px), `from` at the edge of a block. */
export interface Columns {
  readonly from: number;
  readonly to: number;
}

/** The bytes of a block, and of its mask where there is one. */
export interface EncodedBlock {
  readonly block: Uint8Array;
  readonly mask: Uint8Array | null;
}

/** Turns the strips of one level into blocks. */
export interface StripEncoder {
  /** Encodes the strip's blocks, or those of some columns, from left to right, and halves these into `half` (see halveStrip) where it is not null. */
  encode(
    strip: Strip,
    half: Strip | null,
    columns?: Columns,
  ): AsyncIterable<EncodedBlock> | Iterable<EncodedBlock>;
}

/** Blocks encoded at a time by codecs with threads of their own: as many as libuv has by default. */
const CONCURRENCY = 4;

/** Cuts and halves on this thread; the blocks are compressed where their codec does it. */
export class BlockEncoder implements StripEncoder {
  readonly #options: EncodingOptions;
  readonly #maskCodec = deflateCodec();
  /** Blocks that are encoded and may be filled again: to touch new memory costs more than to fill it. */
  readonly #spare: Samples[] = [];

  constructor(options: EncodingOptions) {
    this.#options = options;
  }

  async *encode(
    strip: Strip,
    half: Strip | null,
    columns: Columns = { from: 0, to: this.#options.width },
  ): AsyncGenerator<EncodedBlock> {
    const starts = blockStarts(columns, this.#options.blockSize);
    yield* mapOrdered(starts, (col) => this.#encodeBlock(strip, col), { concurrency: CONCURRENCY });
    if (half !== null) halveStrip(strip, this.#options, half, columns);
  }

  async #encodeBlock({ data, mask, rows }: Strip, col: number): Promise<EncodedBlock> {
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
    const bits = this.#maskCodec.encode({ data: packBits(cut.data as Uint8Array), size, bands: 1 });
    const [blockBytes, maskBytes] = await Promise.all([block, bits]);
    return { block: blockBytes, mask: maskBytes };
  }
}

function* blockStarts({ from, to }: Columns, blockSize: number): Generator<number> {
  for (let col = from; col < to; col += blockSize) yield col;
}
