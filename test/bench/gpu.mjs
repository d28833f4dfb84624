/**
 * The whole pipeline on a real GPU: `npm run bench:gpu [DEVICE [SCENE [ROUNDS [MODEL]]]]`, or `node test/bench/gpu.mjs` in the folder that
 * `npm run pack:gpu` packs. Prints Mpx/s from scene to both COGs, Mpx/s of the bare forward pass, the device's busy share, and on how many
 * pixels its labels are the CPU's. Plain JavaScript on the built library: it runs without network and without development packages.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mapScene } from "../../dist/index.js";
import { chooseDevice } from "../../dist/inference/device.js";
import { loadModel } from "../../dist/inference/model.js";
import { WorkerPool } from "../../dist/inference/worker-pool.js";
import { resolveConfig } from "../../dist/pipeline/pipeline-file.js";
import { prepareRun } from "../../dist/pipeline/prepare.js";
import { openScene } from "../../dist/scene/open-scene.js";
import { readChips } from "../../dist/tiler/tiler.js";

const town = fileURLToPath(new URL("../../sample-data/town.tif", import.meta.url));
const [wanted = "auto", scene = town, rounds = "3", model = "pspnet-mobilenetv2"] = process.argv.slice(2);
const print = (text) => process.stdout.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), "landstitch-gpu-"));

const { device, rejected } = await chooseDevice(wanted, await loadModel(model)).catch(({ message, hint }) => {
  process.stderr.write(`${message}\n${hint ?? ""}\n`);
  process.exit(2);
});
for (const { device: name, reason } of rejected) print(`${name} is not used: ${reason}`);
print(
  `${new Date().toISOString().slice(0, 10)}, ${device} on ${cardName()}, ${cpus().length} cores ${cpus()[0]?.model}, Node ${process.version}`,
);
print(`${scene}, ${model} in floats, ${rounds} rounds; median (lowest–highest)\n`);

const runs = [];
for (let round = 0; round < Number(rounds); round++) runs.push(await mapped(device));
const { megapixels, inference } = runs[0];
print(`end to end     ${spread(runs.map(({ seconds }) => megapixels / seconds))} Mpx/s, scene to both COGs`);
print(
  `device busy    ${spread(runs.map((run) => 100 * run.inference.busyShare))} % of the time, batches of ${inference.batch}`,
);
print(`bare forward   ${spread(await forward(Number(rounds)))} Mpx/s, chips in memory`);
if (inference.lost !== null) print(`THE DEVICE WAS LOST: ${inference.lost}`);
if (inference.redoneOnCpu > 0) print(`${inference.redoneOnCpu} CHIPS WERE INFERRED AGAIN ON THE CPU`);
if (device !== "cpu") {
  await mapped("cpu");
  const [same, pixels] = await agreement();
  print(
    `labels         ${((100 * same) / pixels).toFixed(4)} % the CPU's (${pixels - same} of ${pixels} px differ)`,
  );
  process.exitCode = same / pixels >= 0.999 && inference.lost === null ? 0 : 1;
}
rmSync(folder, { recursive: true });

/** Maps the scene; the seconds are those of the map stage. */
async function mapped(on) {
  const outputs = ["landcover", "confidence"];
  const { manifest } = await mapScene(scene, join(folder, on), {
    device: on,
    model,
    outputs,
    precision: "fp32",
  });
  const { stages, grid } = manifest;
  const { seconds } = stages.find(({ stage }) => stage === "map");
  return { seconds, megapixels: (grid.width * grid.height) / 1e6, inference: manifest.inference };
}

/** Mpx/s through the pool with chips that are in memory already: overlaps count as pixels, for the device infers them. */
async function forward(count) {
  const run = await prepareRun(
    [scene],
    "unused",
    await resolveConfig(undefined, { model, precision: "fp32" }),
  );
  const chips = [];
  for await (const chip of readChips(run.scene, run.plan, { bands: run.bands, readAhead: 2 }))
    chips.push(chip);
  await run.scene.close();
  const pool = new WorkerPool(run.model, {
    workers: cpus().length,
    executionProvider: device,
    chips: chips.length,
  });
  await pool.check(run.plan.x.chip);
  const inferred = chips.filter(({ data }) => data !== null).length;
  const speeds = [];
  for (let round = 0; round < count; round++) {
    const start = performance.now();
    let pixels = 0;
    for await (const { scores, window } of pool.infer(asStream(chips)))
      if (scores !== null) pixels += window.width * window.height;
    if (pixels !== inferred * run.plan.x.chip ** 2) throw new Error("chips are missing");
    speeds.push(pixels / 1e3 / (performance.now() - start));
  }
  await pool.close();
  return speeds;
}

async function* asStream(items) {
  yield* items;
}

/** Pixels with the same label on the device and on the CPU, and all. */
async function agreement() {
  const [found, expected] = await Promise.all([device, "cpu"].map(labels));
  return [found.reduce((count, label, i) => count + (label === expected[i] ? 1 : 0), 0), found.length];
}

async function labels(on) {
  const opened = await openScene(join(folder, on, "landcover.tif"));
  const { width, height } = opened.grid;
  const { data } = await opened.read({ col: 0, row: 0, width, height });
  await opened.close();
  return data;
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, middle, high] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return `${middle.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;
}

function cardName() {
  if (device === "cpu") return "the CPU";
  try {
    return execFileSync("nvidia-smi", ["--query-gpu=name,driver_version", "--format=csv,noheader"], {
      encoding: "utf8",
    }).trim();
  } catch {
    return "a card that nvidia-smi does not know";
  }
}
