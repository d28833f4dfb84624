import { spawnSync } from "node:child_process";
import sharp from "sharp";
import { expect, test } from "vitest";
import type { Affine } from "../../src/geo/affine.ts";
import { type Tile, WEB_MERCATOR_HALF, webMercatorResolution } from "../../src/geo/tile-matrix-set.ts";
import { writeConfidenceTiles } from "../../src/tiles/confidence-tiles.ts";
import { type ImageTileOptions, writeImageTiles } from "../../src/tiles/image-tiles.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { writeScene } from "../support/write-scene.ts";
import { readArchive } from "./support/archive.ts";
import { DUBAI, epsg, labelScene, paint } from "./support/label-scene.ts";
import { tileFolder } from "./support/tile-folder.ts";

const SIZE = 512;
const CORNER: Tile = { z: 15, x: 20_000, y: 14_000 };
const OPTIONS: ImageTileOptions = { name: "Scene", bands: [0, 1, 2], format: "png" };
const folder = tileFolder();
const hasGdal = spawnSync("gdalwarp", ["--version"]).status === 0;

/** A pixel of colours that tell it from its neighbours. */
const colour = (col: number, row: number): number[] => [(3 * col) % 256, (5 * row) % 256, (col + row) % 256];

/** RGB on the pixels of the tiles of CORNER's zoom, from its top left corner on. */
function onTileGrid(width: number, height: number, mask?: (col: number, row: number) => boolean) {
  const resolution = webMercatorResolution(CORNER.z, SIZE);
  const west = CORNER.x * SIZE * resolution - WEB_MERCATOR_HALF;
  const north = WEB_MERCATOR_HALF - CORNER.y * SIZE * resolution;
  const affine: Affine = [resolution, 0, west, 0, -resolution, north];
  const places = Array.from(
    { length: width * height },
    (_, i) => [i % width, Math.floor(i / width)] as const,
  );
  const data = Uint8Array.from(places.flatMap(([col, row]) => colour(col, row)));
  const valid = mask && Uint8Array.from(places, ([col, row]) => Number(mask(col, row)));
  return memoryScene({
    data,
    width,
    height,
    affine,
    crs: epsg(3857),
    ...(valid === undefined ? {} : { mask: valid }),
  });
}

async function pixelsOf(path: string, tile: Tile): Promise<Buffer> {
  return sharp((await (await readArchive(path)).get(tile))!)
    .ensureAlpha()
    .raw()
    .toBuffer();
}

test("on the tiles' own grid the deepest zoom is the scene, pixel for pixel, transparent where it has no data", async () => {
  const hole = (col: number, row: number): boolean => (col - 90) ** 2 + (row - 70) ** 2 < 900;
  const scene = onTileGrid(SIZE, 200, (col, row) => !hole(col, row));
  await writeImageTiles(folder.in("own.pmtiles"), scene, OPTIONS);
  const expected = Uint8Array.from(
    Array.from({ length: SIZE * SIZE }, (_, i) => {
      const [col, row] = [i % SIZE, Math.floor(i / SIZE)];
      return row < 200 && !hole(col, row) ? [...colour(col, row), 255] : [0, 0, 0, 0];
    }).flat(),
  );
  expect(Buffer.compare(await pixelsOf(folder.in("own.pmtiles"), CORNER), expected)).toBe(0);
});

test("a zoom is the mean of the four pixels below, of those with data", async () => {
  const scene = onTileGrid(2 * SIZE, SIZE, (col) => col % 2 === 0 || col >= SIZE);
  await writeImageTiles(folder.in("mean.pmtiles"), scene, OPTIONS);
  const parent = await pixelsOf(folder.in("mean.pmtiles"), { z: CORNER.z - 1, x: 10_000, y: 7_000 });
  for (const [col, row] of [
    [3, 7],
    [100, 20],
    [140, 9],
    [250, 127],
  ] as const) {
    const four = [0, 1]
      .flatMap((dy) => [0, 1].map((dx) => [2 * col + dx, 2 * row + dy] as const))
      .filter(([x]) => x % 2 === 0 || x >= SIZE);
    const mean = [0, 1, 2].map((band) =>
      Math.round(four.reduce((sum, [x, y]) => sum + colour(x, y)[band]!, 0) / four.length),
    );
    expect([...parent.subarray(4 * (row * SIZE + col), 4 * (row * SIZE + col) + 4)]).toEqual([
      ...mean,
      four.length === 4 ? 255 : 128,
    ]);
  }
});

test.each([
  { format: "webp", type: 4, alpha: true },
  { format: "png", type: 2, alpha: true },
  { format: "jpeg", type: 3, alpha: false },
] as const)("$format tiles: the header says so, libvips reads them", async ({ format, type, alpha }) => {
  const path = folder.in(`${format}.pmtiles`);
  await writeImageTiles(path, onTileGrid(SIZE + 44, 200), { ...OPTIONS, format });
  const { header, metadata, get } = await readArchive(path);
  expect(header).toMatchObject({ tileType: type, tileCompression: 1, maxZoom: CORNER.z });
  expect(metadata["format"]).toBe(format === "jpeg" ? "jpg" : format);
  const { width, height, hasAlpha, ...found } = await sharp(
    (await get({ ...CORNER, x: 20_001 }))!,
  ).metadata();
  expect({ width, height, hasAlpha, format: found.format }).toEqual({
    width: SIZE,
    height: SIZE,
    hasAlpha: alpha,
    format,
  });
});

test.skipIf(!hasGdal)(
  `a UTM scene lies where gdalwarp puts it, bilinear to two grey levels${hasGdal ? "" : " (skipped: no GDAL)"}`,
  async () => {
    const [width, height] = [500, 400];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const [col, row] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return 128 + 100 * Math.sin(col / 9 + (i % 3)) * Math.cos(row / 7);
    });
    await writeScene(folder.in("utm.tif"), { width, height, data, affine: DUBAI });
    const scene = memoryScene({ data, width, height, affine: DUBAI, crs: epsg(32640) });
    const { maxZoom: z } = await writeImageTiles(folder.in("utm.pmtiles"), scene, OPTIONS);
    const { tiles } = await readArchive(folder.in("utm.pmtiles"));
    const tile = tiles.filter((one) => one.z === z)[2]!;
    const resolution = webMercatorResolution(z, SIZE);
    const west = tile.x * SIZE * resolution - WEB_MERCATOR_HALF;
    const north = WEB_MERCATOR_HALF - tile.y * SIZE * resolution;
    const box = [west, north - SIZE * resolution, west + SIZE * resolution, north].map(String);
    const size = [String(SIZE), String(SIZE)];
    const args = ["-q", "-overwrite", "-t_srs", "EPSG:3857", "-te", ...box, "-ts", ...size, "-r", "bilinear"];
    const { stderr } = spawnSync(
      "gdalwarp",
      [...args, "-et", "0", "-dstalpha", "-ovr", "NONE", folder.in("utm.tif"), folder.in("warped.tif")],
      { encoding: "utf8" },
    );
    expect(stderr).toBe("");
    const warped = await sharp(folder.in("warped.tif")).raw().toBuffer();
    const ours = await pixelsOf(folder.in("utm.pmtiles"), tile);
    let [inside, far] = [0, 0];
    for (let i = 0; i < ours.length; i += 4) {
      if (ours[i + 3] !== 255 || warped[i + 3] !== 255) continue;
      inside++;
      if ([0, 1, 2].some((band) => Math.abs(ours[i + band]! - warped[i + band]!) > 2)) far++;
    }
    expect(inside).toBeGreaterThan(10_000);
    expect(far / inside).toBeLessThan(0.001);
  },
);

test("a scene over the antimeridian has image tiles on both ends of the world", async () => {
  const data = new Uint8Array(300 * 200 * 3).fill(90);
  const affine: Affine = [100, 0, 814_000, 0, -100, 1_110_000];
  const scene = memoryScene({ data, width: 300, height: 200, affine, crs: epsg(32660) });
  const { maxZoom } = await writeImageTiles(folder.in("both.pmtiles"), scene, OPTIONS);
  const xs = (await readArchive(folder.in("both.pmtiles"))).tiles
    .filter(({ z }) => z === maxZoom)
    .map(({ x }) => x);
  expect(xs).toContain(0);
  expect(xs).toContain(2 ** maxZoom - 1);
});

test("confidence tiles show percent by a colour each, transparent nodata, and the mean at lower zooms", async () => {
  const scene = labelScene({
    levels: [paint(600, 500, (col) => (col < 200 ? 255 : col % 2 === 0 ? 40 : 80))],
    affine: DUBAI,
    crs: epsg(32640),
  });
  const path = folder.in("confidence.pmtiles");
  const { minZoom } = await writeConfidenceTiles(path, scene, { name: "Confidence" });
  const { metadata, tiles, get } = await readArchive(path);
  const ramp = (metadata["classes"] as { id: number; color: string }[]).map(({ color }) => color);
  expect(ramp).toHaveLength(101);
  expect(new Set(ramp).size).toBe(101);
  const top = tiles.find(({ z }) => z === minZoom)!;
  const pixels = await sharp((await get(top))!)
    .ensureAlpha()
    .raw()
    .toBuffer();
  const percents = new Set<number>();
  for (let i = 0; i < pixels.length; i += 4)
    if (pixels[i + 3] === 255) percents.add(ramp.indexOf(`#${pixels.subarray(i, i + 3).toString("hex")}`));
  expect(Math.min(...percents)).toBeGreaterThanOrEqual(40);
  expect([...percents].some((percent) => percent >= 58 && percent <= 62)).toBe(true);
  expect(percents.has(255)).toBe(false);
});
