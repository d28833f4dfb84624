import fc from "fast-check";
import { expect, test } from "vitest";
import { type HalvingOptions, halfOf, halveStrip } from "../../src/raster/overview.ts";
import { type Strip, samplesLike } from "../../src/raster/strip.ts";
import { bruteHalf, type Raster, rasterOf } from "./support/rasters.ts";

function halved(raster: Raster, options: Pick<HalvingOptions, "nodata" | "method">): Raster {
  const { width, height, bands, data, mask } = raster;
  const [halfWidth, halfHeight] = [halfOf(width), halfOf(height)];
  const type = data instanceof Uint8Array ? "uint8" : "uint16";
  const target: Strip = {
    data: samplesLike(type, halfWidth * halfHeight * bands),
    mask: mask === null ? null : new Uint8Array(halfWidth * halfHeight),
    rows: halfHeight,
  };
  halveStrip({ data, mask, rows: height }, { ...options, width, bands }, target);
  return { width: halfWidth, height: halfHeight, bands, data: target.data, mask: target.mask };
}

const scenario = fc.record({
  width: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 9 }),
  bands: fc.integer({ min: 1, max: 3 }),
  type: fc.constantFrom("uint8" as const, "uint16" as const),
  method: fc.constantFrom("mode" as const, "average" as const),
  nodata: fc.constantFrom(null, 0, 2, 3, 255),
  values: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 243, maxLength: 243 }),
  holes: fc.option(fc.array(fc.boolean(), { minLength: 81, maxLength: 81 }), { nil: null }),
});

test("property: an overview is the mode or the mean of the valid pixels, whatever the size, bands, nodata and mask", () => {
  fc.assert(
    fc.property(scenario, ({ values, holes, nodata, method, ...shape }) => {
      const raster = rasterOf(
        shape,
        (col, row, band) => values[(row * 9 + col) * 3 + band]!,
        holes === null ? undefined : (col, row) => holes[row * 9 + col]!,
      );
      expect(halved(raster, { nodata, method })).toEqual(bruteHalf(raster, method, nodata ?? undefined));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  { cell: [7, 7, 3, 3], mode: 3, because: "a tie goes to the lowest class" },
  { cell: [9, 8, 7, 6], mode: 6, because: "four different classes are a tie" },
  { cell: [255, 255, 255, 4], mode: 255, because: "one pixel of four is not enough to be data" },
  { cell: [255, 255, 9, 4], mode: 4, because: "half of the pixels are enough" },
  { cell: [255, 9, 9, 4], mode: 9, because: "nodata does not vote" },
])("the mode of $cell is $mode: $because", ({ cell, mode }) => {
  const raster = rasterOf({ width: 2, height: 2 }, (col, row) => cell[row * 2 + col]!);
  expect([...halved(raster, { nodata: 255, method: "mode" }).data]).toEqual([mode]);
});

test("the mean of data never reads as nodata", () => {
  const raster = rasterOf({ width: 2, height: 1 }, (col) => [99, 101][col]!);
  expect([...halved(raster, { nodata: 100, method: "average" }).data]).toEqual([101]);
});
