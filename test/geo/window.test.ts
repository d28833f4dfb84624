import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  containsWindow,
  describeWindow,
  fullWindow,
  intersectWindows,
  splitWindow,
  type Window,
} from "../../src/geo/window.ts";

const start = fc.integer({ min: -8, max: 8 });
const side = fc.integer({ min: 1, max: 9 });
const windows: fc.Arbitrary<Window> = fc.record({ col: start, row: start, width: side, height: side });

function pixelsOf({ col, row, width, height }: Window): Set<string> {
  const pixels = new Set<string>();
  for (let y = row; y < row + height; y++) for (let x = col; x < col + width; x++) pixels.add(`${x},${y}`);
  return pixels;
}

describe("window", () => {
  test("property: the intersection has exactly the pixels of both, and null means none", () => {
    fc.assert(
      fc.property(windows, windows, (a, b) => {
        const both = intersectWindows(a, b);
        const shared = [...pixelsOf(a)].filter((pixel) => pixelsOf(b).has(pixel));
        expect(both === null ? [] : [...pixelsOf(both)].sort()).toEqual(shared.sort());
      }),
    );
  });

  test("property: intersecting is commutative, and a window contains what it shares with another", () => {
    fc.assert(
      fc.property(windows, windows, (a, b) => {
        const both = intersectWindows(a, b);
        expect(both).toEqual(intersectWindows(b, a));
        if (both !== null) expect(containsWindow(a, both) && containsWindow(b, both)).toBe(true);
      }),
    );
  });

  test("property: one window contains another when all its pixels are in it", () => {
    fc.assert(
      fc.property(windows, windows, (outer, inner) => {
        const all = [...pixelsOf(inner)].every((pixel) => pixelsOf(outer).has(pixel));
        expect(containsWindow(outer, inner)).toBe(all);
      }),
    );
  });

  test("property: the full window contains every window inside the raster and no other", () => {
    fc.assert(
      fc.property(side, side, windows, (width, height, { col, row, ...size }) => {
        const raster = fullWindow({ width, height });
        const inside = col >= 0 && row >= 0 && col + size.width <= width && row + size.height <= height;
        expect(containsWindow(raster, { col, row, ...size })).toBe(inside);
        expect(pixelsOf(raster).size).toBe(width * height);
      }),
    );
  });

  test("property: splitting puts every pixel in exactly one piece, none larger than asked for", () => {
    fc.assert(
      fc.property(windows, side, (window, size) => {
        const pieces = [...splitWindow(window, size)];
        const pixels = pieces.flatMap((piece) => [...pixelsOf(piece)]);
        expect(pixels).toHaveLength(window.width * window.height);
        expect(new Set(pixels)).toEqual(pixelsOf(window));
        for (const { width, height } of pieces) expect(Math.max(width, height)).toBeLessThanOrEqual(size);
      }),
    );
  });

  test("pieces come row by row", () => {
    const origins = [...splitWindow({ col: 0, row: 0, width: 3, height: 3 }, 2)].map(({ col, row }) => [
      col,
      row,
    ]);
    expect(origins).toEqual([
      [0, 0],
      [2, 0],
      [0, 2],
      [2, 2],
    ]);
  });

  test("messages name a window by its size and origin", () => {
    expect(describeWindow({ col: 448, row: 0, width: 512, height: 256 })).toBe(
      "512 x 256 px at column 448, row 0",
    );
  });
});
