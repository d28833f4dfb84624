import { inflateSync } from "node:zlib";
import { codecName, isImageCodec } from "./codec-names.ts";
import type { BlockRows, ImageDecoder } from "./image-decoder.ts";
import { decodeLzw } from "./lzw.ts";
import { decodePackBits } from "./packbits.ts";
import { undoPredictor } from "./predictor.ts";
import type { BlockSamples, SampleArray, SampleType } from "./raster-block.ts";
import { samplesInBlock, storedBytes, type TiffImage } from "./tiff-image.ts";
import { decodeZstd } from "./zstd.ts";

/** Decompresses a block that is `limit` bytes long at most and returns its bytes, or throws. */
type Decompress = (bytes: Uint8Array, limit: number) => Uint8Array | Promise<Uint8Array>;

const inflate: Decompress = (bytes, limit) =>
  inflateSync(bytes, { chunkSize: Math.max(64, limit + 1), maxOutputLength: limit });

const BYTE_CODECS: Readonly<Record<number, Decompress>> = {
  1: (bytes) => bytes,
  5: decodeLzw,
  8: inflate,
  32946: inflate,
  32773: decodePackBits,
  50000: decodeZstd,
};

/**
 * Decodes one block: samples of `rows` rows of `blockWidth` pixels, the block's samples interleaved, in the machine's byte
 * order. 1-bit samples become one byte each. Throws when the bytes do not decode to at least `rows` rows or to more than a
 * whole block: no pixel is invented. The bytes that are read may be overwritten.
 */
export async function decodeBlock(
  image: TiffImage,
  reading: Promise<Uint8Array>,
  { decodeImage, ...place }: BlockRows & { readonly decodeImage: ImageDecoder },
): Promise<BlockSamples> {
  if (isImageCodec(image.compression)) return decodeImage(image, reading, place);
  const expected = storedBytes(image, place.rows);
  const decompress = BYTE_CODECS[image.compression];
  if (decompress === undefined) throw new RangeError(`no codec for ${codecName(image.compression)}`);
  const stored = await decompress(await reading, storedBytes(image, image.blockHeight));
  if (stored.byteLength < expected)
    throw new RangeError(`it holds ${stored.byteLength} bytes of ${expected}`);
  const exact = stored.subarray(0, expected);
  const rowLength = image.blockWidth * samplesInBlock(image);
  const samples = image.bits === 1 ? unpackBits(exact, rowLength, place.rows) : toSamples(image, exact);
  return { samples, rowLength, byteLength: samples.byteLength };
}

function toSamples(image: TiffImage, bytes: Uint8Array): SampleArray {
  const own = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  if (!image.littleEndian && image.predictor !== 3) swapBytes(own, image.bits);
  undoPredictor(own, {
    width: image.blockWidth,
    samples: samplesInBlock(image),
    bits: image.bits,
    predictor: image.predictor,
  });
  return viewSamples(image.sampleType, own);
}

function swapBytes(bytes: Uint8Array, bits: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bits === 16) buffer.swap16();
  if (bits === 32) buffer.swap32();
  if (bits === 64) buffer.swap64();
}

function viewSamples(type: SampleType, { buffer, byteOffset, byteLength }: Uint8Array): SampleArray {
  switch (type) {
    case "uint8":
      return new Uint8Array(buffer, byteOffset, byteLength);
    case "int8":
      return new Int8Array(buffer, byteOffset, byteLength);
    case "uint16":
      return new Uint16Array(buffer, byteOffset, byteLength / 2);
    case "int16":
      return new Int16Array(buffer, byteOffset, byteLength / 2);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, byteLength / 4);
    case "int32":
      return new Int32Array(buffer, byteOffset, byteLength / 4);
    case "float32":
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case "float64":
      return new Float64Array(buffer, byteOffset, byteLength / 8);
    default:
      throw new RangeError(`unknown sample type ${String(type satisfies never)}`);
  }
}

/** One byte (0 or 1) per bit; every row starts on a byte. */
function unpackBits(bytes: Uint8Array, width: number, rows: number): Uint8Array {
  const rowBytes = Math.ceil(width / 8);
  const out = new Uint8Array(width * rows);
  for (let row = 0, to = 0; row < rows; row++)
    for (let col = 0; col < width; col++)
      out[to++] = (bytes[row * rowBytes + (col >> 3)]! >> (7 - (col & 7))) & 1;
  return out;
}
