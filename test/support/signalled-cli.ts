import { CLI, type CliResult, runProcess } from "./run-cli.ts";

const PRELOAD = new URL("signal-self.mjs", import.meta.url).href;

/** A signal that a process gets `delay` ms after it has printed what `at`, a regular expression, matches. */
export interface SignalAt {
  readonly at: string;
  readonly signal: NodeJS.Signals;
  readonly delay?: number;
}

/**
 * Runs `landstitch ARGS` as runCli does, with signals that it sends itself, one after the other. `secondsToStop`: from when the last one
 * was due to the end of the process.
 */
export async function runSignalled(
  args: readonly string[],
  ...signals: readonly [...SignalAt[], SignalAt]
): Promise<CliResult & { readonly secondsToStop: number }> {
  const { at, delay = 0 } = signals.at(-1)!;
  let printed = "";
  let due = Number.NaN;
  const onText = (text: string): void => {
    printed += text;
    if (Number.isNaN(due) && new RegExp(at).test(printed)) due = performance.now() + delay;
  };
  const env = { SIGNAL_SELF: JSON.stringify(signals) };
  const result = await runProcess(process.execPath, ["--import", PRELOAD, CLI, ...args], { env, onText });
  return { ...result, secondsToStop: (performance.now() - due) / 1000 };
}
