import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { rgbOf } from "../../src/scene/class-scheme.ts";
import { writeRasterTiles } from "../../src/tiles/raster-tiles.ts";
import { planTilePyramid, tileRows, zoomsOf } from "../../src/tiles/tile-pyramid.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { allLabels } from "./support/all-labels.ts";
import { type Archive, readArchive } from "./support/archive.ts";
import { CLASSES, DUBAI, epsg, labelScene, paint, town, withOverviews } from "./support/label-scene.ts";
import { gdalTitle, hasGdalDriver, tileFolder } from "./support/tile-folder.ts";

const OPTIONS = { classes: CLASSES, name: "Town" };
const folder = tileFolder();
const scene = labelScene({ levels: withOverviews(paint(1000, 900, town)), affine: DUBAI, crs: epsg(32640) });

describe("a town in UTM", () => {
  let archive: Archive;
  beforeAll(async () => {
    await writeRasterTiles(folder.in("town.pmtiles"), scene, OPTIONS);
    archive = await readArchive(folder.in("town.pmtiles"));
  });

  test("every tile decodes to the colours of the labels under it, and only tiles with data are there", async () => {
    const pyramid = planTilePyramid(scene.path, scene.grid, 512);
    const labelsOf = await allLabels(scene, pyramid);
    const colors = new Map(CLASSES.map(({ id, color }) => [id, [...rgbOf(color), 255]]));
    let tiles = 0;
    for (const { z, y, xs } of zoomsOf(pyramid).flatMap((zoom) => tileRows(pyramid, zoom))) {
      for (const x of xs) {
        const labels = labelsOf.get(`${z}/${x}/${y}`)?.labels ?? null;
        const png = await archive.get({ z, x, y });
        expect(png === null).toBe(labels === null);
        if (png === null || labels === null) continue;
        const pixels = await sharp(png).ensureAlpha().raw().toBuffer();
        const expected = Uint8Array.from([...labels].flatMap((label) => colors.get(label) ?? [0, 0, 0, 0]));
        expect(Buffer.compare(pixels, expected)).toBe(0);
        tiles++;
      }
    }
    expect(archive.header.numAddressedTiles).toBe(tiles);
  });

  test("header and metadata say PNG, 512 px, zooms and bounds", () => {
    const { header, metadata, tiles } = archive;
    const zooms = tiles.map(({ z }) => z);
    expect(header).toMatchObject({
      tileType: 2,
      tileCompression: 1,
      minZoom: Math.min(...zooms),
      maxZoom: Math.max(...zooms),
    });
    expect(header.minLon).toBeCloseTo(55.3125, 3);
    expect(metadata).toMatchObject({ name: "Town", format: "png", tile_size: 512, classes: CLASSES });
  });

  test("the same raster gives the same bytes", async () => {
    await writeRasterTiles(folder.in("again.pmtiles"), scene, OPTIONS);
    expect(Buffer.compare(await readFile(folder.in("again.pmtiles")), archive.bytes)).toBe(0);
  });

  test.skipIf(!hasGdalDriver("PMTiles"))(gdalTitle("PMTiles", "GDAL opens the archive"), () => {
    const { stdout } = spawnSync("gdalinfo", [folder.in("town.pmtiles")], { encoding: "utf8" });
    expect(stdout).toContain("PMTiles");
  });
});

test("tiles of 512 px start one zoom lower", async () => {
  const small = await writeRasterTiles(folder.in("small.pmtiles"), scene, { ...OPTIONS, tileSize: 256 });
  const large = await writeRasterTiles(folder.in("large.pmtiles"), scene, OPTIONS);
  expect(large.maxZoom).toBe(small.maxZoom - 1);
  const { tiles, get } = await readArchive(folder.in("large.pmtiles"));
  expect(await sharp((await get(tiles[0]!))!).metadata()).toMatchObject({ width: 512, height: 512 });
});

test("what lies beyond 85° is left out with a warning, and a scene at the pole itself gives no tiles", async () => {
  const north = labelScene({
    levels: [paint(400, 400, () => 1)],
    affine: [0.1, 0, 0, 0, -0.1, 89],
    crs: epsg(4326),
  });
  const result = await writeRasterTiles(folder.in("north.pmtiles"), north, OPTIONS);
  expect(result.warnings).toHaveLength(1);
  expect((await readArchive(folder.in("north.pmtiles"))).header.maxLat).toBeCloseTo(85.0511288, 6);
  const pole = labelScene({
    levels: [paint(50, 50, () => 1)],
    affine: [100, 0, -2500, 0, -100, 2500],
    crs: epsg(3413),
  });
  expect(await writeRasterTiles(folder.in("pole.pmtiles"), pole, OPTIONS)).toMatchObject({
    tiles: 0,
    warnings: [expect.any(String)],
  });
});

test("a raster that holds no class ids is refused", async () => {
  const heights = memoryScene({
    data: new Float32Array(4),
    width: 2,
    height: 2,
    affine: DUBAI,
    crs: epsg(32640),
  });
  await expect(writeRasterTiles(folder.in("heights.pmtiles"), heights, OPTIONS)).rejects.toMatchObject({
    code: "not-labels",
  });
});

test("a scene without a place on earth is refused", async () => {
  const nowhere = labelScene({ levels: [paint(9, 9, () => 1)], affine: DUBAI, crs: null });
  await expect(writeRasterTiles(folder.in("nowhere.pmtiles"), nowhere, OPTIONS)).rejects.toMatchObject({
    code: "no-crs",
  });
});
