import { deflateBytes } from "../kernels/deflate.ts";
import { type Block, bytesOf, isConstant, type Samples } from "./strip.ts";
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
  readonly predictor?: 1 | 2;
}

/** Deflate, on this thread: see deflateBytes. */
export function deflateCodec({ predictor = 1 }: DeflateOptions = {}): BlockCodec {
  return onceForConstant({
    compression: 8,
    deflate: { predictor },
    photometric: null,
    tags: predictor === 1 ? [] : [{ id: TAG.Predictor, type: "short", values: [predictor] }],
    padding: "fill",
    encode: async (block) =>
      predictor === 1 ? deflateBytes(bytesOf(block.data)) : deflateDifferences(block),
  });
}

function deflateDifferences(block: Block): Uint8Array {
  const { data, size, bands } = block;
  if (bands === 1 && data instanceof Uint8Array && size % 16 === 0)
    return deflateBytes(data, { rowLength: size });
  differenceRows(block);
  return deflateBytes(bytesOf(data));
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
export function differenceRows({ data, size, bands }: Block): void {
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
