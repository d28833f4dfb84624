import fc from "fast-check";
import { expect, test } from "vitest";
import { reflectIndex, reflectPad } from "../../src/tiler/reflect.ts";

test("a line of three continues as its mirror image, edge pixels repeated", () => {
  expect(Array.from({ length: 12 }, (_, i) => reflectIndex(i - 3, 3))).toEqual([
    2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 2,
  ]);
});

test("property: neighbours stay neighbours under reflection", () => {
  fc.assert(
    fc.property(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 1, max: 600 }), (i, size) => {
      expect(Math.abs(reflectIndex(i, size) - reflectIndex(i + 1, size))).toBeLessThanOrEqual(1);
      expect(reflectIndex(i, size)).toBe(reflectIndex(-1 - i, size));
    }),
  );
});

test("property: a padded raster shows at each pixel what reflectIndex says", () => {
  const sizes = fc.tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 4 }),
  );
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 0, max: 12 }),
      ([width, height, bands], right, below) => {
        const data = Uint16Array.from({ length: width * height * bands }, (_, i) => i);
        const to = { width: width + right, height: height + below };
        const padded = reflectPad(data, { width, height }, to, bands);
        for (let row = 0; row < to.height; row++) {
          for (let col = 0; col < to.width; col++) {
            const source = (reflectIndex(row, height) * width + reflectIndex(col, width)) * bands;
            for (let band = 0; band < bands; band++) {
              expect(padded[(row * to.width + col) * bands + band]).toBe(data[source + band]);
            }
          }
        }
      },
    ),
  );
});
