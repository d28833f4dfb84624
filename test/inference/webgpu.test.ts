import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openScene } from "../../src/scene/open-scene.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { blotchyRgb } from "../support/random.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";

/** Where Chromium keeps SwiftShader, a Vulkan driver in software, and the loader that finds it. */
const driver = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"].find((folder) =>
  ["vk_swiftshader_icd.json", "libvk_swiftshader.so", "libvulkan.so.1"].every((name) =>
    existsSync(join(folder, name)),
  ),
);

describe.skipIf(driver === undefined)(
  `WebGPU on Chromium's software Vulkan${driver === undefined ? " (skipped: no Chromium with SwiftShader)" : ""}`,
  () => {
    const scratch = scratchFolder();
    const size = { width: 170, height: 120 };

    const mapOn = (device: string): Promise<CliResult> =>
      runCli(
        [
          ...["map", join(scratch, "scene.tif"), "-o", join(scratch, device), "--device", device],
          ...["-m", fixtureModelPath("stride4"), "--chip", "64", "--overlap", "16", "--batch", "4"],
          ...["--outputs", "landcover,confidence"],
        ],
        { env: { VK_ICD_FILENAMES: join(driver!, "vk_swiftshader_icd.json"), LD_LIBRARY_PATH: driver! } },
      );

    const pixelsOf = async (device: string, name: string): Promise<Uint8Array> => {
      const scene = await openScene(join(scratch, device, name));
      try {
        return (await scene.read({ col: 0, row: 0, ...size })).data as Uint8Array;
      } finally {
        await scene.close();
      }
    };

    test("maps as the CPU does, in batches, and says so", async () => {
      const data = blotchyRgb(size.width, size.height, 7);
      await writeScene(join(scratch, "scene.tif"), { ...size, data });
      const runs = await Promise.all([mapOn("webgpu"), mapOn("cpu")]);
      for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
      expect(runs[0].stderr).toMatch(/^landstitch \S+ on the GPU \(WebGPU\), 1 worker\n/);
      expect(await pixelsOf("webgpu", "landcover.tif")).toEqual(await pixelsOf("cpu", "landcover.tif"));
      const [confidence, expected] = [
        await pixelsOf("webgpu", "confidence.tif"),
        await pixelsOf("cpu", "confidence.tif"),
      ];
      expect(confidence.every((percent, i) => Math.abs(percent - expected[i]!) <= 1)).toBe(true);
      const { device, inference } = JSON.parse(readFileSync(join(scratch, "webgpu", "run.json"), "utf8"));
      expect({ device, inference }).toEqual({
        device: "webgpu",
        inference: { batch: 4, busyShare: expect.any(Number), redoneOnCpu: 0, lost: null },
      });
    });
  },
);
