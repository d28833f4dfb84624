import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CancelledError, messageOf, oneLine, UserError } from "../errors.ts";
import type { Window } from "../geo/window.ts";
import type { CogState } from "../raster/cog-writer.ts";
import type { UnreadWindow } from "../scene/skip-damage.ts";
import type { StitcherState } from "../stitcher/stitcher.ts";
import { readCheckpointFile, writeCheckpointFile } from "./checkpoint-file.ts";
import { CHECKPOINT_FILE, RUN_FILE } from "./outputs.ts";

/** What a run was made of, by name: it can only be resumed where all of it is still the same. */
export type Fingerprint = Readonly<Record<string, string>>;

/** What the map stage has counted. */
export interface Tally {
  readonly inferred: number;
  readonly withoutData: number;
  /** Sum of the seconds inside the inference sessions. */
  readonly inferenceSeconds: number;
  /** Windows of the map, and of files, that hold no data because they could not be inferred or read. */
  readonly skipped: readonly SkippedWindow[];
}

/** A window that a run went on without. */
export type SkippedWindow =
  | ({ readonly what: "block" } & UnreadWindow)
  | { readonly what: "chip"; readonly window: Window; readonly reason: string };

/** Where a run stands: all that another process needs to go on with it, beside the encoded levels of its COGs. */
export interface Checkpoint {
  readonly fingerprint: Fingerprint;
  readonly tally: Tally;
  /** Null when the map stage is done: both COGs are finished. */
  readonly map: MapState | null;
}

/** Where the map stage stands after a row of chips. */
export interface MapState {
  readonly stitcher: StitcherState;
  readonly landcover: CogState;
  readonly confidence: CogState;
}

/** Checkpoints may take this share of the run. */
const BUDGET = 0.02;
/** By default a run this short (s) leaves nothing behind when it fails: starting over costs less than telling about it. */
const FIRST_AFTER = 20;
/** What a disk is expected to take (bytes/s) before the first checkpoint has shown it. */
const BYTES_PER_SECOND = 1e8;

/** Writes checkpoints of a run, as often as their cost allows. */
export class Checkpointer {
  readonly #path: string;
  readonly #fingerprint: Fingerprint;
  readonly #interval: number | null;
  readonly #start = performance.now();
  #last = this.#start;
  #expected: number;
  #count = 0;
  #seconds = 0;

  /** `interval` in seconds between checkpoints; null: under 2 % of the run's time. `bytes`: what one is expected to hold. */
  constructor(
    folder: string,
    {
      fingerprint,
      interval,
      bytes,
    }: {
      readonly fingerprint: Fingerprint;
      readonly interval: number | null;
      readonly bytes: number;
    },
  ) {
    this.#path = join(folder, CHECKPOINT_FILE);
    this.#fingerprint = fingerprint;
    this.#interval = interval;
    this.#expected = bytes / BYTES_PER_SECOND;
  }

  /** How many were written, and the seconds that they took. */
  get cost(): { readonly count: number; readonly seconds: number } {
    return { count: this.#count, seconds: this.#seconds };
  }

  /** True when the next one can be afforded. */
  due(): boolean {
    const now = performance.now();
    if (this.#interval !== null) return now - this.#last >= this.#interval * 1000;
    const elapsed = (now - this.#start) / 1000;
    return elapsed >= FIRST_AFTER && this.#seconds + this.#expected <= BUDGET * elapsed;
  }

  /** Writes one; `state` is called first and waits until what it describes is on the disk. */
  async save(tally: Tally, state: () => Promise<MapState | null>): Promise<void> {
    const start = performance.now();
    const checkpoint: Checkpoint = { fingerprint: this.#fingerprint, tally, map: await state() };
    await writeCheckpointFile(this.#path, checkpoint);
    this.#last = performance.now();
    this.#expected = (this.#last - start) / 1000;
    this.#seconds += this.#expected;
    this.#count++;
  }
}

/** True when a run in the folder can be resumed. */
export async function hasCheckpoint(folder: string): Promise<boolean> {
  return (await stat(join(folder, CHECKPOINT_FILE)).catch(() => null)) !== null;
}

/**
 * The checkpoint of the run in a folder, or null when there is none. Throws UserError "resume-changed", naming what is not as it was,
 * "already-finished" or "bad-checkpoint".
 */
export async function readCheckpoint(folder: string, fingerprint: Fingerprint): Promise<Checkpoint | null> {
  const path = join(folder, CHECKPOINT_FILE);
  await refuseFinished(folder);
  if (!(await hasCheckpoint(folder))) return null;
  const checkpoint = await readCheckpointFile(path).catch((cause: unknown) => {
    throw badCheckpoint(path, cause);
  });
  const found = checkpoint as Checkpoint;
  refuseChanges(folder, found.fingerprint, fingerprint);
  return found;
}

/** A checkpoint that cannot be used, or whose files are gone. */
export function badCheckpoint(path: string, cause: unknown): UserError {
  return new UserError(
    "bad-checkpoint",
    `${path} cannot be resumed from: ${oneLine(messageOf(cause))}.`,
    "Leave --resume out to start over.",
    { cause },
  );
}

async function refuseFinished(folder: string): Promise<void> {
  if ((await stat(join(folder, RUN_FILE)).catch(() => null)) === null) return;
  throw new UserError(
    "already-finished",
    `${folder} holds a finished run (${RUN_FILE}): nothing is left to resume.`,
    "Leave --resume out to map again, or choose another folder with -o.",
  );
}

function refuseChanges(folder: string, was: Fingerprint, is: Fingerprint): void {
  const changed = Object.keys({ ...was, ...is }).find((name) => was[name] !== is[name]);
  if (changed === undefined) return;
  throw new UserError(
    "resume-changed",
    `${folder} cannot be resumed: ${changed} was ${was[changed] ?? "not set"} and is now ${is[changed] ?? "not set"}.`,
    "Run it as it was, or leave --resume out to start over.",
  );
}

/** The same failure, telling that the run can go on: shown where a checkpoint stays in the folder. */
export function asResumable(error: unknown): unknown {
  if (error instanceof CancelledError) return new CancelledError({ resumable: true });
  if (!(error instanceof UserError) || error.code === "bad-checkpoint") return error;
  const { code, message, hint } = error;
  return new UserError(code, message, `${hint} The same command with --resume then goes on where it was.`, {
    cause: error,
  });
}
