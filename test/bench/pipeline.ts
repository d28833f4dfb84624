/**
 * What the pipeline costs beside inference, on the shared mosaic at the default settings: `npm run bench:pipeline [ROUNDS]`.
 * Each round runs scene → landcover.tif and confidence.tif between two runs of bare inference of the same chips, each in a process of its own.
 * CPU outside inference is that of all threads of the map stage less that of the inference workers' own (see thread-times.mjs):
 * the difference to bare inference would be one of two large numbers that vary by more. GDAL's is to read the same scene and to write
 * the same two COGs from their pixels. Writes its section of RESULTS.md.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunManifest } from "../../src/pipeline/manifest.ts";
import { machine, median, spread, writeSection } from "./results.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const scene = join(root, "../shared/data/scenes/dubai-mosaic-11897x6184.tif");
if (!existsSync(scene)) {
  process.stdout.write("skipped: no shared data\n");
  process.exit();
}
const rounds = Number(process.argv[2] ?? 3);
const workers = 2;
const folder = mkdtempSync(join(tmpdir(), "landstitch-bench-"));
const megapixels = (11897 * 6184) / 1e6;
const results = Array.from({ length: rounds }, measured);
rmSync(folder, { recursive: true });

const bareWall = results.map(({ bare: { seconds } }) => seconds);
const mapWall = results.map(({ run }) => run.map.seconds);
const outside = results.map(({ run }) => (run.map.cpuSeconds - run.workerCpuSeconds) / megapixels);
const gdalCpu = results.flatMap(({ gdal }) => (gdal === null ? [] : [gdal / megapixels]));
const efficiency = results.map(({ bare: { seconds }, run }) => seconds / run.map.seconds);
const memory = results.map(({ run }) => run.peakMemoryBytes / 1e6);
writeSection("Pipeline beside bare inference", "npm run bench:pipeline", [
  `Shared Dubai mosaic, 11897 x 6184 px (${megapixels.toFixed(1)} Mpx), ${results[0]!.bare.chips} chips, default model, ${workers} workers. ${machine()}. Median of ${rounds} rounds (lowest–highest).`,
  "",
  "| | measured | must hold |",
  "|---|---|---|",
  `| bare inference of the chips, s | ${spread(bareWall, 1)} | |`,
  `| scene to both COGs, s | ${spread(mapWall, 1)} | |`,
  `| bare wall ÷ pipeline wall | ${spread(efficiency, 2)} | ≥ 0.85 |`,
  `| CPU outside inference, CPU-s per Mpx | ${spread(outside, 3)} | ≤ 0.04 |`,
  ...(gdalCpu.length === 0
    ? []
    : [
        `| GDAL ${gdalVersion()}: reads the scene, writes both COGs from their pixels, CPU-s per Mpx | ${spread(gdalCpu, 3)} | |`,
        `| CPU outside inference ÷ GDAL's | ${spread(
          outside.map((seconds, round) => seconds / gdalCpu[round]!),
          2,
        )} | |`,
      ]),
  `| speed, Mpx/s | ${spread(
    mapWall.map((seconds) => megapixels / seconds),
    2,
  )} | |`,
  `| peak RSS, MB | ${spread(memory, 0)} | < 1200 |`,
]);
process.exitCode = median(efficiency) >= 0.85 && median(outside) <= 0.04 && median(memory) < 1200 ? 0 : 1;

/** CPU seconds of GDAL for the ends of the pipeline, from the COGs that mapped() left; null without GDAL. */
function gdal(): number | null {
  const cog = "-q -of COG -co COMPRESS=DEFLATE -co RESAMPLING";
  const [landcover, confidence] = ["landcover.tif", "confidence.tif"].map((name) =>
    join(folder, "map", name),
  );
  const commands = [
    `gdal_translate -q -of MEM '${scene}' ''`,
    `gdal_translate ${cog}=MODE '${landcover}' '${join(folder, "1.tif")}'`,
    `gdal_translate ${cog}=AVERAGE -co PREDICTOR=2 '${confidence}' '${join(folder, "2.tif")}'`,
  ];
  const command = `TIMEFORMAT='%U %S'; time { ${commands.join(" && ")}; }`;
  try {
    const said = execFileSync("bash", ["-c", `{ ${command}; } 2>&1`], { encoding: "utf8" });
    const [user = 0, system = 0] = said.trim().split(/\s+/).map(Number);
    return user + system;
  } catch {
    return null;
  }
}

function gdalVersion(): string {
  return /GDAL (\d\S*),/.exec(execFileSync("gdalinfo", ["--version"], { encoding: "utf8" }))?.[1] ?? "";
}

/** The machine's pace drifts by a third within minutes: bare inference is the mean of one run before the map and one after it. */
function measured() {
  const before = bare();
  const run = mapped();
  const { chips, seconds } = bare();
  return { bare: { chips, seconds: (before.seconds + seconds) / 2 }, run, gdal: gdal() };
}

function bare(): { seconds: number; chips: number } {
  const script = fileURLToPath(new URL("./bare-inference.ts", import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, ["--import", "tsx", script, scene, String(workers)], {
      encoding: "utf8",
      cwd: root,
    }),
  );
}

function mapped(): {
  map: RunManifest["stages"][number];
  workerCpuSeconds: number;
  peakMemoryBytes: number;
} {
  const times = mkdtempSync(join(folder, "threads-"));
  const preload = fileURLToPath(new URL("./thread-times.mjs", import.meta.url));
  const args = [
    "map",
    scene,
    "-o",
    join(folder, "map"),
    "--workers",
    String(workers),
    "--outputs",
    "landcover,confidence",
    "--quiet",
  ];
  execFileSync(process.execPath, ["--import", preload, join(root, "dist/cli/main.js"), ...args], {
    cwd: root,
    env: { ...process.env, THREAD_TIMES: times },
  });
  const manifest: RunManifest = JSON.parse(readFileSync(join(folder, "map", "run.json"), "utf8"));
  const workerCpuSeconds = Number(readFileSync(join(times, "seconds"), "utf8"));
  const map = manifest.stages.find(({ stage }) => stage === "map");
  if (map === undefined) throw new Error("run.json has no stage map");
  return { map, workerCpuSeconds, peakMemoryBytes: manifest.peakMemoryBytes };
}
