import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { RunManifest } from "../../src/pipeline/manifest.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { seededRandom } from "../support/random.ts";
import { CLI, callCli, runCli } from "../support/run-cli.ts";
import { hashesOf } from "../support/same-outputs.ts";
import { scratchFolder } from "../support/scratch.ts";
import { runSignalled } from "../support/signalled-cli.ts";
import { expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const short = join(scratch, "short.tif");
/** So long that a run is far from its end when it has told of 60 chips. */
const long = join(scratch, "long.tif");
/** `KILLS=100 npx vitest run test/pipeline/resume.test.ts` for more. */
const KILLS = Number(process.env["KILLS"] ?? 2);

/** Classes in stripes and, so that chips disagree where they overlap, a model that looks at its neighbourhood. */
async function writeStripes(path: string, height: number): Promise<void> {
  const size = { width: 700, height };
  const data = Uint8Array.from(
    { length: size.width * size.height * 3 },
    (_, i) => ((Math.floor(i / 3) % size.width) * 7 + Math.floor(i / 2100)) % 251,
  );
  await writeScene(path, { ...size, data });
}

beforeAll(() => Promise.all([writeStripes(short, 1500), writeStripes(long, 4500)]));

function argsFor(scene: string, out: string, model: string, ...more: readonly string[]): string[] {
  const path = existsSync(model) ? model : fixtureModelPath(model);
  const fixed = ["--device", "cpu", "--chip", "128", "--overlap", "32", "--checkpoint", "0"];
  return ["map", scene, "-o", out, "-m", path, ...fixed, ...more];
}

/** Starts a run and kills it after some milliseconds; true when it had not ended by then. */
function killAfter(args: readonly string[], ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, ...args], { stdio: "ignore" });
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("close", (_, signal) => {
      clearTimeout(timer);
      resolve(signal === "SIGKILL");
    });
  });
}

describe.each(["pixelwise", "logits-nhwc", "stride4"])("a %s run that is killed", (model) => {
  const whole = join(scratch, `whole ${model}`);
  let milliseconds: number;

  beforeAll(async () => {
    const start = performance.now();
    expect((await runCli(argsFor(short, whole, model))).code).toBe(0);
    milliseconds = performance.now() - start;
  });

  test(`${KILLS} times at random moments and resumed gives the bytes of an undisturbed one`, async () => {
    const random = seededRandom(6);
    const out = join(scratch, `killed ${model}`);
    for (let kills = 0; kills < KILLS; ) {
      const workers = String(1 + (kills % 2));
      const args = argsFor(short, out, model, "--resume", "--workers", workers);
      if (await killAfter(args, (0.2 + random()) * milliseconds)) kills++;
      else {
        expect(hashesOf(out)).toEqual(hashesOf(whole));
        rmSync(out, { recursive: true });
      }
    }
    if (!existsSync(join(out, "run.json")))
      expect((await runCli(argsFor(short, out, model, "--resume"))).code).toBe(0);
    expect(hashesOf(out)).toEqual(hashesOf(whole));
  }, 600_000);
});

describe("a run that was interrupted", () => {
  const stopped = join(scratch, "stopped");

  beforeAll(async () => {
    const amid = { at: '"done":([6-9]|1[0-9])[0-9],', signal: "SIGINT" } as const;
    const result = await runSignalled(argsFor(long, stopped, "pixelwise", "--json"), amid);
    expect(result, result.stderr).toMatchObject({ code: 130 });
    expect(result.stderr).toMatch(/Interrupted: the same command with --resume goes on where it was\.\n$/);
  });

  /** A copy of the interrupted folder. */
  function copy(name: string): string {
    const folder = join(scratch, name);
    cpSync(stopped, folder, { recursive: true });
    return folder;
  }

  test("is resumed where it was, with other workers and outputs, and run.json says so", async () => {
    const out = copy("resumed");
    const how = ["--resume", "--json", "--workers", "1", "--outputs", "landcover"];
    const args = argsFor(long, out, "pixelwise", ...how);
    const { code, stdout, stderr } = await callCli(...args);
    expect(code, stderr).toBe(0);
    const first = stdout.split("\n").find((line) => line.includes('"type":"progress"'));
    expect(JSON.parse(first!).done).toBeGreaterThan(50);
    expect(Object.keys(hashesOf(out))).toEqual(["landcover.tif", "landcover.tif.aux.xml", "run.json"]);
    const manifest = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as RunManifest;
    expect(manifest.checkpoints).toMatchObject({ resumed: true, written: expect.any(Number) });
    expect(manifest.chips.inferred).toBe(manifest.chips.planned);
    expectUserError(
      await callCli(...args.filter((arg) => arg !== "--json")),
      /holds a finished run/,
      /--resume out/,
    );
  });

  test("starts over without --resume, and says so", async () => {
    const out = copy("over");
    const { code, stdout } = await callCli(
      ...argsFor(long, out, "pixelwise", "--outputs", "areas", "--json"),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/"code":"started-over","message":".*over held a run that --resume would have/);
    expect(stdout).toMatch(/"done":1,/);
    expect(Object.keys(hashesOf(out))).toEqual(["areas.csv", "areas.json", "run.json"]);
  });

  test.each([
    { what: "another overlap", change: ["--overlap", "16"], found: /overlap was 32 and is now 16/ },
    { what: "another chip", change: ["--chip", "256"], found: /chip was 128 and is now 256/ },
    { what: "another blend", change: ["--blend", "crop"], found: /blend was "hann" and is now "crop"/ },
    { what: "another nodata", change: ["--nodata", "0"], found: /nodata was not set and is now 0/ },
    { what: "other bands", change: ["--bands", "3,2,1"], found: /bands was \[1,2,3\] and is now \[3,2,1\]/ },
    {
      what: "another model",
      change: ["-m", fixtureModelPath("stride4")],
      found: /model was .*pixelwise.* and is now .*stride4/,
    },
  ])("is refused by name with $what, and left as it was", async ({ what, change, found }) => {
    const out = copy(what);
    expectUserError(
      await callCli(...argsFor(long, out, "pixelwise", "--resume", ...change)),
      found,
      /as it was, or leave/,
    );
    expect(hashesOf(out)).toEqual(hashesOf(stopped));
  });

  test("is refused when the scene has changed since", async () => {
    const out = copy("scene");
    const { mtime, atime } = statSync(long);
    utimesSync(long, atime, new Date(mtime.getTime() + 1000));
    const result = await callCli(...argsFor(long, out, "pixelwise", "--resume"));
    utimesSync(long, atime, mtime);
    expectUserError(result, /scene long\.tif was \d+ bytes, changed .* and is now/, /as it was/);
  });

  test.each([
    { what: "a damaged checkpoint", damage: (out: string) => flipByte(join(out, "run.checkpoint")) },
    { what: "a missing part", damage: (out: string) => rmSync(join(out, "landcover.tif.part.0")) },
    {
      what: "a part cut short",
      damage: (out: string) => truncateSync(join(out, "confidence.tif.part.0"), 10),
    },
  ])("is refused with $what, never continued wrongly", async ({ what, damage }) => {
    const out = copy(what);
    damage(out);
    const result = await callCli(...argsFor(long, out, "pixelwise", "--resume", "--json"));
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/cannot be resumed from: .*\nLeave --resume out to start over\.\n$/);
  });
});

test("--resume in an empty folder starts from the beginning and says so", async () => {
  const out = join(scratch, "nothing");
  const { code, stderr } = await callCli(
    ...argsFor(short, out, "pixelwise", "--resume", "--outputs", "areas"),
  );
  expect(code).toBe(0);
  expect(stderr).toMatch(/Warning: .*nothing holds nothing to resume: the run starts from the beginning\./);
});

function flipByte(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
}
