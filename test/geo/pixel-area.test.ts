import fc from "fast-check";
import { expect, test } from "vitest";
import { PixelArea } from "../../src/geo/pixel-area.ts";
import type { Window } from "../../src/geo/window.ts";

const ring = fc
  .array(
    fc.tuple(fc.double({ min: -20, max: 60, noNaN: true }), fc.double({ min: -20, max: 60, noNaN: true })),
    {
      minLength: 3,
      maxLength: 8,
    },
  )
  .map((points) => Float64Array.from(points.flat()));
const rings = fc.array(ring, { minLength: 1, maxLength: 3 });

/** Even-odd by a ray to the right, edge by edge: Franklin's PNPOLY; null on an edge, as far as numbers can tell. */
function isInside(polygons: readonly Float64Array[], x: number, y: number): boolean | null {
  let inside = false;
  for (const points of polygons) {
    const count = points.length / 2;
    for (let i = 0, j = count - 1; i < count; j = i++) {
      const [xi, yi, xj, yj] = [points[2 * i]!, points[2 * i + 1]!, points[2 * j]!, points[2 * j + 1]!];
      if (yi > y === yj > y) continue;
      const crossing = ((xj - xi) * (y - yi)) / (yj - yi) + xi;
      if (Math.abs(x - crossing) < 1e-9) return null;
      if (x < crossing) inside = !inside;
    }
  }
  return inside;
}

/** Which pixels of a window an area keeps, 1 or 0; and what they should be, whatever it says where a centre is on an edge. */
function foundAndExpected(area: PixelArea, polygons: readonly Float64Array[], window: Window, moved = 0) {
  const found = new Uint8Array(window.width * window.height).fill(1);
  area.fillOutside(found, { ...window, col: window.col + moved }, 0);
  const expected = found.map((kept, i) => {
    const [col, row] = [window.col + (i % window.width), window.row + Math.floor(i / window.width)];
    return Number(isInside(polygons, col + 0.5, row + 0.5) ?? kept);
  });
  return { found, expected };
}

test("property: a pixel is inside an area when its centre is, holes and crossings by the even-odd rule", () => {
  fc.assert(
    fc.property(rings, (polygons) => {
      const area = new PixelArea(polygons);
      const window = { col: -3, row: 2, width: 40, height: 30 };
      const { found, expected } = foundAndExpected(area, polygons, window);
      expect(found).toEqual(expected);
      expect(area.touches(window)).toBe(expected.includes(1));
    }),
  );
});

test("property: all pixels of an area are in its window, and moving it moves them", () => {
  const everywhere = { col: -22, row: -22, width: 84, height: 84 };
  fc.assert(
    fc.property(rings, fc.integer({ min: -9, max: 9 }), (polygons, by) => {
      const area = new PixelArea(polygons);
      const { found, expected } = foundAndExpected(area.movedBy(by, 0), polygons, everywhere, by);
      expect(found).toEqual(expected);
      const { col, row, width, height } = area.window ?? { col: 0, row: 0, width: 0, height: 0 };
      const beyond = expected.filter((kept, i) => {
        const x = everywhere.col + (i % everywhere.width) - col;
        const y = everywhere.row + Math.floor(i / everywhere.width) - row;
        return kept === 1 && !(x >= 0 && x < width && y >= 0 && y < height);
      });
      expect(beyond).toHaveLength(0);
    }),
    { numRuns: 30 },
  );
});
