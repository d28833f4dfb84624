import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { doubleArea } from "../../src/vector/rings.ts";
import { traceGrid } from "../../src/vector/trace-blocks.ts";
import { anyLabels, floodFill, grid, netArea, rasterise, ringFaults } from "./support/lattice.ts";

const trace = (...rows: readonly string[]) => {
  const { labels, width, height } = grid(...rows);
  return traceGrid(labels, width, height, 255);
};
const points = (ring: Int32Array): string[] =>
  Array.from({ length: ring.length / 2 }, (_, k) => `${ring[2 * k]},${ring[2 * k + 1]}`).sort();

describe("a label raster becomes polygons", () => {
  test("a single pixel is a square, counter-clockwise as seen", () => {
    const [region] = trace("...", ".7.", "...");
    expect(region).toMatchObject({ value: 7, pixels: 1 });
    expect(region!.rings).toHaveLength(1);
    expect(doubleArea(region!.rings[0]!)).toBe(-2);
    expect(points(region!.rings[0]!)).toEqual(["1,1", "1,2", "2,1", "2,2"]);
  });

  test("a raster of one class is one rectangle", () => {
    const regions = trace("333", "333");
    expect(regions).toHaveLength(1);
    expect(points(regions[0]!.rings[0]!)).toEqual(["0,0", "0,2", "3,0", "3,2"]);
  });

  test("an empty raster, or one without data, has no polygons", () => {
    expect(traceGrid(new Uint8Array(0), 0, 0, 255)).toEqual([]);
    expect(trace("...", "...")).toEqual([]);
  });

  test("a nodata island is a hole that nothing fills", () => {
    const regions = trace("1111", "1..1", "1111");
    expect(regions).toHaveLength(1);
    expect(regions[0]!.rings).toHaveLength(2);
    expect(doubleArea(regions[0]!.rings[1]!)).toBe(4);
  });

  test("an island in a lake in an island: each hole belongs to the region around it", () => {
    const regions = trace("11111", "12221", "12121", "12221", "11111");
    expect(regions.map(({ value, pixels, rings }) => [value, pixels, rings.length])).toEqual([
      [1, 1, 1],
      [2, 8, 2],
      [1, 16, 2],
    ]);
  });

  test("pixels that touch at a corner only are two polygons", () => {
    const regions = trace("1.", ".1");
    expect(regions.map(({ pixels }) => pixels)).toEqual([1, 1]);
  });

  test("a checkerboard is one polygon per pixel", () => {
    const regions = trace("1212", "2121", "1212");
    expect(regions).toHaveLength(12);
    expect(regions.flatMap(({ rings }) => ringFaults(rings))).toEqual([]);
  });

  test("a region that touches itself at a corner gets a hole that touches its exterior, not a self-touching exterior", () => {
    const [region] = trace("11.", "1.1", "111");
    expect(region!.rings).toHaveLength(2);
    expect(ringFaults(region!.rings)).toEqual([]);
    const exterior = points(region!.rings[0]!);
    expect(points(region!.rings[1]!).filter((point) => exterior.includes(point))).toEqual(["2,1"]);
  });

  test("two holes that touch at a corner stay two rings", () => {
    const [region] = trace("1111", "1.11", "11.1", "1111");
    expect(region!.rings).toHaveLength(3);
    expect(ringFaults(region!.rings)).toEqual([]);
  });

  test("a region that touches itself at every step of a diagonal is cut at each of them", () => {
    const [region] = trace("11111", "1.111", "11.11", "111.1", "1111.");
    expect(ringFaults(region!.rings)).toEqual([]);
    expect(region!.rings).toHaveLength(4);
  });

  test("a border has no points where it runs straight on past a third region", () => {
    const [, , wide] = trace("12", "33");
    expect(points(wide!.rings[0]!)).toEqual(["0,1", "0,2", "2,1", "2,2"]);
  });

  test("a U-shaped region whose arms join in its last row is one polygon", () => {
    expect(trace("1.1", "1.1", "111")).toHaveLength(1);
  });

  test("labels may be any 32-bit numbers, as ids of polygons are", () => {
    const regions = traceGrid(Uint32Array.of(4_000_000_000, 4_000_000_000, 7, 0), 2, 2, 0);
    expect(regions.map(({ value }) => value)).toEqual([4_000_000_000, 7]);
  });

  test("labels that do not fit the size are refused", () => {
    expect(() => traceGrid(new Uint8Array(5), 2, 3, 255)).toThrow("5 labels for 2 x 3 px");
  });

  test("property: painted back, the polygons are the raster: one for each 4-connected region, every one valid", () => {
    fc.assert(
      fc.property(anyLabels, ({ labels, width, height }) => {
        const regions = traceGrid(labels, width, height, 255);
        expect(rasterise(regions, width, height, 255)).toEqual([...labels]);
        const truth = floodFill(labels, width, height, 255).map((pixels) => pixels.length);
        expect(regions.map(({ pixels }) => pixels).sort()).toEqual(truth.sort());
        expect(regions.flatMap(({ rings }) => ringFaults(rings))).toEqual([]);
        expect(regions.map(({ rings }) => netArea(rings))).toEqual(regions.map(({ pixels }) => pixels));
      }),
      { numRuns: 400 },
    );
  });
});
