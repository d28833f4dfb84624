import { deflateBytes } from "../kernels/deflate.ts";
import { type LandCoverClass, NODATA, rgbOf } from "../scene/class-scheme.ts";
import { crc32 } from "./crc32.ts";
import type { TileSize } from "./tile-pyramid.ts";
import { unknownLabel } from "./unknown-label.ts";

/** Makes a PNG of a tile's labels (size², row by row). */
export type PaletteEncoder = (labels: Uint8Array) => Uint8Array;

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const INDEXED = 3;
const FILTER_UP = 2;
/** The palette index of a label that has none: beyond every byte. */
const UNKNOWN = 256;

/**
 * An encoder of indexed PNG (W3C PNG, third edition): the palette is nodata, transparent, then the classes; 4 bits a pixel up to
 * 15 classes, else 8. Rows are stored as differences to the row above, of which a label map has few, and deflated as run lengths.
 * The encoder throws UserError "unknown-label" on a label that is neither a class nor nodata; `path` names the raster there.
 */
export function paletteEncoder(
  classes: readonly LandCoverClass[],
  { size, path }: { readonly size: TileSize; readonly path: string },
): PaletteEncoder {
  const indices = paletteIndices(classes);
  const bits = classes.length < 16 ? 4 : 8;
  const head = Buffer.concat([
    SIGNATURE,
    chunk("IHDR", imageHeader(size, bits)),
    chunk("PLTE", Uint8Array.of(0, 0, 0, ...classes.flatMap(({ color }) => rgbOf(color)))),
    chunk("tRNS", Uint8Array.of(0)),
  ]);
  const end = chunk("IEND", new Uint8Array(0));
  return (labels) => {
    const packed = bits === 4 ? nibbles(labels, indices) : bytes(labels, indices);
    if (packed === null)
      throw unknownLabel(path, labels.find((label) => indices[label] === UNKNOWN)!, classes);
    const rows = differences(packed, size);
    return Buffer.concat([head, chunk("IDAT", deflateBytes(rows)), end]);
  };
}

function paletteIndices(classes: readonly LandCoverClass[]): Uint16Array {
  const indices = new Uint16Array(256).fill(UNKNOWN);
  classes.forEach(({ id }, place) => {
    indices[id] = place + 1;
  });
  indices[NODATA] = 0;
  return indices;
}

function imageHeader(size: number, bits: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = bits;
  header[9] = INDEXED;
  return header;
}

/** Palette indices, one a byte; null when a label has none. */
function bytes(labels: Uint8Array, indices: Uint16Array): Uint8Array | null {
  const packed = new Uint8Array(labels.length);
  let seen = 0;
  for (let i = 0; i < packed.length; i++) {
    const index = indices[labels[i]!]!;
    seen |= index;
    packed[i] = index;
  }
  return seen & UNKNOWN ? null : packed;
}

/** Palette indices, two a byte, the left pixel in the high bits (rows are even); null when a label has none. */
function nibbles(labels: Uint8Array, indices: Uint16Array): Uint8Array | null {
  const packed = new Uint8Array(labels.length / 2);
  let seen = 0;
  for (let i = 0; i < packed.length; i++) {
    const left = indices[labels[2 * i]!]!;
    const right = indices[labels[2 * i + 1]!]!;
    seen |= left | right;
    packed[i] = (left << 4) | right;
  }
  return seen & UNKNOWN ? null : packed;
}

/** Rows of a picture with PNG's filter 2 before each: every byte less the one above it. */
function differences(pixels: Uint8Array, rows: number): Uint8Array {
  const stride = pixels.length / rows;
  const filtered = new Uint8Array(pixels.length + rows);
  for (let row = 0; row < rows; row++) {
    const from = row * stride;
    const to = from + row + 1;
    filtered[to - 1] = FILTER_UP;
    if (row === 0) filtered.set(pixels.subarray(0, stride), to);
    else for (let i = 0; i < stride; i++) filtered[to + i] = pixels[from + i]! - pixels[from + i - stride]!;
  }
  return filtered;
}

/** A PNG chunk: length, type, data, CRC of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, "ascii");
  whole.set(data, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, data.length + 8)), data.length + 8);
  return whole;
}
