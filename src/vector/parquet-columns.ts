import { keptKernels } from "../kernels/kept-kernels.ts";
import { bytesOf, type Kernels } from "../kernels/kernels.ts";

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
type Memory = Kernels<"values" | "levels" | "packed">;

/** Where columns are encoded, one after another. */
const kept = keptKernels<"values" | "levels" | "packed">();

/** With room for so many values. */
function memoryFor(count: number): Memory {
  return kept({ values: 8 * count, levels: count, packed: count + 16 });
}

/** Integers of 0 or more, below 2^53. */
export function int64Chunk(values: Float64Array): ParquetChunk {
  return numberChunk(values, false, "INT64");
}

/** Doubles; where the column is optional, NaN is null. */
export function doubleChunk(values: Float64Array, isOptional: boolean): ParquetChunk {
  return numberChunk(values, isOptional, "DOUBLE");
}

/** Single floats; NaN is null. */
export function floatChunk(values: Float64Array): ParquetChunk {
  return numberChunk(values, true, "FLOAT");
}

type NumberType = "INT64" | "DOUBLE" | "FLOAT";

function numberChunk(values: Float64Array, isOptional: boolean, type: NumberType): ParquetChunk {
  const count = values.length;
  const memory = memoryFor(Math.max(1, count));
  const { run, at, bytes } = memory;
  bytes.values.set(bytesOf(values));
  const known = isOptional ? run.dropUnknown(at.values, count, at.levels) : count;
  const levels = isOptional ? packedRuns(memory, count, 1) : NO_LEVELS;
  const [min, max] = [run.leastOf(at.values, 8, known), run.greatestOf(at.values, 8, known)];
  return {
    pages: [{ rows: count, nulls: count - known, levels, values: encoded(memory, known, type) }],
    dictionary: null,
    range: known === 0 ? null : { min: plain(memory, min, type), max: plain(memory, max, type) },
  };
}

/** The first so many values that the kernels hold. */
function encoded({ run, at, bytes }: Memory, count: number, type: NumberType): Uint8Array {
  if (type === "INT64") run.toIntegers(at.values, count);
  if (type === "FLOAT") run.toFloats(at.values, count);
  return bytes.values.slice(0, count * (type === "FLOAT" ? 4 : 8));
}

function plain(memory: Memory, value: number, type: NumberType): Uint8Array {
  memory.bytes.values.set(bytesOf(Float64Array.of(value)));
  return encoded(memory, 1, type);
}

/** Values that are few: `places` of them among plain ones. */
export function dictionaryChunk(
  places: Uint8Array,
  dictionary: { readonly count: number; readonly values: Uint8Array },
  range: ParquetChunk["range"],
): ParquetChunk {
  const width = Math.max(1, Math.ceil(Math.log2(dictionary.count)));
  const memory = memoryFor(places.length);
  memory.bytes.levels.set(places);
  const packed = packedRuns(memory, places.length, width);
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

/** The first so many of the levels that the kernels hold, as numbers of `width` bits. */
function packedRuns({ run, at, bytes }: Memory, count: number, width: number): Uint8Array {
  return bytes.packed.slice(0, run.packRuns(at.levels, count, width, at.packed));
}
