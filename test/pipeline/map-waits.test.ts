import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Checkpointer } from "../../src/pipeline/checkpoint.ts";
import { configSchema } from "../../src/pipeline/config.ts";
import { mapStage } from "../../src/pipeline/map-stage.ts";
import { MapWaits, type WaitShares } from "../../src/pipeline/map-waits.ts";
import { prepareRun } from "../../src/pipeline/prepare.ts";
import { derivedScene } from "../../src/scene/derived-scene.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { blotchyRgb } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";
import { simulated } from "../support/simulated-device.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const CHIP = 64;
const SIDE = 6 * CHIP;

/** Maps 36 chips where a read takes `readMs` and a batch of the device `batchMs`. */
async function mapped(readMs: number, batchMs: number): Promise<WaitShares> {
  const path = join(scratch, "scene.tif");
  await writeScene(path, { width: SIDE, height: SIDE, data: blotchyRgb(SIDE, SIDE, 3) });
  const settings = { model: fixtureModelPath("pixelwise"), chip: CHIP, overlap: 0 };
  const config = configSchema.parse(settings);
  const folder = join(scratch, `${readMs}-${batchMs}`);
  const prepared = await prepareRun([path], folder, config);
  const scene = derivedScene(prepared.scene, {
    read: async (window, options) => {
      await sleep(readMs);
      return prepared.scene.read(window, options);
    },
  });
  const secondsPerMegapixel = batchMs / 1000 / (CHIP ** 2 / 1e6);
  const { waits } = await mapStage(
    { ...prepared, scene },
    {
      ...{ folder, device: "cuda", workers: 1, batch: 1, tta: "none", blend: "hann", onError: "stop" },
      simulated: simulated({ secondsPerMegapixel }).simulated,
      listener: () => undefined,
      signal: undefined,
      checkpointer: new Checkpointer(folder, { fingerprint: {} as never, interval: 1e6, bytes: 0 }),
      resume: null,
    },
  );
  await prepared.scene.close();
  return waits;
}

test("behind a slow device, reading and stitching wait and inference does not: it sets the pace", async () => {
  const waits = await mapped(0, 30);
  expect(waits.limit).toBe("inference");
  expect(waits.inference).toBeLessThan(0.35);
  expect(waits.reading).toBeGreaterThan(0.6);
  expect(waits.stitching).toBeGreaterThan(0.6);
});

test("behind a slow disk, inference and stitching wait and reading does not: it sets the pace", async () => {
  const waits = await mapped(250, 0); // many are read at a time: shorter ones would count less than starting the threads
  expect(waits.limit).toBe("reading");
  expect(waits.reading).toBeLessThan(0.35);
  expect(waits.inference).toBeGreaterThan(0.6);
  expect(waits.stitching).toBeGreaterThan(0.6);
});

test("behind slow stitching, the others wait: it sets the pace", async () => {
  const waits = new MapWaits();
  const scene = waits.watch(memoryScene({ data: new Uint8Array(1), width: 1, height: 1 }));
  async function* chips() {
    for (let i = 0; i < 5; i++) {
      await scene.read({ col: 0, row: 0, width: 1, height: 1 });
      await sleep(5);
      yield i;
    }
  }
  for await (const _ of waits.waited(chips())) await sleep(60);
  const shares = waits.shares(0.1);
  expect(shares).toMatchObject({ inference: 0.9, limit: "stitching" });
  expect(shares.stitching).toBeLessThan(0.35);
  expect(shares.reading).toBeGreaterThan(0.6);
});

test("behind slow writing, all others wait: it sets the pace", async () => {
  const waits = new MapWaits();
  const scene = waits.watch(memoryScene({ data: new Uint8Array(1), width: 1, height: 1 }));
  async function* chips() {
    for (let i = 0; i < 5; i++) {
      await scene.read({ col: 0, row: 0, width: 1, height: 1 });
      yield i;
    }
  }
  for await (const _ of waits.waited(chips())) await waits.written(sleep(60));
  const shares = waits.shares(0.1);
  expect(shares).toMatchObject({ inference: 0.9, limit: "writing" });
  expect(shares.writing).toBeLessThan(0.2);
  expect(shares.stitching).toBeGreaterThan(0.8);
  expect(shares.reading).toBeGreaterThan(0.8);
});
