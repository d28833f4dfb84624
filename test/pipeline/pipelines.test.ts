import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configSchema } from "../../src/pipeline/config.ts";
import type { RunManifest } from "../../src/pipeline/manifest.ts";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { DEFAULT_OUTPUTS, OUTPUT_FILES } from "../../src/pipeline/outputs.ts";
import { PIPELINES_FOLDER, resolveConfig } from "../../src/pipeline/pipeline-file.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { callCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectUserError } from "../support/user-error.ts";
import { writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
const drone = join(scratch, "drone.tif");
const pipelines = readdirSync(PIPELINES_FOLDER).filter((name) => name.endsWith(".yaml"));
const RASTERS = ["landcover.tif", "landcover.tif.aux.xml", "confidence.tif"];
const EVERYTHING = DEFAULT_OUTPUTS.flatMap((output) => OUTPUT_FILES[output]);
const PAGE = (["vector-tiles", "raster-tiles", "imagery", "areas", "viewer"] as const).flatMap(
  (output) => OUTPUT_FILES[output],
);

/** Ten centimetre pixels, whose left tenth has no data. */
beforeAll(async () => {
  await writeScene(scene, { width: 170, height: 150 });
  const [width, height] = [600, 400];
  const mask = Uint8Array.from({ length: width * height }, (_, i) => (i % width < 60 ? 0 : 1));
  await writeScene(drone, { width, height, mask, affine: [0.1, 0, 5e5, 0, -0.1, 28e5] });
});

function runFolder(folder: string): { readonly files: readonly string[]; readonly manifest: RunManifest } {
  const manifest = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunManifest;
  return { files: readdirSync(folder).sort(), manifest };
}

describe("-p runs the pipelines that come with landstitch, with the shipped model:", () => {
  test.each([
    { name: "land-cover", image: () => scene, files: EVERYTHING, size: [170, 150] },
    { name: "drone-survey", image: () => drone, files: EVERYTHING, size: [60, 40] },
    { name: "web-map", image: () => scene, files: PAGE, size: [170, 150] },
  ])("$name", async ({ name, image, files, size }) => {
    expect(pipelines).toContain(`${name}.yaml`);
    const out = join(scratch, name);
    const args = ["map", image(), "-o", out, "-p", name, "--device", "cpu", "--workers", "1", "--quiet"];
    expect(await callCli(...args)).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    const run = runFolder(out);
    expect(run.files).toEqual([...files, "run.json"].sort());
    expect(run.manifest.files.map((file) => file.name).sort()).toEqual([...files].sort());
    const { width, height, gsd } = run.manifest.grid;
    expect([width, height]).toEqual(size);
    expect(gsd).toBeCloseTo(1.0004, 4);
    expect(run.manifest.model.name).toMatch(/^pspnet-mobilenetv2(-int8)?$/);
  });

  test("a drone survey keeps its holes on the metre grid", async () => {
    const map = await openScene(join(scratch, "drone-survey", "landcover.tif"));
    const { data } = await map.read({ col: 0, row: 0, width: 60, height: 40 });
    await map.close();
    const holes = Array.from(data as ArrayLike<number>, (label, i) => [label === 255, i % 60 < 6] as const);
    expect(holes.filter(([found, expected]) => found !== expected)).toEqual([]);
  });
});

test("there is no pipeline beside those that the tests run", () => {
  expect(pipelines).toEqual(["drone-survey.yaml", "land-cover.yaml", "web-map.yaml"]);
});

test("the pipeline land-cover says what a run does by default", async () => {
  const { $schema, description, ...settings } = await resolveConfig("land-cover", {});
  expect(settings).toEqual(configSchema.parse({}));
});

test.each(pipelines)("%s names the schema that completes it in editors", (name) => {
  const path = join(PIPELINES_FOLDER, name);
  const { $schema, description } = parse(readFileSync(path, "utf8")) as Record<string, string>;
  expect(existsSync(join(dirname(path), $schema!))).toBe(true);
  expect(description).toMatch(/\.$/);
});

test("flags override the pipeline, and what no flag names stays as the pipeline says", async () => {
  const out = join(scratch, "overridden");
  const flags = ["--gsd", "2", "--outputs", "landcover,areas", "--overlap", "32", "--blend", "crop"];
  const args = ["map", drone, "-o", out, "-p", "drone-survey", ...flags, "--device", "cpu", "--quiet"];
  expect((await callCli(...args)).code).toBe(0);
  const { files, manifest } = runFolder(out);
  expect(files).toEqual([...RASTERS.slice(0, 2), "areas.json", "areas.csv", "run.json"].sort());
  expect(manifest.grid).toMatchObject({ width: 30, height: 20 });
  const pipeline = await resolveConfig("drone-survey", {});
  const overridden = { gsd: 2, outputs: ["landcover", "areas"], overlap: 32, blend: "crop", device: "cpu" };
  expect(manifest.config).toEqual({ ...pipeline, ...overridden });
});

test("the same pipeline gives the same map from the command line and from the library", async () => {
  const out = join(scratch, "library");
  await mapScene(scene, out, { pipeline: "land-cover", device: "cpu", workers: 2 });
  const dated = ["report.html", "item.json"];
  for (const file of EVERYTHING.filter((name) => !dated.includes(name))) {
    const [library, cli] = [out, join(scratch, "land-cover")].map((folder) =>
      readFileSync(join(folder, file)),
    );
    expect(library!.equals(cli!), file).toBe(true);
  }
});

test("the library refuses a setting that it does not know, naming the nearest", async () => {
  const options = { workrs: 1 } as object;
  await expect(mapScene(scene, join(scratch, "unknown"), options)).rejects.toMatchObject({
    code: "bad-config",
    message: 'the settings: there is no setting "workrs".',
    hint: 'Did you mean "workers"?',
  });
});

test("a range of values whose first is not the smaller is refused", async () => {
  const args = ["map", scene, "-o", join(scratch, "range"), "-p", join(scratch, "range.yaml")];
  writeFileSync(join(scratch, "range.yaml"), "rescale: [900, 100]\n");
  expectUserError(await callCli(...args), /range\.yaml: rescale is \[900,100\]/, /\[min, max\]/);
});
