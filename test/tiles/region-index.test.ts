import { existsSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { indexRegions, NO_REGION } from "../../src/tiles/region-index.ts";
import { DUBAI, epsg, labelScene, paint } from "./support/label-scene.ts";
import { tileFolder } from "./support/tile-folder.ts";

const folder = tileFolder();

/** The row-major index of the first pixel of each pixel's region, by flood fill; null without data. */
function firstPixels(labels: Uint8Array, width: number): (number | null)[] {
  const first: (number | null)[] = Array.from(labels, () => null);
  labels.forEach((label, start) => {
    if (label === 255 || first[start] !== null) return;
    const open = [start];
    while (open.length > 0) {
      const at = open.pop()!;
      if (labels[at] !== label || first[at] !== null) continue;
      first[at] = start;
      if (at % width > 0) open.push(at - 1);
      if (at % width < width - 1) open.push(at + 1);
      if (at >= width) open.push(at - width);
      if (at + width < labels.length) open.push(at + width);
    }
  });
  return first;
}

async function index(width: number, height: number, label: (col: number, row: number) => number) {
  const level = paint(width, height, label);
  const scene = labelScene({ levels: [level], affine: DUBAI, crs: epsg(32640) });
  return { level, regions: await indexRegions(folder.in("regions.part"), scene) };
}

test("property: every pixel's region has the id of its first pixel and its class, whatever window is read", async () => {
  const size = fc.tuple(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 300 }));
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.integer({ min: 1, max: 9 }),
      fc.infiniteStream(fc.constantFrom(0, 1, 2, 255)),
      fc.tuple(...[0, 1, 2, 3].map(() => fc.double({ min: 0, max: 1, noNaN: true }))),
      async ([width, height], blob, stream, [a, b, c, d]) => {
        const values = [...stream.take(501)] as number[];
        const { level, regions } = await index(
          width,
          height,
          (col, row) => values[(Math.floor(col / blob) * 37 + Math.floor(row / blob) * 101) % 501]!,
        );
        const expected = firstPixels(level.data, width);
        const [left, right] = [Math.floor(Math.min(a!, b!) * width), Math.ceil(Math.max(a!, b!) * width)];
        const [top, bottom] = [Math.floor(Math.min(c!, d!) * height), Math.ceil(Math.max(c!, d!) * height)];
        const window = {
          col: left,
          row: top,
          width: Math.max(1, right - left),
          height: Math.max(1, bottom - top),
        };
        const found = regions.read({ ...window });
        found.regions.forEach((region, i) => {
          const at = (top + Math.floor(i / window.width)) * width + left + (i % window.width);
          expect(region === NO_REGION ? null : regions.idOf(region)).toBe(expected[at]);
          expect(found.labels[i]).toBe(level.data[at]);
          if (region !== NO_REGION) expect(regions.labelOf(region)).toBe(level.data[at]);
        });
        await regions.close();
      },
    ),
    { numRuns: 25 },
  );
});

test("arms that meet far below, a spiral and a comb over block borders, are one region", async () => {
  for (const label of [
    (col: number, row: number) => Number(row === 599 || col % 2 === 0),
    (col: number, row: number) =>
      Number(Math.max(Math.abs(col - 300), Math.abs(row - 300)) % 2 === 0 || col === 300),
  ]) {
    const { level, regions } = await index(600, 600, label);
    const found = regions.read({ col: 0, row: 0, width: 600, height: 600 });
    const ids = new Set(
      [...found.regions].filter((_, i) => level.data[i] === 1).map((region) => regions.idOf(region)),
    );
    expect(ids.size).toBe(1);
    await regions.close();
  }
});

test("the temporary file is gone when the index is closed", async () => {
  const { regions } = await index(10, 10, () => 1);
  expect(existsSync(folder.in("regions.part"))).toBe(true);
  await regions.close();
  expect(existsSync(folder.in("regions.part"))).toBe(false);
});
