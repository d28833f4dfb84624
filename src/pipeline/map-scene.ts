import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { chooseDevice, type DeviceChoice } from "../inference/device.ts";
import type { Areas } from "../report/areas.ts";
import { chipCount } from "../tiler/chip-plan.ts";
import type { Config, ConfigInput } from "./config.ts";
import {
  ONNXRUNTIME_VERSION,
  peakMemoryBytes,
  type RunManifest,
  recordFiles,
  recordInput,
  type StageRecord,
  timed,
  VERSION,
  writeJson,
} from "./manifest.ts";
import { type MapStageResult, mapStage } from "./map-stage.ts";
import { OUTPUT_NAMES } from "./output-folder.ts";
import { RUN_FILE } from "./outputs.ts";
import { resolveConfig } from "./pipeline-file.ts";
import { type PreparedRun, prepareRun } from "./prepare.ts";
import type { RunEvent, RunListener } from "./progress.ts";
import { publish } from "./publish.ts";

/** Settings of a run (see configSchema), and how to follow and stop it. */
export interface MapSceneOptions extends ConfigInput {
  /** Name of a pipeline that comes with landstitch, or path of a .yaml file; the other settings override it. */
  readonly pipeline?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: RunListener;
}

/** What a run made. */
export interface MapResult {
  readonly folder: string;
  readonly areas: Areas;
  readonly manifest: RunManifest;
}

/**
 * Maps a GeoTIFF (path or URL): reads it in chips, infers, stitches and writes the output folder, run.json last.
 * Throws UserError for what the user can fix, CancelledError when the signal stopped it; then no file in the folder is half-written.
 */
export async function mapScene(
  scene: string,
  folder: string,
  options: MapSceneOptions = {},
): Promise<MapResult> {
  const { pipeline, signal, onEvent, ...overrides } = options;
  const config = await resolveConfig(pipeline, overrides);
  const run = await prepareRun(scene, folder, config);
  try {
    const choice = await chooseDevice(config.device, run.model);
    return await mapPrepared(run, {
      scene,
      folder,
      config,
      choice,
      signal,
      onEvent: onEvent ?? (() => undefined),
    });
  } finally {
    await run.scene.close();
  }
}

interface RunOptions {
  readonly scene: string;
  readonly folder: string;
  readonly config: Config;
  readonly choice: DeviceChoice;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: RunListener;
}

async function mapPrepared(run: PreparedRun, options: RunOptions): Promise<MapResult> {
  const { scene, folder, config, choice, signal } = options;
  const started = new Date();
  const workers = config.workers ?? (choice.device === "cpu" ? availableParallelism() : 1);
  const warnings: { code: string; message: string }[] = [];
  const listener = (event: RunEvent): void => {
    if (event.type === "warning") warnings.push({ code: event.code, message: event.message });
    options.onEvent(event);
  };
  announce(run, options, workers, listener);
  const records: StageRecord[] = [];
  const input = recordInput(scene);
  input.catch(() => undefined);
  const mapped = await timed("map", records, listener, () =>
    mapStage(run, { folder, device: choice.device, workers, blend: config.blend, listener, signal }),
  );
  const areas = await publish({
    folder,
    classes: run.model.card.classes,
    outputs: config.outputs,
    name: basename(scene),
    attribution: config.attribution,
    listener,
    signal,
    records,
  });
  const manifest: RunManifest = {
    ...describeRun(run, mapped),
    started: started.toISOString(),
    finished: new Date().toISOString(),
    inputs: [await input],
    device: choice.device,
    rejectedDevices: choice.rejected,
    workers,
    config,
    warnings,
    stages: records,
    peakMemoryBytes: peakMemoryBytes(),
    files: await recordFiles(folder, OUTPUT_NAMES),
  };
  await writeJson(join(folder, RUN_FILE), manifest);
  listener(doneEvent(folder, manifest, (Date.now() - started.getTime()) / 1000));
  return { folder, areas, manifest };
}

function announce(
  run: PreparedRun,
  { scene, folder, choice }: RunOptions,
  workers: number,
  listener: RunListener,
): void {
  const { card } = run.model;
  const { width, height } = run.scene.grid;
  listener({
    type: "start",
    version: VERSION,
    scene,
    model: `${card.name} ${card.version}`,
    device: choice.device,
    rejectedDevices: choice.rejected,
    workers,
    width,
    height,
    gsd: run.gsd,
    chips: chipCount(run.plan),
    output: folder,
  });
  for (const warning of run.warnings) listener({ type: "warning", ...warning });
}

function describeRun(
  { scene: { grid }, model: { card }, gsd, plan }: PreparedRun,
  { inferred, withoutData, inferenceSeconds }: MapStageResult,
): Pick<
  RunManifest,
  "landstitch" | "node" | "onnxruntime" | "model" | "grid" | "chips" | "inferenceSeconds"
> {
  return {
    landstitch: VERSION,
    node: process.version,
    onnxruntime: ONNXRUNTIME_VERSION,
    model: { name: card.name, version: card.version, sha256: card.sha256 },
    grid: { width: grid.width, height: grid.height, gsd, epsg: grid.crs?.epsg ?? null, affine: grid.affine },
    chips: { planned: chipCount(plan), inferred, withoutData },
    inferenceSeconds,
  };
}

function doneEvent(
  output: string,
  { files, chips, peakMemoryBytes: peak }: RunManifest,
  seconds: number,
): RunEvent {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { type: "done", output, chips: chips.planned, bytes, seconds, peakMemoryBytes: peak };
}
