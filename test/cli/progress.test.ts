import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { EVENT_TYPES, type RunEvent } from "../../src/pipeline/progress.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { CLI, callCli, runCli, runProcess } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectNoOutput } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
const SIZE = { width: 900, height: 700 };

beforeAll(async () => {
  const data = new Uint8Array(SIZE.width * SIZE.height * 3).fill(100);
  data[(600 * SIZE.width + 800) * 3] = 13; // where the model "nan" fails
  await writeScene(scene, { ...SIZE, data });
});

function argsFor(out: string, model = "pixelwise"): string[] {
  return ["map", scene, "-o", out, "-m", fixtureModelPath(model), "--device", "cpu", "--workers", "2"];
}

test("piped, a run prints plain lines: no bar, no escape codes; areas and files go to stdout", async () => {
  const out = join(scratch, "piped");
  const { code, stdout, stderr } = await runCli(argsFor(out));
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^landstitch \d+\.\d+\.\d+ on the CPU, 2 workers\n\S+scene\.tif: 900 x 700 px at 1\.00 m, \d+ chips for pixelwise 1\.0\.0\nDone in .*: .* in \S+piped\n$/,
  );
  expect(stdout).toMatch(/^class +area +share +confidence\n/);
  expect(stdout).toMatch(/\ntotal +63\.1 ha +100\.0 % +\d+ %\n/);
  for (const name of readdirSync(out)) if (name !== "run.json") expect(stdout).toContain(join(out, name));
  expect(`${stdout}${stderr}`).not.toContain("\u001b");
});

test("--quiet prints nothing, and warnings neither", async () => {
  const out = join(scratch, "quiet");
  const args = [...argsFor(out), "--quiet", "--outputs", "areas"];
  expect(await callCli(...args)).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
});

describe("--json", () => {
  let events: readonly RunEvent[] = [];
  beforeAll(async () => {
    const { code, stdout, stderr } = await runCli([...argsFor(join(scratch, "json")), "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.endsWith("\n")).toBe(true);
    events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as RunEvent);
  });

  test("prints one JSON object a line, each of a type that --help names", async () => {
    const help = (await callCli("map", "--help")).stdout.replaceAll(/\s+/g, " ");
    expect(help).toContain(EVENT_TYPES.join(", "));
    for (const { type } of events) expect(EVENT_TYPES).toContain(type);
  });

  test("begins with start and ends with done, each stage telling its end", () => {
    expect(events[0]).toMatchObject({
      type: "start",
      device: "cpu",
      workers: 2,
      ...SIZE,
      gsd: expect.closeTo(1, 2),
    });
    expect(events.at(-1)).toMatchObject({ type: "done", output: join(scratch, "json") });
    const stages = events.flatMap((event) => (event.type === "stage" ? [event.stage] : []));
    expect(stages).toEqual([
      "map",
      "areas",
      "polygons",
      "vector-tiles",
      "raster-tiles",
      "confidence-tiles",
      "imagery",
      "report",
    ]);
  });

  test("tells progress that never falls and ends with all of it", () => {
    for (const stage of ["map", "areas", "polygons", "vector-tiles", "raster-tiles"]) {
      const steps = events
        .filter((event) => event.type === "progress")
        .filter((event) => event.stage === stage);
      const done = steps.map((step) => step.done);
      expect(done, stage).toEqual([...done].sort((a, b) => a - b));
      expect(steps.at(-1)).toMatchObject({ done: steps[0]!.total, total: steps[0]!.total, secondsLeft: 0 });
      for (const { megapixelsPerSecond } of steps) expect(megapixelsPerSecond).toBeGreaterThan(0);
    }
  });

  test("says the same as run.json", () => {
    const manifest = JSON.parse(readFileSync(join(scratch, "json", "run.json"), "utf8"));
    const stages = events.filter((event) => event.type === "stage").map(({ type: _, ...stage }) => stage);
    expect(manifest.stages).toEqual(stages);
    expect(manifest.inference).toEqual({
      batch: 1,
      busyShare: expect.closeTo(0.5, 0),
      redoneOnCpu: 0,
      lost: null,
    });
  });

  test("tells how busy the workers are while it maps", () => {
    const shares = events.flatMap((event) => (event.type === "progress" ? [event.busyShare] : []));
    expect(shares.filter((share) => share !== undefined).length).toBeGreaterThan(0);
    for (const share of shares.filter((one) => one !== undefined)) expect(share).toBeLessThanOrEqual(1);
  });
});

const hasTerminal = findScript();

function findScript(): boolean {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux");
  } catch {
    return false;
  }
}

/** Runs the command line on a pseudo-terminal. */
function onTerminal(args: readonly string[]): ReturnType<typeof runProcess> {
  const command = [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(" ");
  return runProcess("script", ["-qec", command, "/dev/null"], { env: { TERM: "xterm" } });
}

describe.skipIf(!hasTerminal)(`on a terminal${hasTerminal ? "" : " (skipped: no util-linux script)"}`, () => {
  test.concurrent("a bar shows speed in Mpx/s and km²/h and the time left, and goes when the run is done", async () => {
    const { code, stdout } = await onTerminal(argsFor(join(scratch, "bar")));
    expect(code).toBe(0);
    expect(stdout).toMatch(/Mapping +\[[█░=-]+\] \d+ % \| [\d.,]+ Mpx\/s, [\d.,]+ km²\/h \| [\d.]+ s left/);
    expect(stdout).toMatch(/Tracing polygons/);
    expect(stdout).toMatch(/Done in/);
  });

  test.concurrent("a run that fails under its bar ends", async () => {
    const out = join(scratch, "failed bar");
    const { code, signal, stdout } = await onTerminal(argsFor(out, "nan"));
    expect({ code, signal }).toEqual({ code: 2, signal: null });
    expect(stdout).toMatch(/Mapping/);
    expect(stdout).toMatch(/Error: Inference failed for the chip .*NaN.*\r?\n.+\r?\n$/);
    expectNoOutput(out);
  });
});
