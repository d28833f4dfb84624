/**
 * How fast windows are read, by codec, beside GDAL and sharp: `npm run bench:read [ROUNDS]`. Windows of 1024 px at a stride of 896, as
 * chips are, of a part of the shared mosaic in the encodings that GDAL gives it; each reading in a process of its own, in turns. Of
 * lossless codecs the samples must be the same. Writes its section of RESULTS.md.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { machine, median, spread, writeSection } from "./results.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = join(root, "../shared/data/scenes/dubai-mosaic-11897x6184.tif");
/** The Python that GDAL was installed with. */
const python = join(dirname(execFileSync("which", ["gdalinfo"], { encoding: "utf8" })), "python3");
const SIDE = 6144;
const WINDOWS = ["1024", "896"];
const TILED = ["-co", "TILED=YES", "-co", "BLOCKXSIZE=512", "-co", "BLOCKYSIZE=512"];

interface Encoding {
  readonly name: string;
  readonly options: readonly string[];
  /** Share of GDAL's speed that must be reached. */
  readonly least: number;
  readonly lossy?: boolean;
  readonly sharp?: boolean;
}

const ENCODINGS: readonly Encoding[] = [
  {
    name: "deflate",
    options: [...TILED, "-co", "COMPRESS=DEFLATE", "-co", "PREDICTOR=2"],
    least: 0.6,
    sharp: true,
  },
  { name: "LZW", options: [...TILED, "-co", "COMPRESS=LZW", "-co", "PREDICTOR=2"], least: 0.4, sharp: true },
  { name: "ZSTD", options: [...TILED, "-co", "COMPRESS=ZSTD", "-co", "PREDICTOR=2"], least: 0.5 },
  {
    name: "JPEG",
    options: [...TILED, "-co", "COMPRESS=JPEG", "-co", "PHOTOMETRIC=YCBCR"],
    least: 0.5,
    lossy: true,
    sharp: true,
  },
  { name: "WebP", options: [...TILED, "-co", "COMPRESS=WEBP"], least: 0.4, lossy: true, sharp: true },
  { name: "stripped LZW", options: ["-co", "COMPRESS=LZW", "-co", "PREDICTOR=2"], least: 0.5, sharp: true },
  {
    name: "uint16, 4 bands, deflate",
    options: [
      ...TILED,
      "-co",
      "COMPRESS=DEFLATE",
      "-co",
      "PREDICTOR=2",
      "-ot",
      "UInt16",
      "-b",
      "1",
      "-b",
      "2",
      "-b",
      "3",
      "-b",
      "1",
      "-scale",
      "0",
      "255",
      "0",
      "10000",
    ],
    least: 0.6,
  },
];

interface Reading {
  readonly megapixels: number;
  readonly cpuSeconds: number;
  readonly sum: number;
}

if (!existsSync(source)) {
  process.stdout.write("skipped: no shared data\n");
  process.exit();
}
const rounds = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), "landstitch-read-"));
const load = loadavg()[0]!.toFixed(1);
const rows = ENCODINGS.map(measured);
rmSync(folder, { recursive: true });
writeSection("Reading", "npm run bench:read", [
  `${SIDE} x ${SIDE} px of the shared Dubai mosaic, windows of ${WINDOWS[0]} px at a stride of ${WINDOWS[1]}. ${machine()}, load average ${load} before. After a row of windows that is not counted; median of ${rounds} rounds in turns (lowest–highest), megapixels per CPU-second; GDAL and sharp on one thread.`,
  "",
  "| | landstitch | GDAL | sharp | landstitch ÷ GDAL | must hold |",
  "|---|---|---|---|---|---|",
  ...rows.map(({ line }) => line),
]);
process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;

function measured(encoding: Encoding): { readonly line: string; readonly holds: boolean } {
  const path = join(folder, `${encoding.name}.tif`);
  const window = ["-srcwin", "2000", "0", String(SIDE), String(SIDE)];
  execFileSync("gdal_translate", ["-q", ...window, ...encoding.options, source, path]);
  const results = Array.from({ length: rounds }, () => ({
    own: byScript(path, "landstitch"),
    gdal: byGdal(path),
    sharp: encoding.sharp === true ? byScript(path, "sharp") : null,
  }));
  for (const { own, gdal } of results)
    if (encoding.lossy !== true && own.sum !== gdal.sum)
      throw new Error(`${encoding.name}: samples differ from GDAL's`);
  rmSync(path);
  const speed = ({ megapixels, cpuSeconds }: Reading): number => megapixels / cpuSeconds;
  const ratios = results.map(({ own, gdal }) => speed(own) / speed(gdal));
  const bySharp = results.flatMap(({ sharp }) => (sharp === null ? [] : [speed(sharp)]));
  const cells = [
    encoding.name,
    spread(
      results.map(({ own }) => speed(own)),
      0,
    ),
    spread(
      results.map(({ gdal }) => speed(gdal)),
      0,
    ),
    bySharp.length === 0 ? "–" : spread(bySharp, 0),
    spread(ratios, 2),
    `≥ ${encoding.least}`,
  ];
  return { line: `| ${cells.join(" | ")} |`, holds: median(ratios) >= encoding.least };
}

function byScript(path: string, reader: string): Reading {
  const script = fileURLToPath(new URL("./read-windows.mjs", import.meta.url));
  // as src/cli/main.ts sets it
  const args = ["--heap-growing-percent=800", script, path, reader, ...WINDOWS];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", cwd: root })) as Reading;
}

function byGdal(path: string): Reading {
  const script = fileURLToPath(new URL("./read_windows.py", import.meta.url));
  const env = { ...process.env, GDAL_NUM_THREADS: "1" };
  return JSON.parse(execFileSync(python, [script, path, ...WINDOWS], { encoding: "utf8", env })) as Reading;
}
