import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { throwIfAborted } from "../errors.ts";
import type { DeviceReport } from "../inference/inference-device.ts";
import { writeWhole } from "../raster/write-whole.ts";
import { isUrl } from "../scene/byte-source.ts";
import { shownUrl } from "../scene/shown-url.ts";
import type { SkippedWindow } from "./checkpoint.ts";
import type { WaitShares } from "./map-waits.ts";
import type { RunEvent, Stage, Warning } from "./progress.ts";

/** What run.json holds: everything that tells how the files beside it were made. */
export interface RunManifest {
  readonly landstitch: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly started: string;
  readonly finished: string;
  readonly inputs: readonly InputRecord[];
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string };
  readonly device: string;
  readonly rejectedDevices: readonly { readonly device: string; readonly reason: string }[];
  readonly workers: number;
  readonly config: unknown;
  readonly grid: {
    readonly width: number;
    readonly height: number;
    readonly gsd: number | null;
    readonly epsg: number | null;
    readonly affine: readonly number[];
  };
  readonly chips: { readonly planned: number; readonly inferred: number; readonly withoutData: number };
  /** What holds no data because it could not be read (px of the file) or inferred (px of the map): see --on-error skip. */
  readonly skipped: readonly SkippedWindow[];
  readonly warnings: readonly Warning[];
  readonly stages: readonly StageRecord[];
  /** Checkpoints of the map stage in this process, the seconds that they took, and whether the run was resumed. */
  readonly checkpoints: { readonly written: number; readonly seconds: number; readonly resumed: boolean };
  /** Sum over the workers of the seconds inside the inference session. */
  readonly inferenceSeconds: number;
  /** How the device worked in this process; null where an earlier one had mapped all. */
  readonly inference: DeviceReport | null;
  /** How long the parts of the map stage waited for each other; null where it had been done before. */
  readonly waits: WaitShares | null;
  readonly peakMemoryBytes: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export interface StageRecord {
  readonly stage: Stage;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** One input as it was read. `sha256` is null for a URL, which stands without its query and login. */
export interface InputRecord {
  readonly path: string;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

const require = createRequire(import.meta.url);

/** The version of landstitch. */
export const VERSION = (require("../../package.json") as { version: string }).version;

/** The version of the inference runtime. */
export const ONNXRUNTIME_VERSION = (require("onnxruntime-node/package.json") as { version: string }).version;

/** The record of a local file, or of a URL, which is not read again. Throws CancelledError when `signal` stops it. */
async function recordInput(path: string, signal: AbortSignal): Promise<InputRecord> {
  if (isUrl(path)) return { path: shownUrl(path), bytes: null, sha256: null };
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    throwIfAborted(signal);
    hash.update(chunk as Buffer);
  }
  return { path, bytes: (await stat(path)).size, sha256: hash.digest("hex") };
}

/** The records of all inputs, one after the other. Throws as recordInput does. */
export async function recordInputs(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly InputRecord[]> {
  const records: InputRecord[] = [];
  for (const path of paths) records.push(await recordInput(path, signal));
  return records;
}

/** Names and sizes of those of the files that are there. */
export async function recordFiles(folder: string, names: readonly string[]): Promise<RunManifest["files"]> {
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)));
  return names.flatMap((name, i) => (sizes[i] == null ? [] : [{ name, bytes: sizes[i].size }]));
}

/** Writes a JSON file whole or not at all. Throws UserError where it cannot be written. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Most memory that the process has held (bytes of resident set). */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** Times a stage and tells of its end. */
export async function timed<T>(
  stage: Stage,
  records: StageRecord[],
  listener: (event: RunEvent) => void,
  work: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const record = { stage, seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
  records.push(record);
  listener({ type: "stage", ...record });
  return result;
}
