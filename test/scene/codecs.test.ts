import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLzw } from "../../src/scene/lzw.ts";
import { decodePackBits } from "../../src/scene/packbits.ts";
import { undoPredictor } from "../../src/scene/predictor.ts";
import { seededRandom } from "../support/random.ts";

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
