import { CLI, type CliResult, runProcess } from "./run-cli.ts";

const PRELOAD = new URL("signal-self.mjs", import.meta.url).href;

/** A signal that a process gets `delay` ms after it has printed what `at`, a regular expression, matches. */
export interface SignalAt {
  readonly at: string;
  readonly signal: NodeJS.Signals;
  readonly delay?: number;
}

/** Runs `landstitch ARGS` as runCli does, with signals that it sends itself, one after the other. */
export async function runSignalled(
  args: readonly string[],
  ...signals: readonly SignalAt[]
): Promise<CliResult & { readonly secondsToStop: number }> {
  const env = { SIGNAL_SELF: JSON.stringify(signals) };
  let stopping = Number.NaN;
  const onText = (text: string): void => {
    if (text.includes("Stopping:")) stopping = performance.now();
  };
  const result = await runProcess(process.execPath, ["--import", PRELOAD, CLI, ...args], { env, onText });
  return { ...result, secondsToStop: (performance.now() - stopping) / 1000 };
}
