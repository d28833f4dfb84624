import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { callCli, runCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { runSignalled } from "../support/signalled-cli.ts";
import { expectNoOutput } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
const SIZE = { width: 1400, height: 1100 };
/** Generous: the machine may be busy. Draining takes milliseconds. */
const SECONDS_TO_STOP = 10;

/** Stripes of three classes: quick to trace and to tile. */
beforeAll(async () => {
  const { width, height } = SIZE;
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (((Math.floor(i / 3) % width) >> 6) % 3) * 100,
  );
  await writeScene(scene, { ...SIZE, data });
});

function argsFor(out: string, model = "pixelwise"): string[] {
  return [
    "map",
    scene,
    "-o",
    out,
    "-m",
    fixtureModelPath(model),
    "--device",
    "cpu",
    "--workers",
    "2",
    "--json",
  ];
}

describe("a run that is stopped exits 130 at once and leaves no file:", () => {
  test.concurrent.each([
    { signal: "SIGINT", at: '"type":"start"', delay: 0, when: "when it starts" },
    { signal: "SIGINT", at: '"stage":"map"', delay: 0, when: "at its first chip" },
    { signal: "SIGTERM", at: '"stage":"map"', delay: 57, when: "while mapping" },
    { signal: "SIGINT", at: '"stage":"map"', delay: 211, when: "while mapping, later" },
    { signal: "SIGHUP", at: '"stage":"map"', delay: 130, when: "while mapping, its terminal closed" },
    { signal: "SIGTERM", at: '"stage":"areas"', delay: 0, when: "while measuring areas" },
    { signal: "SIGINT", at: '"stage":"polygons"', delay: 0, when: "while tracing" },
    { signal: "SIGINT", at: '"stage":"vector-tiles"', delay: 5, when: "while making tiles" },
  ] as const)("$signal $when", async ({ signal, at, delay, when }) => {
    const out = join(scratch, `${signal} ${when}`);
    const result = await runSignalled(argsFor(out), { at, signal, delay });
    expect(result, result.stderr).toMatchObject({ code: 130, signal: null });
    expect(result.secondsToStop).toBeLessThan(SECONDS_TO_STOP);
    expect(result.stderr).toMatch(/Stopping: .*Ctrl-C again to kill\.\nInterrupted: .*removed\.\n$/);
    expect(result.stdout).not.toContain('"type":"done"');
    expectNoOutput(out);
  });
});

test("a second Ctrl-C kills at once; the next run clears what was left half-written", async () => {
  const out = join(scratch, "killed");
  const first = { at: '"stage":"map"', signal: "SIGINT" } as const;
  const second = { at: "Stopping", signal: "SIGINT" } as const;
  const slow = [...argsFor(out, "box65"), "--chip", "1024", "--overlap", "64"];
  expect(await runSignalled(slow, first, second)).toMatchObject({ code: null, signal: "SIGKILL" });
  expect(readdirSync(out).filter((name) => !/\.part(\.\d+)?$/.test(name))).toEqual([]);
  expect((await callCli(...argsFor(out))).code).toBe(0);
  expect(readdirSync(out).filter((name) => name.includes(".part"))).toEqual([]);
});

test("a reader that goes away does not stop the run", async () => {
  const out = join(scratch, "no reader");
  const result = await runCli(argsFor(out), { onText: (_, child) => child.stdout?.destroy() });
  expect(result).toMatchObject({ code: 0, signal: null, stderr: "" });
  expect(readdirSync(out)).toContain("run.json");
});
