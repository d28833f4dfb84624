/** Runs damaged files through the readers in child processes that are watched: a hang, a crash or too much memory ends a child, not the run. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FuzzMessage } from "./child.ts";

/** How many cases, of which seed, in how many processes. */
export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  readonly processes: number;
}

/** What must not be. */
export interface FuzzFailure {
  readonly index: number;
  readonly what: string;
  readonly failure: string;
}

export interface FuzzResult {
  readonly failures: readonly FuzzFailure[];
  /** How many cases ended in each way: "read", or the code of a UserError. */
  readonly outcomes: ReadonlyMap<string, number>;
}

const CHILD = fileURLToPath(new URL("./child.ts", import.meta.url));
const HANGS_AFTER_MS = 10_000;
/** A process starts and reads the undamaged files. */
const STARTS_WITHIN_MS = 60_000;
const MAX_GROWTH = 512 * 2 ** 20;

/** Runs all cases, in stretches that are shared among the processes. */
export async function fuzz({ cases, seed, processes }: FuzzOptions): Promise<FuzzResult> {
  const failures: FuzzFailure[] = [];
  const outcomes = new Map<string, number>();
  const size = Math.ceil(cases / processes);
  const stretches = Array.from(
    { length: processes },
    (_, i) => [i * size, Math.min(cases, (i + 1) * size)] as const,
  );
  await Promise.all(
    stretches.map(async ([from, to]) => {
      for (let next = from; next < to; ) next = await runStretch(next, to, seed, failures, outcomes);
    }),
  );
  return { failures: failures.toSorted((a, b) => a.index - b.index), outcomes };
}

/** Runs cases in one child until it ends or is ended; returns the case to go on with. */
function runStretch(
  from: number,
  to: number,
  seed: number,
  failures: FuzzFailure[],
  outcomes: Map<string, number>,
): Promise<number> {
  return new Promise((resolve) => {
    const child = fork(CHILD, [from, to, seed].map(String), {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let current = { index: from, what: "start" };
    let ended = from;
    let reason: string | null = null;
    const watch = (ms: number): NodeJS.Timeout =>
      setTimeout(() => {
        reason = `no answer in ${ms / 1000} s`;
        child.kill("SIGKILL");
      }, ms);
    let timer = watch(STARTS_WITHIN_MS);
    child.on("message", (message: FuzzMessage) => {
      clearTimeout(timer);
      timer = watch(HANGS_AFTER_MS);
      if (message.type === "begin") {
        current = message;
        return;
      }
      ended = message.index + 1;
      outcomes.set(message.outcome, (outcomes.get(message.outcome) ?? 0) + 1);
      if (message.failure !== null) failures.push({ ...current, failure: message.failure });
      if (message.grown <= MAX_GROWTH || reason !== null) return;
      reason = `${Math.round(message.grown / 1e6)} MB more than at the start`;
      child.kill("SIGKILL");
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (ended === to && reason === null) return resolve(to);
      failures.push({ ...current, failure: reason ?? `the process ended with ${signal ?? code}` });
      resolve(Math.max(ended, current.index + 1));
    });
  });
}
