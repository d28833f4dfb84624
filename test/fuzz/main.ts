/** `npm run fuzz -- [CASES] [SEED]`: damaged GeoTIFFs, models and PMTiles archives; exits 1 where one is not refused or read as it should. */
import { availableParallelism } from "node:os";
import { fuzz } from "./fuzz.ts";

const [cases = 10_000, seed = 1] = process.argv.slice(2).map(Number);
const start = performance.now();
const { failures, outcomes } = await fuzz({ cases, seed, processes: availableParallelism() });
for (const { index, what, failure } of failures)
  process.stdout.write(`case ${index} of seed ${seed} (${what}): ${failure}\n`);
const counts = [...outcomes]
  .toSorted(([, a], [, b]) => b - a)
  .map(([outcome, count]) => `${count} ${outcome}`);
process.stdout.write(
  `${cases} cases in ${((performance.now() - start) / 1000).toFixed(0)} s: ${counts.join(", ")}\n`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
