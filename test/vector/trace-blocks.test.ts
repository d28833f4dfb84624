import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { doubleArea } from "../../src/vector/rings.ts";
import { traceGrid } from "../../src/vector/trace-blocks.ts";
import { floodFill, grid, rasterise, ringFaults } from "./support/lattice.ts";

const trace = (...rows: readonly string[]) => {
  const { labels, width, height } = grid(...rows);
  return traceGrid(labels, width, height, 255);
};

describe("traceGrid", () => {
  test("a single pixel is a square, counter-clockwise as seen", () => {
    const [region] = trace("...", ".7.", "...");
    expect(region).toMatchObject({ value: 7, pixels: 1 });
    expect(region!.rings).toHaveLength(1);
    expect(doubleArea(region!.rings[0]!)).toBe(-2);
  });
  const anyGrid = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }))
    .chain(([width, height, classes]) =>
      fc
        .array(fc.integer({ min: 0, max: classes }), { minLength: width * height, maxLength: width * height })
        .map((values) => ({ width, height, labels: Uint8Array.from(values, (v) => (v === 0 ? 255 : v)) })),
    );

  test("property: the polygons painted back are the raster, one polygon per 4-connected region, each valid", () => {
    fc.assert(
      fc.property(anyGrid, ({ labels, width, height }) => {
        const regions = traceGrid(labels, width, height, 255);
        expect(rasterise(regions, width, height, 255)).toEqual([...labels]);
        const truth = floodFill(labels, width, height, 255).map((pixels) => pixels.length);
        expect(regions.map(({ pixels }) => pixels).sort()).toEqual(truth.sort());
        for (const { rings, pixels } of regions) {
          expect(ringFaults(rings)).toEqual([]);
          expect(rings.reduce((sum, ring) => sum - doubleArea(ring) / 2, 0)).toBe(pixels);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
