import { basename } from "node:path";
import type { DeviceChoice } from "../inference/device.ts";
import type { Checkpoint, Fingerprint } from "./checkpoint.ts";
import type { Config } from "./config.ts";
import type { RunListener } from "./progress.ts";

/** What was asked for and chosen before a run starts. */
export interface RunOptions {
  readonly scenes: readonly string[];
  readonly folder: string;
  readonly config: Config;
  readonly choice: DeviceChoice;
  readonly fingerprint: Fingerprint;
  readonly resume: boolean;
  /** True when the folder holds a run that could be gone on with, and is started over. */
  readonly abandons: boolean;
  /** Where the run that is resumed stands; null for a new one. */
  readonly checkpoint: Checkpoint | null;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: RunListener;
}

/** What to call the scenes where there is little room; a URL without its query, which may hold a signature. */
export function nameOf([first = "", ...others]: readonly string[]): string {
  const name = basename(/^https?:/.test(first) ? new URL(first).pathname : first);
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}
