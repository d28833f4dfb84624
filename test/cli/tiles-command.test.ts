import { link, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { publishScene } from "../../src/pipeline/publish-scene.ts";
import { callCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";
import { readArchive } from "../tiles/support/archive.ts";

const folder = scratchFolder();
const at = (name: string): string => join(folder, name);

test("landstitch tiles publishes a scene, inspect explains the archive", async () => {
  await writeScene(at("scene.tif"), { width: 400, height: 300 });
  const { code, stdout, stderr } = await callCli("tiles", at("scene.tif"), "-o", at("scene.pmtiles"));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/scene\.pmtiles {2}[\d.]+ kB {2}\d+ tiles, zooms \d+–\d+\n$/);
  const inspected = await callCli("inspect", at("scene.pmtiles"));
  expect(inspected.stdout).toContain("PMTiles 3, Webp tiles");
  expect(inspected.stdout).toContain("scene.tif");
  const { metadata } = await readArchive(at("scene.pmtiles"));
  expect(metadata).toMatchObject({ name: "scene.tif", format: "webp", tile_size: 512 });
});

test("format, tile size, name and attribution are as asked for", async () => {
  await writeScene(at("named.tif"), { width: 300, height: 300 });
  const flags = [
    "--raster-tile-format",
    "jpeg",
    "--tile-size",
    "256",
    "--name",
    "Here",
    "--attribution",
    "© Me",
  ];
  const { code } = await callCli("tiles", at("named.tif"), "-o", at("named.pmtiles"), ...flags);
  expect(code).toBe(0);
  const { metadata } = await readArchive(at("named.pmtiles"));
  expect(metadata).toMatchObject({ name: "Here", attribution: "© Me", format: "jpg", tile_size: 256 });
});

test("a 16-bit scene is stretched, and the warning says from what to what", async () => {
  const data = Uint16Array.from({ length: 300 * 300 * 4 }, (_, i) => 1000 + (i % 3000));
  await writeScene(at("deep.tif"), { width: 300, height: 300, bands: 4, data });
  const { code, stderr } = await callCli("tiles", at("deep.tif"), "-o", at("deep.pmtiles"));
  expect(code).toBe(0);
  expect(stderr).toMatch(/Warning: .*values 1\d+ to 3\d+ are stretched to 0–255/);
  const given = await callCli(
    "tiles",
    at("deep.tif"),
    "-o",
    at("deep.pmtiles"),
    "--rescale",
    "1000,4000",
    "--bands",
    "4,2,1",
  );
  expect({ code: given.code, stderr: given.stderr }).toEqual({ code: 0, stderr: "" });
});

test("a land-cover map becomes palette PNG in its own colours", async () => {
  const classes = [
    { id: 0, name: "water", color: "#0000ff" },
    { id: 1, name: "land", color: "#00ff00" },
  ];
  await writeScene(at("map.tif"), {
    width: 300,
    height: 200,
    bands: 1,
    data: Uint8Array.from({ length: 60_000 }, (_, i) => (i < 20_000 ? 255 : i % 2)),
    nodata: 255,
    cog: { palette: classes, overviews: "mode" },
  });
  const { code } = await callCli("tiles", at("map.tif"), "-o", at("map.pmtiles"));
  expect(code).toBe(0);
  const { header, metadata } = await readArchive(at("map.pmtiles"));
  expect(header.tileType).toBe(2);
  expect(metadata["classes"]).toEqual(classes);
});

test.each([
  { name: "an archive of another ending", args: ["-o", "scene.tiles"], message: ".pmtiles" },
  { name: "bands that are not there", args: ["-o", "x.pmtiles", "--bands", "1,2,9"], message: "1 red" },
  { name: "two bands", args: ["-o", "x.pmtiles", "--bands", "1,2"], message: "three bands" },
  { name: "a folder that is not there", args: ["-o", "nowhere/x.pmtiles"], message: "there is no folder" },
  { name: "an unknown format", args: ["-o", "x.pmtiles", "--raster-tile-format", "gif"], message: "gif" },
])("$name is refused in two lines and leaves nothing", async ({ args, message }) => {
  await writeScene(at("refused.tif"), { width: 64, height: 64 });
  const before = await readdir(folder);
  const [flag, file, ...rest] = args as [string, string, ...string[]];
  const { code, stderr } = await callCli("tiles", at("refused.tif"), flag, at(file), ...rest);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(2);
  expect(await readdir(folder)).toEqual(before);
});

test("a scene without georeference and an archive that is the scene itself are refused", async () => {
  await writeScene(at("nowhere.tif"), { width: 64, height: 64, crs: null });
  expect((await callCli("tiles", at("nowhere.tif"), "-o", at("n.pmtiles"))).stderr).toContain(
    "has no place on a web map",
  );
  await writeScene(at("itself.tif"), { width: 64, height: 64 });
  await link(at("itself.tif"), at("itself.pmtiles"));
  const { code, stderr } = await callCli("tiles", at("itself.tif"), "-o", at("itself.pmtiles"));
  expect(code).toBe(2);
  expect(stderr).toContain("the scene itself");
});

test("stopping leaves no file", async () => {
  await writeScene(at("stopped.tif"), { width: 600, height: 600 });
  const before = await readdir(folder);
  const controller = new AbortController();
  const work = publishScene(at("stopped.tif"), at("stopped.pmtiles"), {
    signal: controller.signal,
    onEvent: ({ type }) => {
      if (type === "progress") controller.abort();
    },
  });
  await expect(work).rejects.toMatchObject({ name: "CancelledError" });
  expect(await readdir(folder)).toEqual(before);
});
