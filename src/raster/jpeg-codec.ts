import sharp from "sharp";
import { type BlockCodec, onceForConstant } from "./block-codec.ts";
import { bytesOf } from "./strip.ts";
import { TAG } from "./tiff-encoder.ts";

const JPEG = 7;
const YCBCR = 6;

/**
 * JPEG blocks of three uint8 bands, each a complete JPEG of its own (no JPEGTables to join), colour at half resolution both ways.
 * ReferenceBlackWhite says full range, as JFIF has it; without it a reader takes video range for granted.
 */
export function jpegCodec({ quality = 85 }: { readonly quality?: number } = {}): BlockCodec {
  return onceForConstant({
    compression: JPEG,
    photometric: YCBCR,
    tags: [
      { id: TAG.YCbCrSubSampling, type: "short", values: [2, 2] },
      {
        id: TAG.ReferenceBlackWhite,
        type: "rational",
        values: [0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1],
      },
    ],
    padding: "edge",
    deflate: null,
    encode: ({ data, size, bands }) => {
      if (bands !== 3 || !(data instanceof Uint8Array))
        throw new RangeError(`JPEG blocks have 3 bands of uint8, not ${bands} of ${data.constructor.name}`);
      return sharp(bytesOf(data), { raw: { width: size, height: size, channels: 3 } })
        .jpeg({ quality, chromaSubsampling: "4:2:0" })
        .toBuffer();
    },
  });
}
