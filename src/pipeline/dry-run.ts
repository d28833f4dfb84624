import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { throwIfAborted } from "../errors.ts";
import { chooseDevice } from "../inference/device.ts";
import { atPrecision } from "../inference/precision.ts";
import { scenePaths } from "../scene/scene-paths.ts";
import { chipCount } from "../tiler/chip-plan.ts";
import { type Calibration, calibrate } from "./calibrate.ts";
import type { Config } from "./config.ts";
import type { MapSceneOptions } from "./map-scene.ts";
import { memoryFacts } from "./memory-facts.ts";
import { inferenceSetup, workersWithin } from "./memory-limit.ts";
import { memoryPlan, peakBytes, type StageMemory } from "./memory-plan.ts";
import { memoryBytes } from "./memory-size.ts";
import { outputSizes, temporaryBytes } from "./output-sizes.ts";
import type { Output } from "./outputs.ts";
import { resolveConfig } from "./pipeline-file.ts";
import { type PreparedRun, prepareRun } from "./prepare.ts";
import type { Warning } from "./progress.ts";
import { nameOf } from "./run-options.ts";
import { sceneCrop } from "./scene-crop.ts";

/** What a run would be, as far as it can be told before. Times, memory and sizes are predictions. */
export interface DryRun {
  readonly scene: string;
  readonly model: string;
  readonly device: string;
  readonly workers: number;
  /** Size of the map in px, metres per pixel and hectares; null where it has no known size on earth. */
  readonly width: number;
  readonly height: number;
  readonly gsd: number | null;
  readonly hectares: number | null;
  readonly chips: number;
  readonly megapixels: number;
  readonly seconds: { readonly map: number; readonly outputs: number };
  readonly memory: {
    /** `--max-memory`; null where not given. */
    readonly limitBytes: number | null;
    readonly peakBytes: number;
    readonly stages: readonly StageMemory[];
  };
  readonly disk: {
    readonly outputs: readonly { readonly output: Output; readonly bytes: number }[];
    readonly outputBytes: number;
    /** Beside them, while they are made. */
    readonly temporaryBytes: number;
    /** Free where the output folder is; null where that cannot be told. */
    readonly freeBytes: number | null;
  };
  readonly calibration: Calibration;
  readonly warnings: readonly Warning[];
}

/** Wall seconds per megapixel of the outputs, on two cores: see "Big scenes" in test/bench/RESULTS.md. */
const OUTPUT_SECONDS: Readonly<Partial<Record<Output, number>>> = {
  areas: 0.05,
  polygons: 0.1,
  flatgeobuf: 0.1,
  geopackage: 0.15,
  geojson: 0.15,
  "vector-tiles": 0.2,
  "raster-tiles": 0.05,
  "confidence-tiles": 0.1,
  imagery: 0.25,
};

/** Plans a run and tries a few of its chips; writes nothing. Throws UserError for whatever the run itself would refuse. */
export async function dryRun(
  scene: string | readonly string[],
  folder: string,
  { pipeline, resume: _, signal, onEvent: __, ...overrides }: MapSceneOptions = {},
): Promise<DryRun> {
  throwIfAborted(signal);
  const config = await resolveConfig(pipeline, overrides);
  const scenes = await scenePaths(typeof scene === "string" ? [scene] : scene);
  const prepared = await prepareRun(scenes, folder, config);
  try {
    const { device } = await chooseDevice(config.device, prepared.model, {
      crop: () => sceneCrop(prepared),
      tta: config.tta,
      signal,
    });
    const run = { ...prepared, model: await atPrecision(prepared.model, config.precision, device) };
    const setup = inferenceSetup(config, device);
    const workers = await workersWithin(run, config, setup);
    const calibration = await calibrate(run, { ...setup, workers }, config.blend, signal);
    return {
      scene: nameOf(scenes),
      model: `${run.model.card.name} ${run.model.card.version}`,
      device,
      workers,
      ...sizeOf(run),
      seconds: secondsOf(run, config, calibration),
      memory: memoryOf(run, config, calibration, workers),
      disk: await diskOf(run, config, calibration, folder),
      calibration,
      warnings: run.warnings,
    };
  } finally {
    await prepared.scene.close();
  }
}

function sizeOf({
  grid: { width, height },
  gsd,
  plan,
}: PreparedRun): Pick<DryRun, "width" | "height" | "gsd" | "hectares" | "chips" | "megapixels"> {
  const hectares = gsd === null ? null : (width * height * gsd ** 2) / 1e4;
  return { width, height, gsd, hectares, chips: chipCount(plan), megapixels: (width * height) / 1e6 };
}

/** Reading and stitching share a thread; inference has its own: the slower of the two sets the pace. */
function secondsOf(
  { plan, grid }: PreparedRun,
  { outputs }: Config,
  { readSeconds, inferSeconds, stitchSeconds }: Calibration,
): DryRun["seconds"] {
  const perMegapixel = outputs.reduce((sum, output) => sum + (OUTPUT_SECONDS[output] ?? 0), 0);
  return {
    map: chipCount(plan) * Math.max(inferSeconds, readSeconds + stitchSeconds),
    outputs: 2 + (perMegapixel * grid.width * grid.height) / 1e6,
  };
}

function memoryOf(
  run: PreparedRun,
  config: Config,
  calibration: Calibration,
  workers: number,
): DryRun["memory"] {
  const stages = memoryPlan(memoryFacts(run, config, calibration), workers);
  const limitBytes = config.maxMemory === undefined ? null : memoryBytes(config.maxMemory);
  const { most } = peakBytes(stages);
  return { limitBytes, peakBytes: Math.round(Math.min(most, limitBytes ?? Infinity)), stages };
}

async function diskOf(
  { grid }: PreparedRun,
  { outputs: wanted, simplify }: Config,
  calibration: Calibration,
  folder: string,
): Promise<DryRun["disk"]> {
  const facts = { ...calibration, pixels: grid.width * grid.height, simplify };
  const outputs = outputSizes(wanted, facts);
  const outputBytes = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    outputs,
    outputBytes,
    temporaryBytes: temporaryBytes(outputs, facts),
    freeBytes: await freeBytes(resolve(folder)),
  };
}

/** Free space of the disk that a folder, or the nearest one above it that exists, is on. */
async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return dirname(folder) === folder ? null : freeBytes(dirname(folder));
  }
}
