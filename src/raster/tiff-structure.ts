import { TAG } from "./tiff-encoder.ts";

/** Reads `length` bytes at `offset`; fewer where the file ends. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** One IFD as far as the layout of the file goes. */
export interface TiffImage {
  readonly ifdOffset: number;
  readonly width: number;
  readonly height: number;
  readonly role: "image" | "overview" | "mask" | "overview-mask";
  readonly tiled: boolean;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly bands: number;
  readonly bitsPerSample: number;
  /** Value of the Compression tag. */
  readonly compression: number;
  /** File position and length (bytes) of each block, row by row; 0 for a block that is left out. */
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
}

/** Where the parts of a TIFF lie. */
export interface TiffStructure {
  readonly bigTiff: boolean;
  readonly byteLength: number;
  /** GDAL's hidden promises behind the file header, or null where there are none. */
  readonly ghost: string | null;
  /** Where the first IFD lies when nothing but that area precedes it. */
  readonly ifdsStart: number;
  readonly images: readonly TiffImage[];
}

/** The file is no TIFF, or its header points nowhere. */
export class TiffFault extends Error {}

interface Source {
  readonly read: ReadAt;
  readonly byteLength: number;
  readonly bigTiff: boolean;
  readonly littleEndian: boolean;
}

/** Tag id → its values where they are whole numbers. */
type Ifd = ReadonlyMap<number, readonly number[]>;

const ROWS_PER_STRIP = 278;
const STRIP_OFFSETS = 273;
const STRIP_BYTE_COUNTS = 279;
const MAX_IFDS = 1024;
/** A value of an IFD that is longer (bytes) is damage: eight million blocks need no more. */
const MAX_VALUE_BYTES = 1 << 26;
const GHOST_HEAD = /^GDAL_STRUCTURAL_METADATA_SIZE=(\d{6}) bytes\n/;
const GHOST_HEAD_LENGTH = 43;
/** Bytes of a whole-number value by TIFF type: BYTE, SHORT, LONG, IFD, LONG8, IFD8. */
const WHOLE_NUMBERS: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [3, 2],
  [4, 4],
  [13, 4],
  [16, 8],
  [18, 8],
]);

/** Reads where the parts of a classic TIFF or BigTIFF of either byte order lie. Throws TiffFault when that cannot be told. */
export async function readTiffStructure(read: ReadAt, byteLength: number): Promise<TiffStructure> {
  const head = Buffer.from(await read(0, 16 + GHOST_HEAD_LENGTH));
  const source: Source = { read, byteLength, ...fileKind(head) };
  const headerLength = source.bigTiff ? 16 : 8;
  const ghostLength = GHOST_HEAD.exec(head.toString("latin1", headerLength))?.[1];
  const ghostEnd = headerLength + (ghostLength === undefined ? 0 : GHOST_HEAD_LENGTH + Number(ghostLength));
  const ghost =
    ghostLength === undefined ? null : await bytesAt(source, headerLength, ghostEnd - headerLength);
  return {
    bigTiff: source.bigTiff,
    byteLength,
    ghost: ghost === null ? null : Buffer.from(ghost).toString("latin1"),
    ifdsStart: ghostEnd + (ghostEnd % 2),
    images: await readImages(source),
  };
}

function fileKind(head: Buffer): { readonly bigTiff: boolean; readonly littleEndian: boolean } {
  const order = head.toString("latin1", 0, 2);
  const littleEndian = order === "II";
  const version = head.length < 8 ? 0 : littleEndian ? head.readUInt16LE(2) : head.readUInt16BE(2);
  if ((order !== "II" && order !== "MM") || (version !== 42 && version !== 43))
    throw new TiffFault("not a TIFF: the file does not start as one");
  return { bigTiff: version === 43, littleEndian };
}

async function readImages(source: Source): Promise<readonly TiffImage[]> {
  const images: TiffImage[] = [];
  const seen = new Set<number>();
  let offset = wideNumber(source, await viewAt(source, source.bigTiff ? 8 : 4, wideLength(source)), 0);
  while (offset !== 0) {
    if (seen.has(offset) || seen.size === MAX_IFDS)
      throw new TiffFault(`damaged: the IFDs do not end (byte ${offset})`);
    seen.add(offset);
    const { ifd, next } = await readIfd(source, offset);
    images.push(imageOf(ifd, offset));
    offset = next;
  }
  if (images.length === 0) throw new TiffFault("damaged: there is no image");
  return images;
}

async function readIfd(
  source: Source,
  offset: number,
): Promise<{ readonly ifd: Ifd; readonly next: number }> {
  const countLength = source.bigTiff ? 8 : 2;
  const entryLength = source.bigTiff ? 20 : 12;
  const countView = await viewAt(source, offset, countLength);
  const count = source.bigTiff
    ? wideNumber(source, countView, 0)
    : countView.getUint16(0, source.littleEndian);
  const view = await viewAt(source, offset + countLength, count * entryLength + wideLength(source));
  const ifd = new Map<number, readonly number[]>();
  for (let at = 0; at < count * entryLength; at += entryLength) {
    const values = await readValues(source, view, at);
    if (values !== null) ifd.set(view.getUint16(at, source.littleEndian), values);
  }
  return { ifd, next: wideNumber(source, view, count * entryLength) };
}

/** The values of an entry, or null where they are not whole numbers. */
async function readValues(source: Source, view: DataView, at: number): Promise<readonly number[] | null> {
  const { littleEndian } = source;
  const size = WHOLE_NUMBERS.get(view.getUint16(at + 2, littleEndian));
  if (size === undefined) return null;
  const count = wideNumber(source, view, at + 4);
  const inline = at + 4 + wideLength(source);
  const fits = count * size <= wideLength(source);
  const values = fits ? view : await viewAt(source, wideNumber(source, view, inline), count * size);
  const start = fits ? inline : 0;
  return Array.from({ length: count }, (_, index) =>
    numberAt(values, start + index * size, size, littleEndian),
  );
}

function numberAt(view: DataView, at: number, size: number, littleEndian: boolean): number {
  switch (size) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, littleEndian);
    case 4:
      return view.getUint32(at, littleEndian);
    default:
      return Number(view.getBigUint64(at, littleEndian));
  }
}

/** Bytes of a count or offset. */
function wideLength({ bigTiff }: Source): number {
  return bigTiff ? 8 : 4;
}

function wideNumber(source: Source, view: DataView, at: number): number {
  return numberAt(view, at, wideLength(source), source.littleEndian);
}

async function viewAt(source: Source, offset: number, length: number): Promise<DataView> {
  const bytes = await bytesAt(source, offset, length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function bytesAt({ read, byteLength }: Source, offset: number, length: number): Promise<Uint8Array> {
  if (offset + length > byteLength || length > MAX_VALUE_BYTES)
    throw new TiffFault(
      `damaged: the header asks for bytes ${offset} to ${offset + length} of ${byteLength}`,
    );
  return read(offset, length);
}

function imageOf(ifd: Ifd, ifdOffset: number): TiffImage {
  const value = (id: number, otherwise: number): number => ifd.get(id)?.[0] ?? otherwise;
  const [width, height] = [value(TAG.ImageWidth, 0), value(TAG.ImageLength, 0)];
  const tiled = ifd.has(TAG.TileOffsets);
  return {
    ifdOffset,
    width,
    height,
    role: roleOf(value(TAG.NewSubfileType, 0)),
    tiled,
    blockWidth: tiled ? value(TAG.TileWidth, 0) : width,
    blockHeight: tiled ? value(TAG.TileLength, 0) : Math.min(height, value(ROWS_PER_STRIP, height)),
    bands: value(TAG.SamplesPerPixel, 1),
    bitsPerSample: value(TAG.BitsPerSample, 1),
    compression: value(TAG.Compression, 1),
    offsets: ifd.get(tiled ? TAG.TileOffsets : STRIP_OFFSETS) ?? [],
    sizes: ifd.get(tiled ? TAG.TileByteCounts : STRIP_BYTE_COUNTS) ?? [],
  };
}

/** NewSubfileType (TIFF 6.0): bit 0 a reduced image, bit 2 a mask. */
function roleOf(subfile: number): TiffImage["role"] {
  if ((subfile & 4) !== 0) return (subfile & 1) !== 0 ? "overview-mask" : "mask";
  return (subfile & 1) !== 0 ? "overview" : "image";
}
