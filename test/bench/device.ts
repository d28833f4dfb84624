/**
 * What the pipeline sustains when inference is fast: `npm run bench:device [ROUNDS [MPX_PER_SECOND]]`. A simulated device answers
 * with scores that the default model gave before (recorded once, under the temporary folder), in the time that its speed says and
 * without CPU; all else is the real pipeline: the shared mosaic is read, stitched, and written as two COGs. Each pass runs in a process of
 * its own, where the same pass, uncounted, goes before it: what is compiled once is not what is sustained. Writes its section of RESULTS.md.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, median, spread, writeSection } from "./results.ts";

interface Pass {
  readonly megapixels: number;
  readonly seconds: number;
  /** Without what the simulated device spends. */
  readonly cpuSeconds: number;
  readonly busyShare: number | null;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const scene = join(root, "../shared/data/scenes/dubai-mosaic-11897x6184.tif");
if (!existsSync(scene)) {
  process.stdout.write("skipped: no shared data\n");
  process.exit();
}
const rounds = Number(process.argv[2] ?? 3);
const speed = Number(process.argv[3] ?? 200);
const load = loadavg()[0]!.toFixed(1);
const card = JSON.parse(readFileSync(join(root, "models/pspnet-mobilenetv2/model.json"), "utf8"));
const answers = join(tmpdir(), `landstitch-answers-${card.sha256.slice(0, 12)}.f32`);
if (!existsSync(answers)) pass("record");

const results = Array.from({ length: rounds }, () => ({
  read: pass("read"),
  stitch: pass("stitch"),
  map: pass("map"),
}));
const { megapixels } = results[0]!.map;
const cost = (name: "read" | "stitch" | "map"): number[] =>
  results.map((result) => result[name].cpuSeconds / megapixels);
const rest = results.map(
  ({ read, stitch, map }) => (map.cpuSeconds - read.cpuSeconds - stitch.cpuSeconds) / megapixels,
);
const perCore = cost("map").map((seconds) => 1 / seconds);
const busy = results.map(({ map }) => map.busyShare!);
const wall = results.map(({ map }) => megapixels / map.seconds);
const stages = { reading: cost("read"), stitching: cost("stitch"), "writing the COGs, batching": rest };
const costliest = Object.entries(stages).reduce((worst, stage) =>
  median(stage[1]) > median(worst[1]) ? stage : worst,
);
const limiting = median(busy) > 0.9 ? "the device" : costliest[0];

writeSection("Pipeline beside a fast device", "npm run bench:device", [
  `Shared Dubai mosaic (${megapixels.toFixed(1)} Mpx) to both COGs on a simulated device of ${speed} Mpx/s in batches of 16, after a pass that is not counted. ${machine()}, load average ${load} before. Median of ${rounds} rounds (lowest–highest).`,
  "",
  "| | CPU-s per Mpx |",
  "|---|---|",
  ...Object.entries(stages).map(([name, seconds]) => `| ${name} | ${spread(seconds, 4)} |`),
  `| all beside inference | ${spread(cost("map"), 4)} |`,
  "",
  `Per CPU core ${spread(perCore, 1)} Mpx/s (must hold: ≥ 25); end to end ${spread(wall, 1)} Mpx/s, the device ${spread(
    busy.map((share) => share * 100),
    0,
  )} % busy. Limiting: ${limiting}.`,
]);
process.exitCode = median(perCore) >= 25 ? 0 : 1;

function pass(name: string): Pass {
  const script = fileURLToPath(new URL("./device-pass.mjs", import.meta.url));
  const args = [script, name, scene, answers, String(speed)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", cwd: root }));
}
