import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Window } from "../../src/geo/window.ts";
import { openMosaic } from "../../src/scene/mosaic.ts";
import { scenePaths } from "../../src/scene/scene-paths.ts";
import { blotchyRgb } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";
import { type SceneOptions, writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const [WIDTH, HEIGHT] = [300, 260];
const pixels = blotchyRgb(WIDTH, HEIGHT, 3);

/** Writes a window of the pixels as a scene of its own, where it belongs. */
async function writePiece(
  name: string,
  { col, row, width, height }: Window,
  more: Partial<SceneOptions> = {},
) {
  const data = new Uint8Array(width * height * 3);
  for (let r = 0; r < height; r++) {
    const from = ((row + r) * WIDTH + col) * 3;
    data.set(pixels.subarray(from, from + width * 3), r * width * 3);
  }
  const path = join(scratch, name);
  const affine = [2, 0, 500_000 + 2 * col, 0, -2, 2_800_000 - 2 * row] as const;
  await writeScene(path, { width, height, data, affine, ...more });
  return path;
}

let pieces: string[];

beforeAll(async () => {
  pieces = [
    await writePiece("b.tif", { col: 130, row: 0, width: 170, height: 150 }),
    await writePiece("a.tif", { col: 0, row: 0, width: 160, height: 140 }),
    await writePiece("c.tif", { col: 0, row: 120, width: 200, height: 140 }),
    await writePiece("d.tif", { col: 190, row: 150, width: 110, height: 110 }),
  ];
});

describe("a mosaic", () => {
  test("property: any window and bands of files that make up a scene read as the scene itself", async () => {
    const mosaic = await openMosaic(pieces, { overlaps: "first" });
    expect(mosaic.grid).toMatchObject({
      width: WIDTH,
      height: HEIGHT,
      affine: [2, 0, 500_000, 0, -2, 2_800_000],
    });
    const windows = fc
      .record({
        col: fc.nat(WIDTH - 1),
        row: fc.nat(HEIGHT - 1),
        w: fc.integer({ min: 1, max: 300 }),
        h: fc.integer({ min: 1, max: 260 }),
      })
      .map(({ col, row, w, h }) => ({
        col,
        row,
        width: Math.min(w, WIDTH - col),
        height: Math.min(h, HEIGHT - row),
      }));
    const bandLists = fc.constantFrom([0, 1, 2], [2, 0], [1]);
    await fc.assert(
      fc.asyncProperty(windows, bandLists, async (window, bands) => {
        const { data, mask } = await mosaic.read(window, { bands });
        expect(mask).toBeNull();
        const expected = data.map((_, i) => {
          const pixel = Math.floor(i / bands.length);
          const [col, row] = [
            window.col + (pixel % window.width),
            window.row + Math.floor(pixel / window.width),
          ];
          return pixels[(row * WIDTH + col) * 3 + bands[i % bands.length]!]!;
        });
        expect(Buffer.compare(data as Uint8Array, expected as Uint8Array)).toBe(0);
      }),
      { numRuns: 40 },
    );
    await mosaic.close();
  });

  test("has no data where no file has any: in gaps, and where a file's own nodata lies over nothing", async () => {
    const size = { width: 20, height: 10 };
    const holes = new Uint8Array(600).fill(9).fill(0, 0, 30);
    const left = await writePiece("left.tif", { col: 0, row: 0, ...size }, { data: holes, nodata: 0 });
    const right = await writePiece("right.tif", { col: 30, row: 5, ...size });
    const mosaic = await openMosaic([left, right], { overlaps: "first" });
    const { mask } = await mosaic.read({ col: 0, row: 0, width: 50, height: 15 });
    const expected = Uint8Array.from({ length: 750 }, (_, i) => {
      const [col, row] = [i % 50, Math.floor(i / 50)];
      return Number((col < 20 && row < 10 && !(row === 0 && col < 10)) || (col >= 30 && row >= 5));
    });
    expect(mask).toEqual(expected);
    await mosaic.close();
  });

  test("shows the first named file where several overlap, another where that one has no data", async () => {
    const size = { col: 0, row: 0, width: 4, height: 1 };
    const low = await writePiece("low.tif", size, { data: new Uint8Array(12).fill(1) });
    const high = await writePiece("high.tif", size, {
      data: Uint8Array.of(5, 5, 5, 5, 5, 5, 0, 0, 0, 0, 0, 0),
      nodata: 0,
    });
    const first = await openMosaic([high, low], { overlaps: "first" });
    expect([...(await first.read(size, { bands: [0] })).data]).toEqual([5, 5, 1, 1]);
    const second = await openMosaic([low, high], { overlaps: "first" });
    expect([...(await second.read(size, { bands: [0] })).data]).toEqual([1, 1, 1, 1]);
    await expect(openMosaic([low, high], { overlaps: "newest" })).rejects.toMatchObject({ code: "no-date" });
    await Promise.all([first.close(), second.close()]);
  });

  test("of a hundred files is read with few of them open", async () => {
    const paths: string[] = [];
    for (let i = 0; i < 100; i++)
      paths.push(
        await writePiece(`tile-${i}.tif`, {
          col: (i % 10) * 30,
          row: Math.floor(i / 10) * 26,
          width: 30,
          height: 26,
        }),
      );
    const mosaic = await openMosaic(paths, { overlaps: "first" });
    const { data } = await mosaic.read({ col: 0, row: 0, width: WIDTH, height: HEIGHT });
    expect(Buffer.compare(data as Uint8Array, pixels)).toBe(0);
    await mosaic.close();
  });

  const small = { col: 0, row: 0, width: 20, height: 20 };
  test.each([
    {
      name: "of another CRS",
      more: { crs: null },
      found: /its CRS is not given, not WGS 84 \/ UTM zone 40N/,
    },
    {
      name: "of other pixels",
      more: { affine: [1, 0, 500_000, 0, -1, 2_800_000] as const },
      found: /another size or direction/,
    },
    {
      name: "shifted by half a pixel",
      more: { affine: [2, 0, 500_001, 0, -2, 2_800_000] as const },
      found: /shifted by a part of a pixel/,
    },
    { name: "of other samples", more: { data: new Uint16Array(1200) }, found: /it holds uint16, not uint8/ },
    {
      name: "of other bands",
      more: { data: new Uint8Array(1600), bands: 4 },
      found: /its bands are .*, not red, green, blue/,
    },
  ])("refuses a file $name by name", async ({ more, found }) => {
    const odd = await writePiece("odd.tif", small, more);
    await expect(openMosaic([pieces[0]!, odd], { overlaps: "first" })).rejects.toMatchObject({
      code: "mosaic-mismatch",
      message: expect.stringMatching(found),
    });
  });
});

describe("scenes are named by", () => {
  test("paths in the order given, a folder, a pattern, a list and a URL", async () => {
    const folder = join(scratch, "flights");
    mkdirSync(folder);
    for (const name of ["2.tif", "1.TIFF", "1.tif.aux.xml", "notes.txt"])
      writeFileSync(join(folder, name), "2.tif\n# none\n\nhttps://example.org/x.tif\n");
    const [one, two] = [join(folder, "1.TIFF"), join(folder, "2.tif")];
    expect(await scenePaths([two, one])).toEqual([two, one]);
    expect(await scenePaths([folder])).toEqual([one, two]);
    expect(await scenePaths([join(folder, "?.tif")])).toEqual([two]);
    expect(await scenePaths([join(folder, "notes.txt")])).toEqual([two, "https://example.org/x.tif"]);
    expect(await scenePaths(["missing.tif"])).toEqual(["missing.tif"]);
    await expect(scenePaths([join(folder, "*.png")])).rejects.toMatchObject({ code: "no-scenes" });
  });
});
