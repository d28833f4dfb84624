import { join } from "node:path";
import { expect, test } from "vitest";
import { configSchema } from "../../src/pipeline/config.ts";
import { prepareRun } from "../../src/pipeline/prepare.ts";
import { sceneCrop } from "../../src/pipeline/scene-crop.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const SIDE = 256;

/** Pixels of a scene of 4 x 4 chips whose value tells their place; 0 left of `from`. */
async function cropOf(name: string, from: number) {
  const path = join(scratch, `${name}.tif`);
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const [col, row] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE)];
    return col < from ? 0 : 1 + ((col + 7 * row) % 250);
  });
  await writeScene(path, { width: SIDE, height: SIDE, data });
  const settings = { model: fixtureModelPath("pixelwise"), chip: 64, overlap: 0, nodata: 0 };
  const run = await prepareRun([path], join(scratch, "out"), configSchema.parse(settings));
  const crop = await sceneCrop(run);
  await run.scene.close();
  return crop;
}

test.each([
  { from: 0, col: 0 },
  { from: 128, col: 128 },
])("a GPU is tried on pixels of the scene that hold data (from column $from on)", async ({ from, col }) => {
  const crop = await cropOf(`from${from}`, from);
  expect(crop).toMatchObject({ side: 64, sampleType: "uint8" });
  expect(crop!.samples[0]).toBe(1 + ((col + 7 * 128) % 250));
});

test("a scene without data gives none: the sample scene takes its place", async () => {
  expect(await cropOf("blank", SIDE)).toBeNull();
});
