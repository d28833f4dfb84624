/**
 * Polygons beside gdal_polygonize.py on one label raster of 10,000 x 10,000 px, each in a process of its own, in turns; and memory on
 * one of 30,000 x 30,000 px: `npm run bench:vectors [ROUNDS] [SIDE_OF_THE_LARGE_ONE]`. Writes its section of RESULTS.md.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeLabelRaster } from "./label-raster.ts";
import { machine, median, spread, writeSection } from "./results.ts";

interface Traced {
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly polygons: number;
  readonly bytes: number;
}

const SIDE = 10_000;
const rounds = Number(process.argv[2] ?? 3);
const largeSide = Number(process.argv[3] ?? 30_000);
const folder = mkdtempSync(join(tmpdir(), "landstitch-bench-"));
try {
  const labels = join(folder, "labels.tif");
  await writeLabelRaster(labels, SIDE);
  const results = Array.from({ length: rounds }, () => ({
    exact: trace(labels, {}),
    simple: trace(labels, { simplify: 1 }),
    sieved: trace(labels, { simplify: 1, minArea: 100 }),
    gdal: polygonize(labels),
  }));
  report(results, null);
  await writeLabelRaster(labels, largeSide);
  const large = trace(labels, { simplify: 1 });
  report(results, large);
} finally {
  rmSync(folder, { recursive: true });
}

function trace(labels: string, options: object): Traced {
  const script = fileURLToPath(new URL("trace-labels.mjs", import.meta.url));
  const output = join(folder, "landcover.parquet");
  // as src/cli/main.ts sets it
  const args = ["--heap-growing-percent=800", script, labels, output, JSON.stringify(options)];
  const said = execFileSync(process.execPath, args, { encoding: "utf8" });
  return { ...(JSON.parse(said) as Omit<Traced, "bytes">), bytes: statSync(output).size };
}

/** CPU seconds (user and system) of gdal_polygonize.py to GeoPackage; null without GDAL. */
function polygonize(labels: string): number | null {
  const output = join(folder, "gdal.gpkg");
  rmSync(output, { force: true });
  const command = `TIMEFORMAT='%U %S'; time gdal_polygonize.py -q '${labels}' -f GPKG '${output}' 2>/dev/null`;
  try {
    const said = execFileSync("bash", ["-c", `{ ${command}; } 2>&1`], { encoding: "utf8" });
    const [user = 0, system = 0] = said.trim().split(/\s+/).map(Number);
    return user + system;
  } catch {
    return null;
  }
}

function report(
  results: readonly {
    readonly exact: Traced;
    readonly simple: Traced;
    readonly sieved: Traced;
    readonly gdal: number | null;
  }[],
  large: Traced | null,
): void {
  const row = (name: string, of: "exact" | "simple" | "sieved"): string => {
    const runs = results.map((round) => round[of]);
    const cpu = spread(
      runs.map(({ cpuSeconds }) => cpuSeconds),
      2,
    );
    const memory = spread(
      runs.map(({ peakBytes }) => peakBytes / 1e6),
      0,
    );
    return `| ${name} | ${runs[0]!.polygons} | ${cpu} | ${memory} | ${(runs[0]!.bytes / 1e6).toFixed(1)} |`;
  };
  const gdal = results.flatMap(({ gdal: seconds }) => (seconds === null ? [] : [seconds]));
  const ratios = (of: "exact" | "simple"): readonly number[] =>
    results.flatMap((round) => (round.gdal === null ? [] : [round.gdal / round[of].cpuSeconds]));
  writeSection("Polygons", "npm run bench:vectors", [
    `Seeded label raster, ${SIDE} x ${SIDE} px, 6 classes. ${machine()}. Median of ${rounds} rounds in turns (lowest–highest).`,
    "",
    "| to landcover.parquet | polygons | CPU-s | peak RSS, MB | file, MB |",
    "|---|---|---|---|---|",
    row("`--simplify 0`", "exact"),
    row("`--simplify 1`", "simple"),
    row("`--simplify 1 --min-area 100`", "sieved"),
    ...(gdal.length === 0
      ? []
      : [
          `| gdal_polygonize.py to GeoPackage | | ${spread(gdal, 2)} | | |`,
          "",
          `gdal_polygonize.py takes ${spread(ratios("exact"), 1)} times the CPU of \`--simplify 0\` and ${spread(ratios("simple"), 1)} times that of \`--simplify 1\` (must hold: ≥ 8).`,
        ]),
    ...(large === null
      ? []
      : [
          "",
          `Memory: ${largeSide} x ${largeSide} px, ${large.polygons} polygons at \`--simplify 1\`: ${(large.peakBytes / 1e6).toFixed(0)} MB peak RSS (must hold: < 1500), ${large.cpuSeconds.toFixed(1)} CPU-s.`,
        ]),
  ]);
  const isFast = gdal.length === 0 || median(ratios("simple")) >= 8;
  process.exitCode = isFast && large !== null && large.peakBytes < 1.5e9 ? 0 : 1;
}
