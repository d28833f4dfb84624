import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { RunManifest } from "../../src/pipeline/manifest.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { callCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectNoOutput, expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const SIZE = 384;

function argsFor(scene: string, out: string, model: string, ...more: string[]): string[] {
  const flags = [
    "--device",
    "cpu",
    "--workers",
    "2",
    "--chip",
    "128",
    "--overlap",
    "32",
    "--outputs",
    "landcover,confidence",
  ];
  return ["map", scene, "-o", out, "-m", fixtureModelPath(model), ...flags, ...more];
}

async function labelsOf(folder: string): Promise<Uint8Array> {
  const map = await openScene(join(folder, "landcover.tif"));
  const { data } = await map.read({ col: 0, row: 0, width: SIZE, height: SIZE });
  await map.close();
  return data as Uint8Array;
}

function skippedIn(folder: string): RunManifest["skipped"] {
  return (JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunManifest).skipped;
}

/** A scene of nine blocks of 128 px, and the same with the middle one damaged. */
const [whole, damaged] = [join(scratch, "whole.tif"), join(scratch, "damaged.tif")];
beforeAll(async () => {
  await writeScene(whole, { width: SIZE, height: SIZE });
  const bytes = readFileSync(whole);
  const { offset, length } = await middleBlock(whole);
  bytes.fill(0xff, offset, offset + length);
  writeFileSync(damaged, bytes);
});

/** Where the fifth block of the first image is in the file, by geotiff.js. */
async function middleBlock(path: string): Promise<{ offset: number; length: number }> {
  const { fromFile } = await import("geotiff");
  const tiff = await fromFile(path);
  const { fileDirectory } = await tiff.getImage();
  const offsets = (await fileDirectory.loadValue("TileOffsets")) as ArrayLike<number>;
  const lengths = (await fileDirectory.loadValue("TileByteCounts")) as ArrayLike<number>;
  await tiff.close();
  return { offset: Number(offsets[4]), length: Number(lengths[4]) };
}

test("a damaged block stops the run by default, and the hint tells of --on-error skip", async () => {
  const out = join(scratch, "stopped");
  expectUserError(
    await callCli(...argsFor(damaged, out, "pixelwise", "--quiet")),
    /tile 4 .*cannot be decoded/,
    /--on-error skip/,
  );
  expectNoOutput(out);
});

test("--on-error skip leaves nodata where the block was damaged and nowhere else, lists it once, and exits 3", async () => {
  const [out, good] = [join(scratch, "skipped"), join(scratch, "good")];
  const { code, stderr } = await callCli(...argsFor(damaged, out, "pixelwise", "--on-error", "skip"));
  expect(code, stderr).toBe(3);
  expect(stderr).toMatch(/Warning: 1 window holds no data because .* "skipped"\.\n$/);
  expect(skippedIn(out)).toMatchObject([
    {
      what: "block",
      path: damaged,
      level: 0,
      code: "damaged-block",
      window: { col: 128, row: 128, width: 128, height: 128 },
    },
  ]);
  expect((await callCli(...argsFor(whole, good, "pixelwise", "--on-error", "skip"))).code).toBe(0);
  const [found, expected] = [await labelsOf(out), await labelsOf(good)];
  const wrong = found.findIndex((label, i) => {
    const [col, row] = [i % SIZE, Math.floor(i / SIZE)];
    const lost = col >= 128 && col < 256 && row >= 128 && row < 256;
    return label !== (lost ? 255 : expected[i]);
  });
  expect(wrong).toBe(-1);
});

test("--on-error skip leaves nodata in the window of a chip whose answer is NaN, and lists it", async () => {
  const scene = join(scratch, "nan.tif");
  const data = new Uint8Array(SIZE * SIZE * 3).fill(100);
  data[(150 * SIZE + 150) * 3] = 13; // where the model "nan" fails
  await writeScene(scene, { width: SIZE, height: SIZE, data });
  const out = join(scratch, "nan");
  const { code, stderr } = await callCli(...argsFor(scene, out, "nan", "--on-error", "skip"));
  expect(code, stderr).toBe(3);
  const skipped = skippedIn(out);
  expect(skipped).toMatchObject([
    {
      what: "chip",
      window: { col: 96, row: 96, width: 128, height: 128 },
      reason: expect.stringContaining("NaN"),
    },
  ]);
  const labels = await labelsOf(out);
  const wrong = labels.findIndex((label, i) => {
    const [col, row] = [i % SIZE, Math.floor(i / SIZE)];
    return (label === 255) !== (col >= 96 && col < 224 && row >= 96 && row < 224);
  });
  expect(wrong).toBe(-1);
});
