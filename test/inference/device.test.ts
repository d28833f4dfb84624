import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { chooseDevice } from "../../src/inference/device.ts";
import { cropOfChip, probeSide, sampleCrop } from "../../src/inference/probe-crop.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { fixtureModel } from "../support/fixture-model.ts";

const hasGpu = existsSync("/dev/nvidiactl") || existsSync("/dev/dri");

describe("chooseDevice", () => {
  test("the CPU is taken without asking for anything else", async () => {
    expect(await chooseDevice("cpu", await fixtureModel("pixelwise"))).toEqual({
      device: "cpu",
      rejected: [],
    });
  });

  test.skipIf(hasGpu)("without a GPU auto takes the CPU and says why for each better device", async () => {
    const { device, rejected } = await chooseDevice("auto", await fixtureModel("pixelwise"));
    expect(device).toBe("cpu");
    expect(rejected.map((reason) => reason.device)).toEqual(["cuda", "webgpu"]);
    for (const { reason } of rejected) expect(reason.length).toBeGreaterThan(10);
  });

  test.skipIf(hasGpu).each(["cuda", "webgpu"] as const)(
    "without a GPU %s is refused with what is missing",
    async (device) => {
      await expect(chooseDevice(device, await fixtureModel("pixelwise"))).rejects.toMatchObject({
        code: "no-device",
        message: expect.stringContaining(`--device ${device}: `),
      });
    },
  );
});

describe("the probe of a device", () => {
  const probe = fileURLToPath(new URL("../../dist/inference/device-probe.js", import.meta.url));
  const answerOf = async (device: string, model = "pixelwise", tta = "none"): Promise<string> => {
    const { path, card } = await fixtureModel(model);
    const { side, sampleType, samples } = await sampleCrop(card);
    const args = [probe, device, path, JSON.stringify(card), sampleType, String(side), tta];
    const input = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    return execFileSync(process.execPath, args, {
      encoding: "utf8",
      input,
      stdio: ["pipe", "pipe", "ignore"],
    });
  };

  test.each([
    { model: "pixelwise", by: "all scores" },
    { model: "logits-nhwc", by: "what is left of them in the graph, also in the overlaps" },
    { model: "labels", by: "its labels" },
    { model: "stride4", by: "those of cells" },
    { model: "logits-nhwc", by: "the mean of four looks", tta: "flip" },
    { model: "stride4", by: "the mean of four looks", tta: "flip" },
  ])("finds that the CPU labels as the CPU does: $model, by $by", async ({ model, tta }) => {
    expect(await answerOf("cpu", model, tta)).toBe("same\n");
  });

  test.skipIf(hasGpu)("tells the runtime's own reason where there is no GPU", async () => {
    expect(await answerOf("webgpu")).toMatch(/^failed: .*[Aa]dapter/s);
  });
});

describe("what a device is tried on", () => {
  test("is the middle of the sample scene where there is no other, in the model's bands", async () => {
    const { card } = await fixtureModel("pixelwise");
    const { side, samples } = await sampleCrop(card);
    const scene = await openScene(fileURLToPath(new URL("../../sample-data/town.tif", import.meta.url)));
    const first = (4096 - side) / 2;
    const window = { col: first, row: first, width: side, height: side };
    expect(samples).toEqual((await scene.read(window)).data);
    await scene.close();
    expect(new Set(samples).size).toBeGreaterThan(50);
  });

  test("is the middle of a chip of the scene to be mapped, as large as the model is tried with", async () => {
    const { card } = await fixtureModel("pixelwise");
    const chip = probeSide(card) + 20;
    const samples = Uint16Array.from({ length: chip * chip * 3 }, (_, i) => i % 65_521);
    const crop = cropOfChip(card, { samples, sampleType: "uint16", chip });
    expect(crop.samples).toHaveLength(crop.side ** 2 * 3);
    for (const [col, row] of [
      [0, 0],
      [crop.side - 1, 0],
      [3, crop.side - 1],
    ] as const)
      expect(crop.samples[(row * crop.side + col) * 3 + 1]).toBe(
        samples[((row + 10) * chip + col + 10) * 3 + 1],
      );
  });
});
