import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { throwIfAborted } from "../errors.ts";
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
import { allOrNothing, OUTPUT_NAMES } from "./output-folder.ts";
import { RUN_FILE } from "./outputs.ts";
import { resolveConfig } from "./pipeline-file.ts";
import { type PreparedRun, prepareRun } from "./prepare.ts";
import type { RunEvent, RunListener, Warning } from "./progress.ts";
import { type PublishOptions, publish } from "./publish.ts";

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
 * Throws UserError for what the user can fix, CancelledError when the signal stopped it; then the folder holds no file of this run.
 */
export async function mapScene(
  scene: string,
  folder: string,
  options: MapSceneOptions = {},
): Promise<MapResult> {
  const { pipeline, signal, onEvent, ...overrides } = options;
  throwIfAborted(signal);
  const config = await resolveConfig(pipeline, overrides);
  const run = await prepareRun(scene, folder, config);
  try {
    throwIfAborted(signal);
    const choice = await chooseDevice(config.device, run.model, signal);
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
  const { folder, config, choice, signal } = options;
  const started = new Date();
  const warnings: Warning[] = [];
  const listener = (event: RunEvent): void => {
    if (event.type === "warning") warnings.push({ code: event.code, message: event.message });
    options.onEvent(event);
  };
  const workers = config.workers ?? (choice.device === "cpu" ? availableParallelism() : 1);
  announce(run, options, workers, listener);
  const records: StageRecord[] = [];
  const reading = new AbortController();
  const input = recordInput(options.scene, AbortSignal.any([reading.signal, ...(signal ? [signal] : [])]));
  input.catch(() => undefined); // awaited below, unless mapping fails first
  try {
    const mapped = await timed("map", records, listener, () =>
      mapStage(run, { folder, device: choice.device, workers, blend: config.blend, listener, signal }),
    );
    const result = await allOrNothing(folder, async () => {
      const areas = await publish(publishOptions(run, options, listener, records));
      const described = describeRun(run, options, mapped);
      const inputs = [await input];
      return finishRun(folder, areas, { ...described, inputs, started, workers, warnings, stages: records });
    });
    listener(doneEvent(result, (Date.now() - started.getTime()) / 1000));
    return result;
  } finally {
    reading.abort();
  }
}

function publishOptions(
  { model }: PreparedRun,
  { scene, folder, config, signal }: RunOptions,
  listener: RunListener,
  records: StageRecord[],
): PublishOptions {
  const { outputs, attribution } = config;
  return {
    folder,
    classes: model.card.classes,
    outputs,
    name: basename(scene),
    attribution,
    listener,
    signal,
    records,
  };
}

/** Writes run.json: the folder is complete. */
async function finishRun(
  folder: string,
  areas: Areas,
  {
    started,
    ...run
  }: Omit<RunManifest, "started" | "finished" | "peakMemoryBytes" | "files"> & {
    readonly started: Date;
  },
): Promise<MapResult> {
  const manifest: RunManifest = {
    ...run,
    started: started.toISOString(),
    finished: new Date().toISOString(),
    peakMemoryBytes: peakMemoryBytes(),
    files: await recordFiles(folder, OUTPUT_NAMES),
  };
  await writeJson(join(folder, RUN_FILE), manifest);
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
  { config, choice }: RunOptions,
  { inferred, withoutData, inferenceSeconds }: MapStageResult,
): Omit<
  RunManifest,
  "inputs" | "started" | "finished" | "workers" | "warnings" | "stages" | "peakMemoryBytes" | "files"
> {
  return {
    landstitch: VERSION,
    node: process.version,
    onnxruntime: ONNXRUNTIME_VERSION,
    model: { name: card.name, version: card.version, sha256: card.sha256 },
    device: choice.device,
    rejectedDevices: choice.rejected,
    config,
    grid: { width: grid.width, height: grid.height, gsd, epsg: grid.crs?.epsg ?? null, affine: grid.affine },
    chips: { planned: chipCount(plan), inferred, withoutData },
    inferenceSeconds,
  };
}

function doneEvent({ folder, manifest }: MapResult, seconds: number): RunEvent {
  const { files, chips, peakMemoryBytes: peak } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { type: "done", output: folder, chips: chips.planned, bytes, seconds, peakMemoryBytes: peak };
}
