/**
 * What grows with the scene: `npm run bench:big -- [SIDE…] [--outputs LIST]` maps square scenes with a pixelwise model, 10,000 and
 * 20,000 px and all default outputs where nothing is given. Each runs in a process of its own under `--max-memory 2GB`, on two workers. Resident memory is
 * read from /proc every 50 ms (Linux), so that each stage shows its own peak. Writes its section of RESULTS.md.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { RunManifest } from "../../src/pipeline/manifest.ts";
import type { RunEvent } from "../../src/pipeline/progress.ts";
import { writeBigScene } from "./big-scene.ts";
import { machine, writeSection } from "./results.ts";

const LIMIT = "2GB";
const root = fileURLToPath(new URL("../../", import.meta.url));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { outputs: { type: "string" } },
});
const sides = positionals.length === 0 ? [10_000, 20_000] : positionals.map(Number);
const outputs = values.outputs === undefined ? [] : ["--outputs", values.outputs];
const folder = mkdtempSync(join(tmpdir(), "landstitch-big-"));

interface StagePeak {
  readonly stage: string;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

interface BigRun {
  readonly side: number;
  readonly stages: readonly StagePeak[];
  readonly sceneBytes: number;
  readonly outputBytes: number;
  readonly peakBytes: number;
}

const runs: BigRun[] = [];
for (const side of sides) runs.push(await mapped(side));
rmSync(folder, { recursive: true });
report();

async function mapped(side: number): Promise<BigRun> {
  const scene = join(folder, "scene.tif");
  const out = join(folder, "map");
  await writeBigScene(scene, side);
  const model = join(root, "test/fixtures/models/pixelwise");
  const size = ["--chip", "512", "--overlap", "32", "--workers", "2", "--device", "cpu"];
  const args = ["map", scene, "-o", out, "-m", model, ...size, "--max-memory", LIMIT, "--json", ...outputs];
  const stages = await watched(args);
  const manifest = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as RunManifest;
  const { peakMemoryBytes: peakBytes, files } = manifest;
  const outputBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const sceneBytes = statSync(scene).size;
  rmSync(out, { recursive: true });
  return { side, stages, sceneBytes, outputBytes, peakBytes };
}

/** Runs the command line and takes the highest resident memory of each stage. */
async function watched(args: readonly string[]): Promise<StagePeak[]> {
  const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  let peakBytes = 0;
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes(child.pid!));
  }, 50);
  const stages: StagePeak[] = [];
  for await (const line of createInterface(child.stdout)) {
    const event = JSON.parse(line) as RunEvent;
    if (event.type !== "stage") continue;
    const { stage, cpuSeconds, seconds } = event;
    stages.push({ stage, cpuSeconds, seconds, peakBytes });
    peakBytes = 0;
  }
  clearInterval(sampler);
  if ((await ended) !== 0) throw new Error(`landstitch ${args.join(" ")} failed`);
  return stages;
}

function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended
  }
}

function report(): void {
  const [first] = runs;
  const perMegapixel = ({ side, stages }: BigRun): number =>
    (stages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / side ** 2) * 1e6;
  const column = (row: (run: BigRun) => string): string => runs.map(row).join(" | ");
  const stageCell = (name: string, { side, stages }: BigRun): string => {
    const found = stages.find(({ stage }) => stage === name);
    if (found === undefined) return "–";
    return `${((found.cpuSeconds / side ** 2) * 1e9).toFixed(0)}, ${(found.peakBytes / 1e6).toFixed(0)}`;
  };
  const mapSpeed = ({ side, stages }: BigRun): string =>
    (side ** 2 / 1e6 / stages.find(({ stage }) => stage === "map")!.seconds).toFixed(1);
  const title = values.outputs === undefined ? "Big scenes" : `Big scenes, ${values.outputs}`;
  const made = values.outputs === undefined ? "all default outputs" : `--outputs ${values.outputs}`;
  writeSection(title, `npm run bench:big -- ${process.argv.slice(2).join(" ")}`, [
    `Square scenes of repeated tiles, pixelwise model, chips of 512 px, two workers, --max-memory ${LIMIT}, ${made}. ${machine()}. One run each.`,
    "Each stage: CPU-ms per megapixel, peak resident memory in MB.",
    "",
    `| | ${column(({ side }) => `${side} x ${side} px`)} |`,
    `|---|${"---|".repeat(runs.length)}`,
    ...(first?.stages ?? []).map(({ stage }) => `| ${stage} | ${column((run) => stageCell(stage, run))} |`),
    `| all, CPU-s per megapixel | ${column((run) => perMegapixel(run).toFixed(3))} |`,
    `| ÷ that of the first (asked for: within 1.15) | ${column((run) => (perMegapixel(run) / perMegapixel(first!)).toFixed(2))} |`,
    `| map, Mpx per second (asked for: ≥ 20) | ${column(mapSpeed)} |`,
    `| wall time, s | ${column(({ stages }) => stages.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(0))} |`,
    `| peak resident memory, MB (asked for: < 2000) | ${column(({ peakBytes }) => (peakBytes / 1e6).toFixed(0))} |`,
    `| scene, MB | ${column(({ sceneBytes }) => (sceneBytes / 1e6).toFixed(1))} |`,
    `| outputs, MB | ${column(({ outputBytes }) => (outputBytes / 1e6).toFixed(0))} |`,
  ]);
}
