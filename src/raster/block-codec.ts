import { promisify } from "node:util";
import { constants, deflate, deflateSync, type ZlibOptions } from "node:zlib";
import { type Block, bytesOf, isConstant, type Samples, wordsOf } from "./strip.ts";
import { TAG, type TiffTag } from "./tiff-encoder.ts";

/** How the blocks of a raster become bytes, and the tags that tell a reader how to undo it. */
export interface BlockCodec {
  /** Value of the Compression tag. */
  readonly compression: number;
  /** Value of the Photometric tag where the codec decides it (JPEG stores YCbCr), else null. */
  readonly photometric: number | null;
  readonly tags: readonly TiffTag[];
  /** What a block holds past the edge of the raster: the nodata value (or 0), or the edge's own pixels again. */
  readonly padding: "fill" | "edge";
  /** Settings of a codec that another thread can make as well; null where only this one can. */
  readonly deflate: DeflateOptions | null;
  /** Encodes a block of the caller's own, whose samples may be overwritten. */
  readonly encode: (block: Block) => Promise<Uint8Array>;
}

/** Settings of deflate; `predictor` 2 stores the difference to the sample of the same band on the left. */
export interface DeflateOptions {
  readonly level?: number;
  readonly strategy?: "default" | "filtered" | "huffman" | "rle";
  readonly predictor?: 1 | 2;
}

const STRATEGIES = {
  default: constants.Z_DEFAULT_STRATEGY,
  filtered: constants.Z_FILTERED,
  huffman: constants.Z_HUFFMAN_ONLY,
  rle: constants.Z_RLE,
} as const;

const deflateAsync = promisify<Uint8Array, object, Buffer>(deflate);

/** Bytes as the blocks of deflateCodec are packed, without a predictor. */
export function deflateBytes(bytes: Uint8Array, options: DeflateOptions = {}): Buffer {
  return deflateSync(bytes, zlibOptions(options));
}

function zlibOptions({ level = 6, strategy = "rle" }: DeflateOptions): ZlibOptions {
  return { level, strategy: STRATEGIES[strategy], chunkSize: 1 << 15 };
}

/** Deflate, on the threads of libuv or on this one. Run lengths (the default) are several times faster than matching and as small on labels. */
export function deflateCodec(
  { predictor = 1, ...options }: DeflateOptions = {},
  { onThisThread = false }: { readonly onThisThread?: boolean } = {},
): BlockCodec {
  const compress = (bytes: Buffer): Promise<Buffer> =>
    onThisThread ? Promise.resolve(deflateBytes(bytes, options)) : deflateAsync(bytes, zlibOptions(options));
  return onceForConstant({
    compression: 8,
    deflate: { ...options, predictor },
    photometric: null,
    tags: predictor === 1 ? [] : [{ id: TAG.Predictor, type: "short", values: [predictor] }],
    padding: "fill",
    encode: (block) => {
      if (predictor === 2) differenceRows(block);
      return compress(bytesOf(block.data));
    },
  });
}

/** The same codec, encoding blocks of one value once: a raster with much nodata is full of them. */
export function onceForConstant(codec: BlockCodec): BlockCodec {
  const known = new Map<string, Promise<Uint8Array>>();
  const encode = (block: Block): Promise<Uint8Array> => {
    if (!isConstant(block.data)) return codec.encode(block);
    const key = `${block.data.byteLength} ${block.bands} ${block.size} ${block.data[0]}`;
    const bytes = known.get(key) ?? codec.encode(block);
    known.set(key, bytes);
    return bytes;
  };
  return { ...codec, encode };
}

/** TIFF predictor 2, in place (TIFF 6.0, section 14). */
function differenceRows({ data, size, bands }: Block): void {
  if (bands === 1 && data instanceof Uint8Array) {
    differenceBytes(wordsOf(data), size / 4);
    return;
  }
  const stride = size * bands;
  for (let start = 0; start < data.length; start += stride)
    for (let band = start; band < start + bands; band++) differenceSamples(data, band, start + stride, bands);
}

function differenceSamples(data: Samples, start: number, end: number, step: number): void {
  let left = 0;
  for (let i = start; i < end; i += step) {
    const sample = data[i]!;
    data[i] = sample - left;
    left = sample;
  }
}

const LOW_BITS = 0x7f7f7f7f;

/** The same of bytes, in rows of so many words, four at a time: the high bits are kept from borrowing of the byte above. */
function differenceBytes(words: Int32Array, stride: number): void {
  for (let i = 0; i < words.length; ) {
    let before = 0;
    for (const end = i + stride; i < end; i++) {
      const word = words[i]!;
      const left = (word << 8) | (before >>> 24);
      words[i] = ((word | ~LOW_BITS) - (left & LOW_BITS)) ^ ((word ^ ~left) & ~LOW_BITS);
      before = word;
    }
  }
}
