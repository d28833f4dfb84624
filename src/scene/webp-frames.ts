import type { TiffImage } from "./tiff-image.ts";

/** Header of a WebP file: "RIFF", its length, "WEBP". */
const FILE_HEADER = 12;
const HAS_FRAMES = 2;
const DO_NOT_BLEND = 2;
const SIDE_BITS = 0x3fff;

/** Whether blocks lie side by side in an animation: tiles do; strips, which are long, lie one below the other. */
export function framesLieBeside({ tiled }: TiffImage): boolean {
  return tiled;
}

/** Whether the blocks of an image can be frames of an animation: those begin at even places. */
export function takesFrames(image: TiffImage): boolean {
  return (framesLieBeside(image) ? image.blockWidth : image.blockHeight) % 2 === 0;
}

/**
 * Whole WebP blocks of 3 samples as the frames of one animation, each in a place of its own, so that its last picture shows all of them:
 * side by side or one below the other. Throws where a block is no simple WebP file: one picture, without a header of its own for alpha,
 * colour profile or metadata.
 */
export function webpFrames(image: TiffImage, blocks: readonly Uint8Array[]): Uint8Array {
  const { blockWidth, blockHeight } = image;
  const beside = framesLieBeside(image);
  const canvas = Buffer.alloc(10);
  canvas[0] = HAS_FRAMES;
  if (beside) writeSize(canvas, 4, blockWidth * blocks.length, blockHeight);
  else writeSize(canvas, 4, blockWidth, blockHeight * blocks.length);
  const frames = blocks.map((block, i) => {
    const frame = Buffer.alloc(16);
    // in units of two pixels
    frame.writeUIntLE((i * (beside ? blockWidth : blockHeight)) / 2, beside ? 0 : 3, 3);
    writeSize(frame, 6, blockWidth, blockHeight);
    frame[15] = DO_NOT_BLEND;
    return chunk("ANMF", frame, pictureOf(block, blockWidth, blockHeight));
  });
  return chunk("RIFF", Buffer.from("WEBP"), chunk("VP8X", canvas), chunk("ANIM", Buffer.alloc(6)), ...frames);
}

/** The picture of a block of the given size: all but the header of its file. */
function pictureOf(block: Uint8Array, width: number, height: number): Uint8Array {
  const view = Buffer.from(block.buffer, block.byteOffset, block.length);
  const size = sizeOf(view);
  if (size === null || size.width !== width || size.height !== height)
    throw new RangeError(`no simple WebP file of ${width} x ${height} px`);
  return block.subarray(FILE_HEADER);
}

/** As the lossy (RFC 9649, section 2.5) or lossless picture (section 2.6) says; null where a file begins with neither. */
function sizeOf(file: Buffer): { readonly width: number; readonly height: number } | null {
  const kind = file.toString("latin1", FILE_HEADER, FILE_HEADER + 4);
  if (file.length < 30 || (kind !== "VP8 " && kind !== "VP8L")) return null;
  if (kind === "VP8 ")
    return { width: file.readUInt16LE(26) & SIDE_BITS, height: file.readUInt16LE(28) & SIDE_BITS };
  const bits = file.readUInt32LE(21);
  return { width: (bits & SIDE_BITS) + 1, height: ((bits >>> 14) & SIDE_BITS) + 1 };
}

/** Sides less one, 24 bits each. */
function writeSize(bytes: Buffer, at: number, width: number, height: number): void {
  bytes.writeUIntLE(width - 1, at, 3);
  bytes.writeUIntLE(height - 1, at + 3, 3);
}

function chunk(name: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.alloc(8);
  header.write(name, "latin1");
  header.writeUInt32LE(length, 4);
  return Buffer.concat([header, ...parts, Buffer.alloc(length % 2)]);
}
