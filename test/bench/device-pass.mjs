/**
 * Child of device.ts: `device-pass.mjs record|read|stitch|map SCENE ANSWERS [MPX_PER_SECOND]`. `record` writes the model's scores of all
 * chips to ANSWERS; the others print what a pass over the scene costs: reading alone, stitching recorded scores alone, or all of
 * the map stage on a simulated device that answers with them, each for the second time in its process. Plain JavaScript on the built library, with the command line's own setting
 * of the heap: what users run is measured, and no compiler beside it.
 */
import { createWriteStream, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { WorkerPool } from "../../dist/inference/worker-pool.js";
import { Checkpointer } from "../../dist/pipeline/checkpoint.js";
import { mapStage } from "../../dist/pipeline/map-stage.js";
import { resolveConfig } from "../../dist/pipeline/pipeline-file.js";
import { prepareRun } from "../../dist/pipeline/prepare.js";
import { stitch } from "../../dist/stitcher/stitcher.js";
import { plannedChips } from "../../dist/tiler/chip-plan.js";
import { readChips } from "../../dist/tiler/tiler.js";

setFlagsFromString("--heap-growing-percent=800"); // as src/cli/main.ts
const [pass = "", scenePath = "", answers = "", speed = "200"] = process.argv.slice(2);
if (pass !== "record") await measured(); // what the compiler spends once is not what is sustained
process.stdout.write(JSON.stringify(await measured()));

async function measured() {
  const run = await prepareRun([scenePath], "unused", await resolveConfig(undefined, {}));
  const start = performance.now();
  const cpu = process.cpuUsage();
  const device = await passOf(pass)(run);
  const { user, system } = process.cpuUsage(cpu);
  await run.scene.close();
  const { width, height } = run.grid;
  return {
    megapixels: (width * height) / 1e6,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6 - device.cpuSeconds,
    busyShare: device.busyShare,
  };
}

function passOf(name) {
  const passes = { record, read, stitch: stitched, map };
  const found = passes[name];
  if (found === undefined) throw new RangeError(`no pass ${name}`);
  return found;
}

async function record(run) {
  const pool = new WorkerPool(run.model, { workers: availableParallelism(), executionProvider: "cpu" });
  const file = createWriteStream(answers);
  for await (const { scores } of pool.infer(
    readChips(run.scene, run.plan, { bands: run.bands, readAhead: 2 }),
  )) {
    if (scores === null) throw new Error("the bench needs a scene without empty chips");
    file.write(Buffer.from(new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength)));
  }
  file.end();
  await finished(file);
  await pool.close();
  return { cpuSeconds: 0, busyShare: null };
}

async function read(run) {
  for await (const chip of readChips(run.scene, run.plan, { bands: run.bands, readAhead: 2 }))
    if (chip.data === null) throw new Error("the bench needs a scene without empty chips");
  return { cpuSeconds: 0, busyShare: null };
}

async function stitched(run) {
  const { card } = run.model;
  const { stride, margin } = card.output;
  const classIds = card.classes.map(({ id }) => id);
  const strips = stitch(recorded(run), { plan: run.plan, classIds, stride, margin, blend: "hann" });
  let rows = 0;
  for await (const strip of strips) rows += strip.rows;
  if (rows !== run.grid.height) throw new Error(`${rows} rows were stitched of ${run.grid.height}`);
  return { cpuSeconds: 0, busyShare: null };
}

async function* recorded({
  plan,
  model: {
    card: { classes, output },
  },
}) {
  const file = openSync(answers, "r");
  const scores = new Float32Array(
    classes.length * (plan.x.chip / output.stride) * (plan.y.chip / output.stride),
  );
  for (const chip of plannedChips(plan, 0)) {
    readSync(file, scores, 0, scores.byteLength, chip.index * scores.byteLength);
    yield { ...chip, scores, ownedMask: null };
  }
}

async function map(run) {
  const folder = mkdtempSync(join(tmpdir(), "landstitch-bench-"));
  const cpuSeconds = new SharedArrayBuffer(8);
  const log = new SharedArrayBuffer(4 * 10_000);
  const overlap = new SharedArrayBuffer(12); // what the device is told: see simulated-device.mjs
  const settings = { secondsPerMegapixel: 1 / Number(speed), answers, log, cpuSeconds, overlap };
  const simulated = {
    file: fileURLToPath(new URL("../support/simulated-device.mjs", import.meta.url)),
    settings,
  };
  const { inference } = await mapStage(run, {
    ...{ folder, device: "cuda", workers: availableParallelism(), batch: 16, blend: "hann", tta: "none" },
    ...{ onError: "stop", listener: () => undefined, signal: undefined, resume: null },
    checkpointer: new Checkpointer(folder, { fingerprint: {}, interval: 3600, bytes: 0 }),
    simulated,
  });
  rmSync(folder, { recursive: true });
  if (inference.lost !== null) throw new Error(`the simulated device was lost: ${inference.lost}`);
  return { cpuSeconds: new Float64Array(cpuSeconds)[0], busyShare: inference.busyShare };
}
