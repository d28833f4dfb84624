import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { callCli, runCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectNoOutput, expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
const out = join(scratch, "out");
beforeAll(async () => void (await writeScene(scene, { width: 60, height: 50 })));

/** The arguments of a run that works, and some more. */
function mapWith(...args: string[]): Promise<Awaited<ReturnType<typeof callCli>>> {
  return callCli("map", scene, "-o", out, "-m", fixtureModelPath("pixelwise"), "--device", "cpu", ...args);
}

describe("wrong flags exit 2, say what was found and what to do:", () => {
  test.each([
    { args: ["--overlp", "8"], found: /unknown option '--overlp'/, hint: /Did you mean --overlap\?/ },
    { args: ["--frobnicate"], found: /unknown option '--frobnicate'/, hint: /--help/ },
    { args: ["--workers", "many"], found: /'--workers <n>'.*'many'.*whole number/, hint: /--help/ },
    { args: ["--workers", "0"], found: /workers is 0/, hint: /Inference workers/ },
    { args: ["--workers", "-1"], found: /'-1'.*whole number/, hint: /--help/ },
    { args: ["--overlap", "1.5"], found: /'1\.5'.*whole number/, hint: /--help/ },
    { args: ["--gsd", "fine"], found: /'fine'.*metres/, hint: /--help/ },
    { args: ["--gsd", "0"], found: /'0'.*above 0/, hint: /--help/ },
    { args: ["--rescale", "9,1"], found: /'9,1'.*smaller first/, hint: /--help/ },
    { args: ["--rescale", "1,x"], found: /'1,x'.*two numbers/, hint: /--help/ },
    { args: ["--nodata", "black"], found: /'black'.*number/, hint: /--help/ },
    { args: ["--blend", "mix"], found: /'mix'.*hann, crop/, hint: /--help/ },
    { args: ["--device", "tpu"], found: /'tpu'.*auto, cuda, webgpu, cpu/, hint: /--help/ },
    { args: ["--outputs", "landcovr"], found: /outputs is \["landcovr"\]/, hint: /What is written/ },
    { args: ["--bands", "1,2"], found: /2 bands are chosen, but pixelwise takes 3/, hint: /--bands with 3/ },
    { args: ["--bands", "1,2,9"], found: /has no band 9; it has 3 bands/, hint: /--bands/ },
    { args: ["--bands", "1,2,ultraviolet"], found: /has no band ultraviolet/, hint: /--bands/ },
    {
      args: ["--overlap", "48"],
      found: /overlap is 48 px, but chips are 64 px/,
      hint: /--overlap with 0 to 32/,
    },
    { args: ["--chip", "0"], found: /chip is 0/, hint: /Side of a chip/ },
    { args: ["surplus.tif"], found: /surplus\.tif: no such file/, hint: /path/ },
  ])("map $args", async ({ args, found, hint }) => {
    expectUserError(await mapWith(...args), found, hint);
    expectNoOutput(out);
  });

  test.each([
    {
      args: ["--overlap", "6"],
      found: /64 px with 6 px overlap do not fit .* every 4 px/,
      hint: /multiple of 4, for example 8/,
    },
    {
      args: ["--chip", "66", "--overlap", "8"],
      found: /Chips are 66 px, but stride4 takes multiples of 4/,
      hint: /`chip`/,
    },
  ])("map with a model of stride 4 $args", async ({ args, found, hint }) => {
    const result = await callCli(
      "map",
      scene,
      "-o",
      out,
      "-m",
      fixtureModelPath("stride4"),
      "--device",
      "cpu",
      ...args,
    );
    expectUserError(result, found, hint);
    expectNoOutput(out);
  });

  test.each([
    { args: ["mop"], found: /unknown command 'mop'/, hint: /Did you mean map\?/ },
    { args: ["map"], found: /required option/, hint: /--help/ },
    { args: ["map", "-o", "x"], found: /missing required argument 'scenes'/, hint: /--help/ },
    {
      args: ["map", "a.tif"],
      found: /required option '-o, --output <folder>' not specified/,
      hint: /--help/,
    },
    { args: ["evaluate", "a.tif"], found: /missing required argument 'reference'/, hint: /--help/ },
    { args: ["evaluate", "a.tif", "b.tif", "--ignore", "x"], found: /'x'.*whole number/, hint: /--help/ },
  ])("landstitch $args", async ({ args, found, hint }) => {
    expectUserError(await callCli(...args), found, hint);
  });
});

describe("a pipeline is refused", () => {
  test.each([
    {
      what: "with an unknown key, naming the nearest",
      yaml: "overlp: 32\n",
      found: /there is no setting "overlp"/,
      hint: /Did you mean "overlap"\?/,
    },
    {
      what: "with a wrong value",
      yaml: "workers: many\n",
      found: /workers is "many"/,
      hint: /Inference workers/,
    },
    { what: "with a wrong choice", yaml: "blend: mix\n", found: /blend is "mix"/, hint: /hann fades/ },
    { what: "that is not YAML", yaml: "a: [1,\nb: {", found: /pipeline\.yaml: /, hint: /YAML/ },
    { what: "that is a list", yaml: "- 1\n- 2\n", found: /pipeline\.yaml/, hint: /mapping/ },
  ])("$what", async ({ yaml, found, hint }) => {
    const path = join(scratch, "pipeline.yaml");
    writeFileSync(path, yaml);
    const result = await mapWith("-p", path);
    expectUserError(result, found, hint);
    expect(result.stderr).toContain(path);
    expectNoOutput(out);
  });

  test("that is not there", async () => {
    expectUserError(await mapWith("-p", join(scratch, "none.yaml")), /none\.yaml/, /-p/);
  });

  test("whose name is wrong, naming the nearest", async () => {
    expectUserError(
      await mapWith("-p", "drone-surveys"),
      /drone-surveys: no such pipeline/,
      /Did you mean drone-survey\?/,
    );
  });

  test("for a flag beside it, without blaming the pipeline", async () => {
    const result = await mapWith("-p", "land-cover", "--workers", "0");
    expectUserError(result, /workers is 0/, /Inference workers/);
    expect(result.stderr).not.toContain("land-cover");
  });
});

describe("--help and --version exit 0 and print to stdout:", () => {
  test.each([
    { args: ["--help"], said: /Usage: landstitch/ },
    { args: ["map", "--help"], said: /--overlap <px>/ },
    { args: ["help", "evaluate"], said: /reference labels/ },
    { args: ["--version"], said: /^\d+\.\d+\.\d+\n$/ },
  ])("$args", async ({ args, said }) => {
    expect(await callCli(...args)).toEqual({
      code: 0,
      signal: null,
      stdout: expect.stringMatching(said),
      stderr: "",
    });
  });
});

test("landstitch without a command prints its help and exits 2", async () => {
  const usage = expect.stringMatching(/^Usage: landstitch/);
  expect(await callCli()).toEqual({ code: 2, signal: null, stdout: "", stderr: usage });
});

test("the process says what the library says: usage, a missing file, --debug", async () => {
  const [usage, missing, debug] = await Promise.all([
    runCli(["map", scene, "-o", out, "--overlp", "8"]),
    runCli(["map", join(scratch, "no.tif"), "-o", out, "-m", fixtureModelPath("pixelwise")]),
    runCli(["--debug", "map", join(scratch, "no.tif"), "-o", out, "-m", fixtureModelPath("pixelwise")]),
  ]);
  expectUserError(usage, /unknown option '--overlp'/, /Did you mean --overlap\?/);
  expectUserError(missing, /no\.tif: no such file/, /path/);
  expect(debug.code).toBe(2);
  expect(debug.stderr).toMatch(/\n {4}at /);
  expectNoOutput(out);
});
