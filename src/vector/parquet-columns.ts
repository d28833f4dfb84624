import { ByteWriter } from "./byte-writer.ts";

/** A part of a column: definition levels, which say what is null (none in a column that is never null), and the values that are not. */
export interface ParquetPage {
  readonly rows: number;
  readonly nulls: number;
  readonly levels: Uint8Array;
  readonly values: Uint8Array;
}

/** A column of a row group. */
export interface ParquetChunk {
  readonly pages: Iterable<ParquetPage>;
  /** Plain values that the pages name by their places, if they do. */
  readonly dictionary: { readonly count: number; readonly values: Uint8Array } | null;
  /** Plain; null where nothing is known of the order of the values. */
  readonly range: { readonly min: Uint8Array; readonly max: Uint8Array } | null;
}

const NO_LEVELS = new Uint8Array(0);

/** Integers of 0 or more, below 2^53. */
export function int64Chunk(values: Float64Array): ParquetChunk {
  const plain = (numbers: Float64Array): Uint8Array => {
    const words = new Uint32Array(2 * numbers.length);
    for (let i = 0; i < numbers.length; i++) {
      words[2 * i] = numbers[i]! % 2 ** 32;
      words[2 * i + 1] = Math.floor(numbers[i]! / 2 ** 32);
    }
    return bytesOf(words);
  };
  return numberChunk(values, false, plain);
}

/** Doubles; where the column is optional, NaN is null. */
export function doubleChunk(values: Float64Array, isOptional: boolean): ParquetChunk {
  return numberChunk(values, isOptional, (numbers) => bytesOf(new Float64Array(numbers)));
}

/** Single floats; NaN is null. */
export function floatChunk(values: Float64Array): ParquetChunk {
  return numberChunk(values, true, (numbers) => bytesOf(new Float32Array(numbers)));
}

function numberChunk(
  values: Float64Array,
  isOptional: boolean,
  plain: (numbers: Float64Array) => Uint8Array,
): ParquetChunk {
  const known = isOptional ? values.filter((value) => !Number.isNaN(value)) : values;
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < known.length; i++) {
    min = Math.min(min, known[i]!);
    max = Math.max(max, known[i]!);
  }
  return {
    pages: [
      {
        rows: values.length,
        nulls: values.length - known.length,
        levels: isOptional ? runLengths(definitionLevels(values), 1) : NO_LEVELS,
        values: plain(known),
      },
    ],
    dictionary: null,
    range: known.length === 0 ? null : { min: plain(Float64Array.of(min)), max: plain(Float64Array.of(max)) },
  };
}

/** 1 for each value, 0 for NaN. */
function definitionLevels(values: Float64Array): Uint8Array {
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < levels.length; i++) levels[i] = Number.isNaN(values[i]) ? 0 : 1;
  return levels;
}

/** Values that are few: `places` of them among plain ones. */
export function dictionaryChunk(
  places: Uint8Array,
  dictionary: { readonly count: number; readonly values: Uint8Array },
  range: ParquetChunk["range"],
): ParquetChunk {
  const width = Math.max(1, Math.ceil(Math.log2(dictionary.count)));
  const packed = runLengths(places, width);
  const values = Buffer.concat([Uint8Array.of(width), packed]);
  return { pages: [{ rows: places.length, nulls: 0, levels: NO_LEVELS, values }], dictionary, range };
}

/** Strings of bytes, each with its length before it, in pages. */
export function bytesChunk(
  pages: Iterable<{ readonly rows: number; readonly values: Uint8Array }>,
): ParquetChunk {
  return { pages: withoutNulls(pages), dictionary: null, range: null };
}

function* withoutNulls(
  pages: Iterable<{ readonly rows: number; readonly values: Uint8Array }>,
): Generator<ParquetPage> {
  for (const page of pages) yield { ...page, nulls: 0, levels: NO_LEVELS };
}

/** Numbers of `width` bits in Parquet's hybrid of run lengths and packed bits: as one run where all are equal, else packed. */
function runLengths(numbers: Uint8Array, width: number): Uint8Array {
  const out = new ByteWriter(numbers.length + 16);
  if (numbers.every((number) => number === numbers[0])) {
    out.varint(numbers.length * 2);
    out.byte(numbers[0] ?? 0);
    return out.view();
  }
  const groups = Math.ceil(numbers.length / 8);
  out.varint(groups * 2 + 1);
  let bits = 0;
  let held = 0;
  for (let i = 0; i < groups * 8; i++) {
    held |= (numbers[i] ?? 0) << bits;
    bits += width;
    for (; bits >= 8; bits -= 8, held >>>= 8) out.byte(held & 255);
  }
  return out.view();
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
