/**
 * Tile archives against GDAL on the same label raster, in CPU seconds, side by side in each round: `npm run bench:tiles [ROUNDS]`.
 * Vector: all zooms against GDAL's polygonising alone, into memory. Raster: PNG tiles of all zooms against GDAL's MBTiles.
 * Ours are measured in a process of their own without its start; GDAL's with it, under 0.5 s. Writes its section of RESULTS.md.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeLabelRaster } from "./label-raster.ts";
import { machine, median, spread, writeSection } from "./results.ts";

const COUNT_TILES =
  "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('select count(*) from tiles').fetchone()[0])";

if (spawnSync("gdal_translate", ["--version"]).status !== 0) {
  process.stdout.write("skipped: no GDAL\n");
  process.exit();
}
/** Side of the raster (px): it has about 115,000 regions then. */
const SIDE = 10_000;
const rounds = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), "landstitch-bench-"));
const raster = join(folder, "labels.tif");
await writeLabelRaster(raster, SIDE);
const results = Array.from({ length: rounds }, () => ({
  vector: ours("vector"),
  polygonize: cpuOf("gdal_polygonize.py", ["-q", raster, "-f", "Memory", "polygons"]),
  raster: ours("raster"),
  mbtiles: mbtiles(),
}));
rmSync(folder, { recursive: true });

const vectorRatio = results.map(({ vector, polygonize }) => polygonize.cpuSeconds / vector.cpuSeconds);
const perSecond = ({ tiles, cpuSeconds }: { tiles: number; cpuSeconds: number }): number =>
  tiles / cpuSeconds;
const rasterRatio = results.map((round) => perSecond(round.raster) / perSecond(round.mbtiles));
const cpu = (kind: keyof (typeof results)[number]): string =>
  spread(
    results.map((round) => round[kind].cpuSeconds),
    1,
  );
const [{ vector, raster: pictures, mbtiles: gdalPictures }] = results as [(typeof results)[0]];
writeSection("Tiles against GDAL", "npm run bench:tiles", [
  `Label raster of test/bench/label-raster.ts, ${SIDE} x ${SIDE} px, about 115,000 polygons. ${machine()}, load average ${loadavg()[0]!.toFixed(0)}. ${gdalVersion()}. ${rounds === 1 ? "One round" : `Median of ${rounds} rounds (lowest–highest)`}, CPU seconds of one process each.`,
  "",
  "| | CPU s | result | must hold |",
  "|---|---|---|---|",
  `| \`landcover.pmtiles\`, all zooms, polygon ids | ${cpu("vector")} | ${vector.tiles} tiles, ${(vector.bytes / 1e6).toFixed(1)} MB, peak ${(vector.peakBytes / 1e6).toFixed(0)} MB | |`,
  `| GDAL Polygonize into memory | ${cpu("polygonize")} | polygons only | |`,
  `| GDAL ÷ landstitch | ${spread(vectorRatio, 2)} | | > 1 |`,
  `| \`landcover-raster.pmtiles\`, all zooms | ${cpu("raster")} | ${pictures.tiles} PNG tiles, ${(pictures.bytes / 1e6).toFixed(1)} MB | |`,
  `| gdal_translate -of MBTiles (PNG8), gdaladdo -r mode | ${cpu("mbtiles")} | ${gdalPictures.tiles} PNG tiles | |`,
  `| tiles per CPU-s, landstitch ÷ GDAL | ${spread(rasterRatio, 2)} | | ≥ 5 |`,
]);
process.exitCode = median(vectorRatio) > 1 && median(rasterRatio) >= 5 ? 0 : 1;

function ours(kind: "vector" | "raster"): {
  cpuSeconds: number;
  tiles: number;
  bytes: number;
  peakBytes: number;
} {
  const script = fileURLToPath(new URL("./tile-archive.ts", import.meta.url));
  // as src/cli/main.ts sets it
  const args = [
    "--heap-growing-percent=800",
    "--import",
    "tsx",
    script,
    kind,
    raster,
    join(folder, `${kind}.pmtiles`),
  ];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

/** GDAL's tiles of the same zooms and size: palette PNG at the deepest, the mode below. */
function mbtiles(): { cpuSeconds: number; tiles: number } {
  const archive = join(folder, "gdal.mbtiles");
  rmSync(archive, { force: true });
  const options = ["-co", "TILE_FORMAT=PNG8", "-co", "BLOCKSIZE=512", "-co", "RESAMPLING=NEAREST"];
  const made = cpuOf("gdal_translate", ["-q", "-of", "MBTiles", ...options, raster, archive]);
  const factors = Array.from({ length: 8 }, (_, i) => String(2 ** (i + 1)));
  const lower = cpuOf("gdaladdo", ["-q", "-r", "mode", archive, ...factors]);
  const tiles = Number(execFileSync("python3", ["-c", COUNT_TILES, archive], { encoding: "utf8" }));
  return { cpuSeconds: made.cpuSeconds + lower.cpuSeconds, tiles };
}

/** CPU seconds (user and system) of a program. */
function cpuOf(program: string, args: readonly string[]): { cpuSeconds: number } {
  const script = 'TIMEFORMAT="%U %S"; time "$0" "$@"';
  const { status, stderr } = spawnSync("bash", ["-c", script, program, ...args], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  const [user, system] = stderr.trim().split("\n").at(-1)!.split(" ").map(Number) as [number, number];
  return { cpuSeconds: user + system };
}

function gdalVersion(): string {
  return execFileSync("gdal_translate", ["--version"], { encoding: "utf8" }).split(",")[0]!;
}
