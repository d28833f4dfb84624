import fc from "fast-check";
import { expect, test } from "vitest";
import { fillNodata } from "../../src/tiler/fill-nodata.ts";

test("NaN and nodata become the mean of the valid pixels of their band", () => {
  const data = Float32Array.of(1, 10, Number.NaN, -9999, 3, 30);
  fillNodata(data, Uint8Array.of(1, 0, 1), 2);
  expect([...data]).toEqual([1, 10, 2, 20, 3, 30]);
});

test("property: valid pixels are never changed and filled ones lie between them", () => {
  const pixels = fc.array(fc.record({ value: fc.integer({ min: 0, max: 255 }), valid: fc.boolean() }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(pixels, (list) => {
      const data = Uint8Array.from(list, ({ value }) => value);
      fillNodata(
        data,
        Uint8Array.from(list, ({ valid }) => Number(valid)),
        1,
      );
      const valid = list.filter((pixel) => pixel.valid).map(({ value }) => value);
      list.forEach((pixel, i) => {
        if (pixel.valid) expect(data[i]).toBe(pixel.value);
        else if (valid.length > 0) {
          expect(data[i]).toBeGreaterThanOrEqual(Math.min(...valid));
          expect(data[i]).toBeLessThanOrEqual(Math.max(...valid));
        } else expect(data[i]).toBe(0);
      });
    }),
  );
});
