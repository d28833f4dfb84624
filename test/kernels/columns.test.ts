import fc from "fast-check";
import { expect, test } from "vitest";
import { createKernels } from "../../src/kernels/kernels.ts";

const MOST = 100;
const { run, at, bytes } = createKernels({
  values: 32 * MOST,
  order: 4 * MOST,
  gathered: 8 * MOST,
  numbers: MOST,
  packed: MOST + 16,
});
const values = new Float64Array(bytes.values.buffer, at.values, 4 * MOST);
const gathered = new Float64Array(bytes.gathered.buffer, at.gathered, MOST);

const doubles = fc.array(fc.double({ noNaN: true }), { maxLength: MOST });

test("property: the least and greatest of every fourth double, and those in another order, are what JavaScript finds", () => {
  fc.assert(
    fc.property(doubles, fc.nat(3), (column, side) => {
      values.fill(Number.NaN);
      for (const [i, value] of column.entries()) values[4 * i + side] = value;
      const order = Uint32Array.from(column, (_, i) => (i * 7) % column.length);
      bytes.order.set(new Uint8Array(order.buffer));
      const start = at.values + 8 * side;
      expect(run.leastOf(start, 32, column.length)).toBe(Math.min(...column));
      expect(run.greatestOf(start, 32, column.length)).toBe(Math.max(...column));
      run.gather(start, 32, at.order, column.length, at.gathered);
      expect([...gathered.subarray(0, column.length)]).toEqual(Array.from(order, (i) => column[i]));
    }),
  );
});

test("property: of doubles with NaN among them the others are left, in their order, and a level says which they were", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double(), fc.constant(Number.NaN)), { maxLength: MOST }), (column) => {
      values.set(column);
      const known = column.filter((value) => !Number.isNaN(value));
      expect(run.dropUnknown(at.values, column.length, at.numbers)).toBe(known.length);
      expect([...values.subarray(0, known.length)]).toEqual(known);
      expect([...bytes.numbers.subarray(0, column.length)]).toEqual(
        column.map((value) => (Number.isNaN(value) ? 0 : 1)),
      );
    }),
  );
});

test("property: doubles become single floats and integers as typed arrays of them hold", () => {
  const integers = fc.array(fc.maxSafeNat(), { maxLength: MOST });
  fc.assert(
    fc.property(doubles, integers, (column, ids) => {
      values.set(column);
      run.toFloats(at.values, column.length);
      const floats = new Float32Array(bytes.values.buffer, at.values, column.length);
      expect([...floats]).toEqual([...Float32Array.from(column)]);
      values.set(ids);
      run.toIntegers(at.values, ids.length);
      const longs = new BigInt64Array(bytes.values.buffer, at.values, ids.length);
      expect([...longs]).toEqual(ids.map(BigInt));
    }),
  );
});

/** Reads Parquet's hybrid of run lengths and packed bits, bit by bit. */
function unpack(packed: Uint8Array, count: number, width: number): number[] {
  let header = 0;
  let at = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = packed[at++]!;
    header |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  if (header % 2 === 0) return Array(header / 2).fill(packed[at]);
  const bit = (i: number): number => (packed[at + (i >> 3)]! >> (i & 7)) & 1;
  expect(packed.length - at).toBe(((header >> 1) * 8 * width) / 8);
  const numbers = Array.from({ length: 8 * (header >> 1) }, (_, i) =>
    Array.from({ length: width }, (_, k) => bit(i * width + k) << k).reduce((sum, part) => sum + part, 0),
  );
  expect(numbers.slice(count).every((number) => number === 0)).toBe(true);
  return numbers.slice(0, count);
}

test("property: packed numbers of 1 to 8 bits are read back", () => {
  const numbers = fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(255), { maxLength: MOST }), fc.boolean())
    .map(([width, bytes, same]) => ({
      width,
      column: bytes.map((byte) => (same ? bytes[0]! : byte) & (2 ** width - 1)),
    }));
  fc.assert(
    fc.property(numbers, ({ width, column }) => {
      bytes.numbers.set(column);
      const length = run.packRuns(at.numbers, column.length, width, at.packed);
      expect(unpack(bytes.packed.slice(0, length), column.length, width)).toEqual(column);
      if (new Set(column).size === 1) expect(length).toBeLessThanOrEqual(3);
    }),
    { numRuns: 1000 },
  );
});
