import { join } from "node:path";
import { expect, test } from "vitest";
import { Checkpointer } from "../../src/pipeline/checkpoint.ts";
import { configSchema } from "../../src/pipeline/config.ts";
import { mapStage } from "../../src/pipeline/map-stage.ts";
import { prepareRun } from "../../src/pipeline/prepare.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { blotchyRgb } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";
import { simulated } from "../support/simulated-device.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const SIDE = 200;

test.each([
  { blend: "hann", tta: "none", told: { px: 16, isBlended: true } },
  { blend: "crop", tta: "none", told: { px: 16, isBlended: false } },
  { blend: "hann", tta: "flip", told: { px: 16, isBlended: true } },
] as const)(
  "a device is told where scores are needed, and what is between the overlaps is not read: $blend, tta $tta",
  async ({ blend, tta, told }) => {
    const path = join(scratch, "scene.tif");
    const data = blotchyRgb(SIDE, SIDE, 3);
    await writeScene(path, { width: SIDE, height: SIDE, data });
    const folder = join(scratch, `${blend} ${tta}`);
    const config = configSchema.parse({ model: fixtureModelPath("pixelwise"), chip: 64, overlap: 16 });
    const prepared = await prepareRun([path], folder, config);
    const { simulated: device, overlap } = simulated({});
    await mapStage(prepared, {
      ...{ folder, device: "cuda", workers: 1, batch: 4, tta, blend, onError: "stop", simulated: device },
      ...{ listener: () => undefined, signal: undefined, resume: null },
      checkpointer: new Checkpointer(folder, { fingerprint: {} as never, interval: 1e6, bytes: 0 }),
    });
    await prepared.scene.close();
    expect(overlap()).toEqual(told);
    const map = await openScene(join(folder, "landcover.tif"));
    const labels = (await map.read({ col: 0, row: 0, width: SIDE, height: SIDE })).data;
    await map.close();
    expect(labels).toEqual(
      Uint8Array.from(labels, (_, i) => (data[3 * i]! + data[3 * i + 1]! + data[3 * i + 2]!) >> 8),
    );
  },
);
