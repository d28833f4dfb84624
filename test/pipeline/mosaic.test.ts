import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openScene } from "../../src/scene/open-scene.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { callCli } from "../support/run-cli.ts";
import { hashesOf } from "../support/same-outputs.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();

test("four files map as the one that they were cut from: chips cross their borders", async () => {
  const [width, height] = [600, 500];
  const data = (await writeScene(join(scratch, "whole.tif"), { width, height })) as Uint8Array;
  const tiles = [
    { name: "nw.tif", col: 0, row: 0, w: 333, h: 201 },
    { name: "ne.tif", col: 333, row: 0, w: 267, h: 201 },
    { name: "sw.tif", col: 0, row: 201, w: 333, h: 299 },
    { name: "se.tif", col: 333, row: 201, w: 267, h: 299 },
  ];
  for (const { name, col, row, w, h } of tiles) {
    const part = new Uint8Array(w * h * 3);
    for (let r = 0; r < h; r++) {
      const from = ((row + r) * width + col) * 3;
      part.set(data.subarray(from, from + w * 3), r * w * 3);
    }
    await writeScene(join(scratch, name), {
      width: w,
      height: h,
      data: part,
      affine: [1, 0, 500_000 + col, 0, -1, 2_800_000 - row],
    });
  }
  const flags = ["-m", fixtureModelPath("box65"), "--device", "cpu", "--chip", "256", "--overlap", "64"];
  const [one, four] = [join(scratch, "one"), join(scratch, "four")];
  expect((await callCli("map", join(scratch, "whole.tif"), "-o", one, ...flags)).code).toBe(0);
  const paths = tiles.map(({ name }) => join(scratch, name));
  const { code, stderr } = await callCli("map", ...paths, "-o", four, ...flags);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/nw\.tif and 3 more: 600 x 500 px/);
  const archives = (name: string): boolean => name.endsWith(".pmtiles"); // they carry the name of the scene
  const same = Object.entries(hashesOf(one)).filter(([name]) => !archives(name));
  expect(same.length).toBeGreaterThan(5);
  expect(hashesOf(four)).toMatchObject(Object.fromEntries(same));
  const manifest = JSON.parse(readFileSync(join(four, "run.json"), "utf8")) as {
    inputs: { path: string; sha256: string }[];
  };
  expect(manifest.inputs.map(({ path }) => path)).toEqual(paths);
  expect(manifest.inputs.map(({ sha256 }) => sha256)).not.toContain(null);
  const map = await openScene(join(four, "landcover.tif"));
  expect(map.grid).toMatchObject({ width, height });
  await map.close();
});
