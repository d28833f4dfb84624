/** One TIFF tag. "offset" is LONG in a classic file and LONG8 in a BigTIFF; "rational" takes numerator, denominator, … */
export type TiffTag =
  | { readonly id: number; readonly type: "ascii"; readonly value: string }
  | {
      readonly id: number;
      readonly type: "short" | "long" | "offset" | "rational" | "double";
      readonly values: readonly number[];
    };

/** The tags that tell images apart, by their names in TIFF 6.0. */
export const TAG = {
  NewSubfileType: 254,
  ImageWidth: 256,
  ImageLength: 257,
  BitsPerSample: 258,
  Compression: 259,
  Photometric: 262,
  SamplesPerPixel: 277,
  PlanarConfiguration: 284,
  Predictor: 317,
  ColorMap: 320,
  TileWidth: 322,
  TileLength: 323,
  TileOffsets: 324,
  TileByteCounts: 325,
  ExtraSamples: 338,
  SampleFormat: 339,
  YCbCrSubSampling: 530,
  ReferenceBlackWhite: 532,
  ModelPixelScale: 33550,
  ModelTiepoint: 33922,
  ModelTransformation: 34264,
  GeoKeyDirectory: 34735,
  GeoDoubleParams: 34736,
  GeoAsciiParams: 34737,
  GdalMetadata: 42112,
  GdalNodata: 42113,
} as const;

/** Sizes (bytes) that differ between the two kinds of TIFF: an IFD entry, its inline value, the entry count and the header. */
interface Form {
  readonly big: boolean;
  readonly header: number;
  readonly count: number;
  readonly entry: number;
  readonly inline: number;
}

const CLASSIC: Form = { big: false, header: 8, count: 2, entry: 12, inline: 4 };
const BIG: Form = { big: true, header: 16, count: 8, entry: 20, inline: 8 };

interface Field {
  readonly id: number;
  readonly type: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

interface PlacedIfd {
  readonly offset: number;
  readonly fields: readonly Field[];
  /** File position of each value that does not fit its entry, by tag id. */
  readonly valueOffsets: Map<number, number>;
}

/**
 * Everything of a little-endian TIFF that precedes its pixels: header, ghost text, IFDs in the given order with their values,
 * then the block offsets and sizes of all IFDs. Those come last, as GDAL has them, so that one short read gets every IFD.
 */
export function encodeTiffHeader(
  ifds: readonly (readonly TiffTag[])[],
  { big, ghost }: { readonly big: boolean; readonly ghost: string },
): Uint8Array {
  const form = big ? BIG : CLASSIC;
  const { placed, end } = placeIfds(ifds, form, form.header + ghost.length);
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  writeFileHeader(view, form, placed[0]?.offset ?? 0);
  bytes.set(new TextEncoder().encode(ghost), form.header);
  placed.forEach((ifd, index) => {
    writeIfd(bytes, view, form, ifd, placed[index + 1]?.offset ?? 0);
  });
  return bytes;
}

function placeIfds(ifds: readonly (readonly TiffTag[])[], form: Form, start: number) {
  let end = start;
  const reserve = (length: number): number => {
    const offset = end + (end % 2);
    end = offset + length;
    return offset;
  };
  const place = (ifd: PlacedIfd, wanted: (field: Field) => boolean): void => {
    for (const field of ifd.fields) {
      if (field.bytes.length > form.inline && wanted(field))
        ifd.valueOffsets.set(field.id, reserve(field.bytes.length));
    }
  };
  const placed = ifds.map((tags): PlacedIfd => {
    const fields = tags.map((tag) => encodeTag(tag, form)).sort((a, b) => a.id - b.id);
    const offset = reserve(form.count + fields.length * form.entry + form.inline);
    const ifd = { offset, fields, valueOffsets: new Map<number, number>() };
    place(ifd, (field) => !isBlockArray(field));
    return ifd;
  });
  for (const ifd of placed) place(ifd, isBlockArray);
  return { placed, end };
}

function isBlockArray({ id }: Field): boolean {
  return id === TAG.TileOffsets || id === TAG.TileByteCounts;
}

function encodeTag(tag: TiffTag, form: Form): Field {
  if (tag.type === "ascii") {
    const bytes = new TextEncoder().encode(`${tag.value}\0`);
    return { id: tag.id, type: 2, count: bytes.length, bytes };
  }
  const { code, size, write } = numberType(tag.type, form);
  const bytes = new Uint8Array(tag.values.length * size);
  const view = new DataView(bytes.buffer);
  tag.values.forEach((value, index) => {
    write(view, index * size, value);
  });
  const count = tag.type === "rational" ? tag.values.length / 2 : tag.values.length;
  return { id: tag.id, type: code, count, bytes };
}

type WriteNumber = (view: DataView, at: number, value: number) => void;

const writeShort: WriteNumber = (view, at, value) => view.setUint16(at, value, true);
const writeLong: WriteNumber = (view, at, value) => view.setUint32(at, value, true);
const writeLong8: WriteNumber = (view, at, value) => view.setBigUint64(at, BigInt(value), true);
const writeDouble: WriteNumber = (view, at, value) => view.setFloat64(at, value, true);

/** TIFF type code, and how many bytes one number of it takes and how they are written. */
function numberType(
  type: Exclude<TiffTag["type"], "ascii">,
  form: Form,
): { code: number; size: number; write: WriteNumber } {
  switch (type) {
    case "short":
      return { code: 3, size: 2, write: writeShort };
    case "long":
      return { code: 4, size: 4, write: writeLong };
    case "offset":
      return form.big ? { code: 16, size: 8, write: writeLong8 } : { code: 4, size: 4, write: writeLong };
    case "rational":
      return { code: 5, size: 4, write: writeLong };
    case "double":
      return { code: 12, size: 8, write: writeDouble };
    default:
      throw new RangeError(`unknown TIFF type ${String(type satisfies never)}`);
  }
}

function writeFileHeader(view: DataView, form: Form, firstIfd: number): void {
  writeShort(view, 0, 0x4949);
  writeShort(view, 2, form.big ? 43 : 42);
  if (form.big) {
    writeShort(view, 4, 8);
    writeLong8(view, 8, firstIfd);
  } else writeLong(view, 4, firstIfd);
}

function writeIfd(bytes: Uint8Array, view: DataView, form: Form, ifd: PlacedIfd, next: number): void {
  const writeWide = form.big ? writeLong8 : writeLong;
  (form.big ? writeLong8 : writeShort)(view, ifd.offset, ifd.fields.length);
  let at = ifd.offset + form.count;
  for (const field of ifd.fields) {
    const valueOffset = ifd.valueOffsets.get(field.id);
    const valueAt = at + form.entry - form.inline;
    writeShort(view, at, field.id);
    writeShort(view, at + 2, field.type);
    writeWide(view, at + 4, field.count);
    if (valueOffset !== undefined) writeWide(view, valueAt, valueOffset);
    bytes.set(field.bytes, valueOffset ?? valueAt);
    at += form.entry;
  }
  writeWide(view, at, next);
}
