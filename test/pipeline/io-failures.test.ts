import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { type MapSceneOptions, mapScene } from "../../src/pipeline/map-scene.ts";
import { withFailure } from "../support/failing-io.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { hashesOf } from "../support/same-outputs.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
const whole = join(scratch, "whole");
/** `IO_FAILURES=200 npx vitest run test/pipeline/io-failures.test.ts` for each of the first 200. */
const UP_TO = Number(process.env["IO_FAILURES"] ?? 0);
const SAMPLE = [1, 4, 5, 10, 11, 21, 34, 47, 77, 120, 127, 128];
const numbers = UP_TO === 0 ? SAMPLE : Array.from({ length: UP_TO }, (_, i) => i + 1);

const common: MapSceneOptions = {
  model: fixtureModelPath("stride4"),
  device: "cpu",
  workers: 1,
  chip: 128,
  overlap: 32,
};

beforeAll(async () => {
  await writeScene(scene, { width: 300, height: 420 });
  await mapScene(scene, whole, common);
});

test.each([
  { what: "without checkpoints: no folder, an empty or a right one", checkpoint: undefined },
  { what: "with checkpoints: no folder, a resumable or a right one", checkpoint: 0 },
])(
  `the n-th call to the disk fails $what; ${numbers.length} of n = 1…${numbers.at(-1)}`,
  async ({ checkpoint }) => {
    const options = { ...common, ...(checkpoint === undefined ? {} : { checkpoint }) };
    const problems: string[] = [];
    for (const n of numbers) {
      const out = join(scratch, `out ${n}`);
      const { result, failed } = await withFailure(n, () => mapScene(scene, out, options));
      const error: unknown = result.status === "rejected" ? result.reason : null;
      const problem = await problemOf(error, out, options).catch((reason: unknown) => String(reason));
      if (problem !== null) problems.push(`call ${n}, ${failed ?? "none"} (${error}): ${problem}`);
      rmSync(out, { recursive: true, force: true });
    }
    expect(problems).toEqual([]);
  },
  3_600_000,
);

/** What is wrong after a run: a folder with run.json must be right, one with a checkpoint become right, any other hold nothing. */
async function problemOf(error: unknown, out: string, options: MapSceneOptions): Promise<string | null> {
  if (error !== null && !(error instanceof UserError)) return `no UserError: ${(error as Error).stack}`;
  if (!existsSync(out)) return null;
  if (existsSync(join(out, "run.checkpoint")) && !existsSync(join(out, "run.json")))
    await mapScene(scene, out, { ...options, resume: true });
  if (readdirSync(out).length === 0) return error === null ? "nothing was written" : null;
  const [found, right] = [hashesOf(out), hashesOf(whole)];
  const names = Object.keys({ ...found, ...right }).filter((name) => found[name] !== right[name]);
  return names.length === 0 ? null : `${names.join(", ")} differ`;
}
