/** Child of pipeline.ts: infers the chips of a scene that are in memory already, from the start of the workers on, as the map stage counts. Prints {seconds, chips}. */
import { atPrecision } from "../../src/inference/precision.ts";
import { WorkerPool } from "../../src/inference/worker-pool.ts";
import { resolveConfig } from "../../src/pipeline/pipeline-file.ts";
import { prepareRun } from "../../src/pipeline/prepare.ts";
import { type Chip, readChips } from "../../src/tiler/tiler.ts";

const [scenePath = "", workers = "2"] = process.argv.slice(2);
const run = await prepareRun([scenePath], "unused", await resolveConfig(undefined, {}));
const chips: Chip[] = [];
for await (const chip of readChips(run.scene, run.plan, { bands: run.bands, readAhead: 2 })) chips.push(chip);
await run.scene.close();

const start = performance.now();
const pool = new WorkerPool(await atPrecision(run.model, "auto", "cpu"), {
  workers: Number(workers),
  executionProvider: "cpu",
});
await pool.check(run.plan.x.chip);
let inferred = 0;
for await (const { scores } of pool.infer(inOrder(chips))) if (scores !== null) inferred++;
const seconds = (performance.now() - start) / 1000;
await pool.close();
process.stdout.write(JSON.stringify({ seconds, chips: inferred }));

async function* inOrder(items: Chip[]): AsyncGenerator<Chip> {
  yield* items;
}
