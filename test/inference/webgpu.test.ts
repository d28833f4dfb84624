import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
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

    const env = {
      VK_ICD_FILENAMES: join(driver ?? "", "vk_swiftshader_icd.json"),
      LD_LIBRARY_PATH: driver ?? "",
    };

    const mapOn = (device: string, model: string): Promise<CliResult> =>
      runCli(
        [
          ...["map", join(scratch, "scene.tif"), "-o", join(scratch, model, device), "--device", device],
          ...["-m", fixtureModelPath(model), "--chip", "64", "--overlap", "16", "--batch", "4"],
          ...["--outputs", "landcover,confidence"],
        ],
        { env },
      );

    const pixelsOf = async (...path: readonly string[]): Promise<Uint8Array> => {
      const scene = await openScene(join(scratch, ...path));
      try {
        return (await scene.read({ col: 0, row: 0, ...size })).data as Uint8Array;
      } finally {
        await scene.close();
      }
    };

    beforeAll(async () => {
      await writeScene(join(scratch, "scene.tif"), { ...size, data: blotchyRgb(size.width, size.height, 7) });
    });

    test.each([
      { model: "stride4", answers: "a quarter of the size" },
      { model: "logits-nhwc", answers: "every pixel" },
    ])("maps as the CPU does, in batches, and says so: a model of $answers", async ({ model }) => {
      const runs = await Promise.all([mapOn("webgpu", model), mapOn("cpu", model)]);
      for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
      expect(runs[0].stderr).toMatch(/^landstitch \S+ on the GPU \(WebGPU\), 1 worker\n/);
      const [labels, expectedLabels, confidence, expected] = await Promise.all([
        pixelsOf(model, "webgpu", "landcover.tif"),
        pixelsOf(model, "cpu", "landcover.tif"),
        pixelsOf(model, "webgpu", "confidence.tif"),
        pixelsOf(model, "cpu", "confidence.tif"),
      ]);
      expect(labels).toEqual(expectedLabels);
      expect(confidence.every((percent, i) => Math.abs(percent - expected[i]!) <= 1)).toBe(true);
      const run = JSON.parse(readFileSync(join(scratch, model, "webgpu", "run.json"), "utf8"));
      expect({ device: run.device, inference: run.inference }).toEqual({
        device: "webgpu",
        inference: { batch: 4, busyShare: expect.any(Number), redoneOnCpu: 0, lost: null },
      });
    });

    test.each([
      { level: 100, tta: "none", fault: null },
      { level: 13, tta: "none", fault: "the model answers NaN or infinity" },
      { level: 100, tta: "flip", fault: null },
      { level: 13, tta: "flip", fault: "the model answers NaN or infinity" },
    ])(
      "fetches no floats of every pixel, and still sees that one is not a number: --tta $tta, $fault",
      async ({ level, tta, fault }) => {
        const sessionOn = (device: string) => {
          const script = fileURLToPath(new URL("../support/device-session.mjs", import.meta.url));
          const args = [script, fixtureModelPath("nan"), device, String(level), tta];
          const options = { encoding: "utf8", env: { ...process.env, ...env }, stdio: "pipe" } as const;
          return JSON.parse(execFileSync(process.execPath, args, options));
        };
        const found = sessionOn("webgpu");
        const sums = "float32 [1, 3, 1, 1]";
        const handedOn = [sums, "int32 [1, 2, 64, 64]"];
        expect(found).toEqual({
          isReduced: true,
          fetched: [
            ...["int32 [1, 1, 32, 64]", sums, "int32 [1, 3, 8, 64]", "int32 [1, 3, 64, 8]"],
            ...(tta === "flip" ? [...handedOn, ...handedOn, ...handedOn] : []),
          ].sort(),
          fault,
          labels: fault === null ? sessionOn("cpu").labels : null,
        });
      },
    );
  },
);
