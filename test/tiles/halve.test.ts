import fc from "fast-check";
import { expect, test } from "vitest";
import { halveInto } from "../../src/tiles/halve.ts";
import { emptyLabels, type TileLabels } from "../../src/tiles/tile-labels.ts";
import { paint } from "./support/label-scene.ts";

const SIDE = 256;

function halved(labels: Uint8Array, least: 1 | 2 = 2): TileLabels {
  const parent = emptyLabels(SIDE, true);
  const regions = Uint32Array.from(labels, (_, i) => i);
  halveInto(parent, { side: SIDE, labels, regions }, { dx: 0, dy: 0 }, least);
  return parent;
}

/** The labels of the four pixels under each pixel of a parent's first quarter. */
function fours(labels: Uint8Array): { at: number; four: number[] }[] {
  return Array.from({ length: (SIDE / 2) ** 2 }, (_, i) => {
    const [col, row] = [i % (SIDE / 2), Math.floor(i / (SIDE / 2))];
    const from = 2 * row * SIDE + 2 * col;
    return {
      at: row * SIDE + col,
      four: [from, from + 1, from + SIDE, from + SIDE + 1].map((place) => labels[place]!),
    };
  });
}

const noise = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.array(fc.constantFrom(0, 1, 2, 3, 255), { minLength: 97 }))
  .map(
    ([blob, values]) =>
      paint(SIDE, SIDE, (col, row) => values[((col / blob) | 0) * 31 + ((row / blob) | 0) * 17 * 13]!).data,
  )
  .map((labels) => labels.map((label) => label ?? 255));

test("property: a pixel has a label of its four, all four where they agree, and the region of one that has it", () => {
  fc.assert(
    fc.property(noise, (labels) => {
      const { labels: found, regions } = halved(labels);
      const wrong = fours(labels).filter(({ at, four }) => {
        const label = found[at]!;
        if (label === 255) return four.filter((one) => one === 255).length <= 2;
        const same = four.every((one) => one === four[0]);
        return !four.includes(label) || (same && label !== four[0]) || labels[regions![at]!] !== label;
      });
      expect(wrong).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

test("property: a pixel is data when at least half of it is, or any of it for small rasters", () => {
  fc.assert(
    fc.property(noise, fc.constantFrom(1 as const, 2 as const), (labels, least) => {
      const { labels: found } = halved(labels, least);
      const wrong = fours(labels).filter(
        ({ at, four }) => (found[at] !== 255) !== four.filter((label) => label !== 255).length >= least,
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

test("the commonest label wins as long as no class is overdue", () => {
  const labels = paint(SIDE, SIDE, (col, row) => (col % 64 === 0 && row % 64 === 0 ? 2 : 1)).data;
  expect(halved(labels).labels.includes(2)).toBe(false);
});

test.each([
  { name: "lines of one pixel in two: all ties", label: (col: number) => col % 2 },
  {
    name: "one pixel of each four: never the commonest",
    label: (col: number, row: number) => Number(col % 2 === 0 && row % 2 === 0),
  },
  { name: "lines of three pixels in seven", label: (col: number) => Number(col % 7 < 3) },
  {
    name: "four classes in each four",
    label: (col: number, row: number) => (col % 2) + 2 * (row % 2),
  },
])("shares stay within half a point: $name", ({ label }) => {
  const labels = paint(SIDE, SIDE, label).data;
  const parent = halved(labels);
  const quarter = fours(labels).map(({ at }) => parent.labels[at]!);
  for (const id of [0, 1, 2, 3]) {
    const share = (all: ArrayLike<number>): number =>
      (100 * Array.from(all).filter((one) => one === id).length) / all.length;
    expect(Math.abs(share(quarter) - share(labels))).toBeLessThan(0.5);
  }
});
