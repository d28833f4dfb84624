import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { DryRun } from "../../src/pipeline/dry-run.ts";
import type { RunManifest } from "../../src/pipeline/manifest.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { callCli, runCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
const out = join(scratch, "out");
beforeAll(async () => void (await writeScene(scene, { width: 900, height: 700 })));

function args(...more: readonly string[]): string[] {
  return [
    "map",
    scene,
    "-o",
    out,
    "-m",
    fixtureModelPath("pixelwise"),
    "--device",
    "cpu",
    "--workers",
    "2",
    ...more,
  ];
}

describe("--dry-run", () => {
  test("says what the run would take and writes nothing", async () => {
    const { code, stdout, stderr } = await callCli(...args("--dry-run"));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Map {5}900 x 700 px at 1\.00 m, 0\.63 Mpx$/m);
    for (const fact of ["Area", "Chips", "Time", "Memory", "Disk", "landcover.tif", "imagery.pmtiles"])
      expect(stdout).toMatch(new RegExp(`^${fact}  +\\S`, "m"));
    expect(existsSync(out)).toBe(false);
  });

  test("counts with --json as the run does: chips, workers, pixels; memory and sizes in bytes", async () => {
    const { stdout } = await callCli(...args("--dry-run", "--json", "--max-memory", "3GB"));
    const plan = JSON.parse(stdout) as DryRun;
    expect(plan).toMatchObject({
      workers: 2,
      width: 900,
      height: 700,
      megapixels: 0.63,
      memory: { limitBytes: 3e9 },
    });
    expect(existsSync(out)).toBe(false);
    expect((await runCli(args("--max-memory", "3GB", "--quiet"))).code).toBe(0);
    const run = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as RunManifest;
    expect(run.chips.planned).toBe(plan.chips);
    expect(run.workers).toBe(plan.workers);
    expect(run.peakMemoryBytes).toBeLessThan(plan.memory.peakBytes * 1.25);
  });

  test("refuses what the run would refuse", async () => {
    expectUserError(await callCli(...args("--dry-run", "--bands", "1,2")), /2 bands|bands/, /--bands/);
  });
});

describe("--max-memory", () => {
  test("refuses a run that cannot fit, says what takes most and what would fit", async () => {
    expectUserError(
      await callCli(...args("--max-memory", "100MB")),
      /needs at least \d+MB with 2 workers and chips of 64 px, more than --max-memory 100MB: \d+MB of it for .+/,
      /^This would fit: .*--max-memory \d+MB\.$/,
    );
    expect(existsSync(join(out, "run.checkpoint"))).toBe(false);
  });

  test("refuses what is no size", async () => {
    const { code, stderr } = await callCli(...args("--max-memory", "much"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/must be a size such as 2GB/);
  });
});
