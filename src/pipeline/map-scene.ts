import { join } from "node:path";
import { throwIfAborted } from "../errors.ts";
import { chooseDevice } from "../inference/device.ts";
import { atPrecision } from "../inference/precision.ts";
import type { Areas } from "../report/areas.ts";
import { scenePaths } from "../scene/scene-paths.ts";
import { Checkpointer, hasCheckpoint, readCheckpoint, type Tally } from "./checkpoint.ts";
import type { ConfigInput } from "./config.ts";
import { pictureOf, writeDocuments } from "./documents.ts";
import { fingerprintOf } from "./fingerprint.ts";
import {
  peakMemoryBytes,
  type RunManifest,
  recordFiles,
  recordInputs,
  type StageRecord,
  timed,
  writeJson,
} from "./manifest.ts";
import { mapStage } from "./map-stage.ts";
import { keepMemory } from "./memory-keeper.ts";
import { inferenceSetup, workersWithin } from "./memory-limit.ts";
import { memoryBytes } from "./memory-size.ts";
import { allOrNothing, removeMeans } from "./output-folder.ts";
import { OUTPUT_FILES, RUN_FILE } from "./outputs.ts";
import { resolveConfig } from "./pipeline-file.ts";
import { checkpointBytes, type PreparedRun, prepareRun } from "./prepare.ts";
import type { RunEvent, RunListener, Warning } from "./progress.ts";
import { type PublishOptions, publish } from "./publish.ts";
import { announce, describeRun, doneEvent } from "./run-description.ts";
import { nameOf, type RunOptions } from "./run-options.ts";
import { sceneCrop } from "./scene-crop.ts";

/** Settings of a run (see configSchema), and how to follow and stop it. */
export interface MapSceneOptions extends ConfigInput {
  /** Name of a pipeline that comes with landstitch, or path of a .yaml file; the other settings override it. */
  readonly pipeline?: string;
  /** Goes on with the run in the folder that was interrupted, killed or failed; starts one where there is none. */
  readonly resume?: boolean;
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
 * Maps a GeoTIFF (path or URL), or several on one grid as one scene (see scenePaths): reads it in chips, infers, stitches and writes the output folder, run.json last.
 * Throws UserError for what the user can fix, CancelledError when the signal stopped it; then the folder holds no file of this run,
 * or what `resume` goes on with.
 */
export async function mapScene(
  scene: string | readonly string[],
  folder: string,
  options: MapSceneOptions = {},
): Promise<MapResult> {
  const { pipeline, resume = false, signal, onEvent, ...overrides } = options;
  throwIfAborted(signal);
  const config = await resolveConfig(pipeline, overrides);
  const scenes = await scenePaths(typeof scene === "string" ? [scene] : scene);
  const prepared = await prepareRun(scenes, folder, config);
  try {
    throwIfAborted(signal);
    const choice = await chooseDevice(config.device, prepared.model, {
      crop: () => sceneCrop(prepared),
      tta: config.tta,
      signal,
    });
    const run = { ...prepared, model: await atPrecision(prepared.model, config.precision, choice.device) };
    const fingerprint = await fingerprintOf(run, scenes, config);
    const checkpoint = resume ? await readCheckpoint(folder, fingerprint) : null;
    return await mapPrepared(run, {
      scenes,
      folder,
      config,
      choice,
      fingerprint,
      checkpoint,
      resume,
      abandons: !resume && (await hasCheckpoint(folder)),
      signal,
      onEvent: onEvent ?? (() => undefined),
    });
  } finally {
    await prepared.scene.close();
  }
}

async function mapPrepared(run: PreparedRun, options: RunOptions): Promise<MapResult> {
  const { folder, config, choice, signal } = options;
  const started = new Date();
  const warnings: Warning[] = [];
  const listener = (event: RunEvent): void => {
    if (event.type === "warning") warnings.push({ code: event.code, message: event.message });
    options.onEvent(event);
  };
  const workers = await workersWithin(run, config, inferenceSetup(config, choice.device));
  const stopKeeping = keepMemory(config.maxMemory === undefined ? null : memoryBytes(config.maxMemory));
  announce(run, options, workers, listener);
  const records: StageRecord[] = [];
  const reading = new AbortController();
  const stop = AbortSignal.any([reading.signal, ...(signal ? [signal] : [])]);
  const inputs = recordInputs(options.scenes, stop);
  inputs.catch(() => undefined); // awaited below, unless mapping fails first
  try {
    const picture = config.outputs.includes("report") ? pictureOf(run) : null;
    const watched = picture === null ? run : { ...run, scene: picture.watch() };
    const { tally, inference, waits, checkpoints } = await mapOrGoOn(
      watched,
      options,
      workers,
      listener,
      records,
    );
    const result = await allOrNothing(folder, async () => {
      const areas = await publish(publishOptions(run, options, listener, records));
      const described = describeRun(run, options, tally);
      const made = {
        inputs: await inputs,
        started,
        workers,
        warnings,
        stages: records,
        inference,
        waits,
        checkpoints,
      };
      const told = { ...described, ...made, areas, name: nameOf(options.scenes) };
      await writeDocuments(run, options, told, { picture, listener });
      return finishRun(options, areas, { ...described, ...made });
    });
    listener(doneEvent(folder, result.manifest, (Date.now() - started.getTime()) / 1000));
    return result;
  } finally {
    reading.abort();
    stopKeeping();
  }
}

/** The map stage, or what is left of it. */
async function mapOrGoOn(
  run: PreparedRun,
  { folder, config, choice, fingerprint, checkpoint, signal }: RunOptions,
  workers: number,
  listener: RunListener,
  records: StageRecord[],
): Promise<Pick<RunManifest, "inference" | "waits" | "checkpoints"> & { readonly tally: Tally }> {
  if (checkpoint?.map === null) {
    const checkpoints = { written: 0, seconds: 0, resumed: true };
    return { tally: checkpoint.tally, inference: null, waits: null, checkpoints };
  }
  const checkpointer = new Checkpointer(folder, {
    fingerprint,
    interval: config.checkpoint ?? null,
    bytes: checkpointBytes(run),
  });
  const resume = checkpoint === null ? null : { map: checkpoint.map, tally: checkpoint.tally };
  const mapped = await timed("map", records, listener, () =>
    mapStage(run, {
      ...{
        folder,
        ...inferenceSetup(config, choice.device),
        ...(choice.device === "cpu" ? { workers } : {}),
        blend: config.blend,
        onError: config.onError,
      },
      ...{ listener, signal, checkpointer, resume },
    }),
  );
  const { count: written, seconds } = checkpointer.cost;
  return { ...mapped, checkpoints: { written, seconds, resumed: checkpoint !== null } };
}

function publishOptions(
  { model, scene, bands }: PreparedRun,
  { scenes, folder, config, signal }: RunOptions,
  listener: RunListener,
  records: StageRecord[],
): PublishOptions {
  return {
    folder,
    scene,
    bands,
    classes: model.card.classes,
    config,
    name: nameOf(scenes),
    listener,
    signal,
    records,
  };
}

/** Writes run.json: the folder is complete. */
async function finishRun(
  { folder, config: { outputs } }: RunOptions,
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
    files: await recordFiles(
      folder,
      outputs.flatMap((output) => OUTPUT_FILES[output]),
    ),
  };
  await writeJson(join(folder, RUN_FILE), manifest);
  await removeMeans(folder, outputs);
  return { folder, areas, manifest };
}
