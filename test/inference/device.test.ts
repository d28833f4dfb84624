import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { chooseDevice } from "../../src/inference/device.ts";
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
  const answerOf = async (device: string): Promise<string> => {
    const { path, card } = await fixtureModel("pixelwise");
    return execFileSync(process.execPath, [probe, device, path, JSON.stringify(card)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  };

  test("finds that the CPU labels as the CPU does", async () => {
    expect(await answerOf("cpu")).toBe("same\n");
  });

  test.skipIf(hasGpu)("tells the runtime's own reason where there is no GPU", async () => {
    expect(await answerOf("webgpu")).toMatch(/^failed: .*[Aa]dapter/s);
  });
});
