import { shownUrl } from "../scene/shown-url.ts";
import { chipCount } from "../tiler/chip-plan.ts";
import type { Tally } from "./checkpoint.ts";
import { ONNXRUNTIME_VERSION, type RunManifest, VERSION } from "./manifest.ts";
import type { PreparedRun } from "./prepare.ts";
import type { RunEvent, RunListener } from "./progress.ts";
import { nameOf, type RunOptions } from "./run-options.ts";

/** Tells what starts, and what the user should know of it. */
export function announce(
  run: PreparedRun,
  { scenes, folder, choice, resume, abandons, checkpoint }: RunOptions,
  workers: number,
  listener: RunListener,
): void {
  const { card } = run.model;
  const { width, height } = run.grid;
  listener({
    type: "start",
    version: VERSION,
    scene: scenes.length === 1 ? shownUrl(scenes[0]!) : nameOf(scenes),
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
  if (resume && checkpoint === null) {
    const message = `${folder} holds nothing to resume: the run starts from the beginning`;
    listener({ type: "warning", code: "nothing-to-resume", message });
  }
  if (abandons) {
    const message = `${folder} held a run that --resume would have gone on with: the run starts from the beginning`;
    listener({ type: "warning", code: "started-over", message });
  }
  for (const warning of run.warnings) listener({ type: "warning", ...warning });
}

/** What run.json says of a run before its files and times are known. */
export function describeRun(
  { grid, model: { card }, gsd, plan }: PreparedRun,
  { config, choice }: RunOptions,
  { inferred, withoutData, inferenceSeconds, skipped }: Tally,
): Omit<
  RunManifest,
  | "inputs"
  | "started"
  | "finished"
  | "workers"
  | "warnings"
  | "stages"
  | "checkpoints"
  | "inference"
  | "waits"
  | "peakMemoryBytes"
  | "files"
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
    skipped,
    inferenceSeconds,
  };
}

/** The event that ends a run. `seconds`: since it started. */
export function doneEvent(folder: string, manifest: RunManifest, seconds: number): RunEvent {
  const { files, chips, peakMemoryBytes: peak } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { type: "done", output: folder, chips: chips.planned, bytes, seconds, peakMemoryBytes: peak };
}
