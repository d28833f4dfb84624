import fc from "fast-check";
import { expect, test } from "vitest";
import { createKernels } from "../../src/kernels/kernels.ts";
import { decodeLzw } from "../../src/scene/lzw.ts";
import { decodePackBits } from "../../src/scene/packbits.ts";
import { undoPredictor } from "../../src/scene/predictor.ts";
import { seededRandom } from "../support/random.ts";

const MARK = 0xa5;

test("property: LZW decodes what a plain encoder wrote, past the reset of a full table too", () => {
  const random = seededRandom(3);
  for (const [length, values] of [
    [0, 256],
    [1, 256],
    [1000, 2],
    [30_000, 256],
    [60_000, 7],
    [100_000, 1],
  ] as const) {
    const data = Uint8Array.from({ length }, () => Math.floor(random() * values));
    expect(Buffer.compare(decodeLzw(encodeLzw(data), length), data)).toBe(0);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
      expect(decodeLzw(encodeLzw(data), data.length)).toEqual(data);
    }),
  );
});

test("property: LZW of random bytes ends in at most the block's bytes or an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        expect(decodeLzw(bytes, 500).length).toBeLessThanOrEqual(500);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test.each([
  { name: "an old-style stream", codes: "0001", limit: 9, message: "old-style LZW is not supported" },
  {
    name: "a string past the block",
    codes: codes(256, 65, 258, 259),
    limit: 5,
    message: "LZW data is longer than the block",
  },
  {
    name: "a code of the future",
    codes: codes(256, 65, 300),
    limit: 9,
    message: "LZW code 300 is not in the table of 259",
  },
  {
    name: "a first code that is no byte",
    codes: codes(256, 258),
    limit: 9,
    message: "LZW code 258 is not in the table of 258",
  },
])("LZW of $name is refused", ({ codes, limit, message }) => {
  expect(() => decodeLzw(Buffer.from(codes, "hex"), limit)).toThrow(new RangeError(message));
});

test.each([
  { name: "without an end code", codes: codes(256, 65, 66, 258), text: "ABAB" },
  { name: "with codes behind the end", codes: codes(256, 65, 66, 257, 500), text: "AB" },
  { name: "without a clear code first", codes: codes(65, 66, 259), text: "ABBB" },
  { name: "of a code that it makes itself", codes: codes(256, 65, 258, 259, 257), text: "AAAAAA" },
])("LZW $name is decoded as far as it goes", ({ codes, text }) => {
  expect(Buffer.from(decodeLzw(Buffer.from(codes, "hex"), 500)).toString()).toBe(text);
});

test("property: LZW writes nothing but its table and its output, whatever the bytes", () => {
  const limit = 200;
  const { run, at, bytes } = createKernels({ before: 16, table: 4 * 4098, input: 300, output: 272 + limit });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 280 }), fc.integer({ min: 0, max: limit }), (input, most) => {
      for (const array of Object.values(bytes)) array.fill(MARK);
      bytes.input.set(input);
      run.decodeLzw(at.input, input.length, at.output + 256, most, at.table);
      expect(bytes.input.slice(0, input.length)).toEqual(input);
      const around = [bytes.before, bytes.input.slice(input.length), bytes.output.slice(272 + most)];
      for (const array of around) expect(array.every((byte) => byte === MARK)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test("PackBits decodes the example of TIFF 6.0 section 9", () => {
  const packed = Buffer.from("fe aa 02 80 00 2a fd aa 03 80 00 2a 22 f7 aa".replaceAll(" ", ""), "hex");
  const plain = Buffer.from(
    "aa aa aa 80 00 2a aa aa aa aa 80 00 2a 22 aa aa aa aa aa aa aa aa aa aa".replaceAll(" ", ""),
    "hex",
  );
  expect(Buffer.from(decodePackBits(packed, plain.length))).toEqual(plain);
});

test.each([8, 16, 32])(
  "property: predictor 2 of %i bits gives back the samples whose differences were stored",
  (bits) => {
    const types = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array } as const;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.nat()),
        (samples, width, values) => {
          const Type = types[bits as 8 | 16 | 32] as Uint32ArrayConstructor;
          const rowLength = samples * width;
          const plain = Type.from({ length: rowLength * 3 }, () => values.next().value as number);
          const stored = plain.map((value, i) =>
            i % rowLength < samples ? value : value - plain[i - samples]!,
          );
          undoPredictor(new Uint8Array(stored.buffer), { width, samples, bits, predictor: 2 });
          expect(stored).toEqual(plain);
        },
      ),
    );
  },
);

test("property: predictor 3 gives back the floats whose bytes were split into planes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.float({ noNaN: true }), { minLength: 6, maxLength: 6 }),
      (samples, values) => {
        const plain = Float32Array.from(values);
        const rowLength = samples === 3 ? 6 : 3;
        const width = rowLength / samples;
        fc.pre(Number.isInteger(width));
        const stored = new Uint8Array(24);
        for (let row = 0; row < 6; row += rowLength) {
          const planes = new Uint8Array(rowLength * 4);
          for (let i = 0; i < rowLength; i++) {
            const view = new DataView(new ArrayBuffer(4));
            view.setFloat32(0, plain[row + i]!);
            for (let byte = 0; byte < 4; byte++) planes[byte * rowLength + i] = view.getUint8(byte);
          }
          stored.set(
            planes.map((value, i) => (i < samples ? value : value - planes[i - samples]!)),
            row * 4,
          );
        }
        undoPredictor(stored, { width, samples, bits: 32, predictor: 3 });
        expect(new Float32Array(stored.buffer)).toEqual(plain);
      },
    ),
  );
});

/** Codes of 9 bits, high bit first, in hexadecimal. */
function codes(...values: readonly number[]): string {
  const bits = values.map((value) => value.toString(2).padStart(9, "0")).join("");
  const bytes = bits.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
  return Buffer.from(bytes).toString("hex");
}

/** TIFF 6.0 section 13, with strings as table keys: slow and plain. */
function encodeLzw(data: Uint8Array): Uint8Array {
  const out: number[] = [];
  let bits = 0;
  let held = 0;
  let table = new Map<string, number>();
  let width = 9;
  let next = 258;
  const put = (code: number): void => {
    bits = (bits << width) | code;
    held += width;
    for (; held >= 8; held -= 8) out.push((bits >>> (held - 8)) & 255);
    bits &= (1 << held) - 1;
  };
  const codeOf = (text: string): number => (text.length === 1 ? text.charCodeAt(0) : table.get(text)!);
  put(256);
  let current = "";
  for (const byte of data) {
    const longer = current + String.fromCharCode(byte);
    if (longer.length === 1 || table.has(longer)) {
      current = longer;
      continue;
    }
    put(codeOf(current));
    table.set(longer, next++);
    current = String.fromCharCode(byte);
    if (next === 4095) {
      put(256);
      table = new Map();
      width = 9;
      next = 258;
    } else if (next === 1 << width) width++;
  }
  if (current !== "") put(codeOf(current));
  next++;
  if (current !== "" && next === 1 << width && width < 12) width++;
  put(257);
  if (held > 0) out.push((bits << (8 - held)) & 255);
  return Uint8Array.from(out);
}
