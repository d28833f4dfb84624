import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { run } from "../../src/cli/run.ts";

/** The command line as it is installed: `npm test` builds it first. */
export const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const HANGS_AFTER_MS = 60_000;

/** How a process ended and what it said. */
export interface CliResult {
  /** Exit code; null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a child process is given beside its arguments. */
export interface CliOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The command line's entry point; that of dist by default. */
  readonly cli?: string;
  /** Called with each piece of stderr and stdout, for tests that act while the process runs. */
  readonly onText?: (text: string, child: ChildProcess) => void;
}

/** Runs `landstitch ARGS` as a child process, pipes for stdout and stderr. One that hangs is killed: then `signal` is SIGKILL. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return runProcess(process.execPath, [options.cli ?? CLI, ...args], options);
}

/** The same without a process of its own, which takes a second to start: for tests of many command lines. */
export async function callCli(...args: readonly string[]): Promise<CliResult> {
  const texts = { stdout: "", stderr: "" };
  const output = {
    out: (text: string) => {
      texts.stdout += text;
    },
    err: (text: string) => {
      texts.stderr += text;
    },
    terminal: false,
  };
  const code = await run(args, output, () => new AbortController().signal);
  return { code, signal: null, ...texts };
}

/** Runs any program as runCli does. */
export function runProcess(
  program: string,
  args: readonly string[],
  { cwd, env, onText }: Omit<CliOptions, "cli"> = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      timeout: HANGS_AFTER_MS,
      killSignal: "SIGKILL",
    });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
        onText?.(text, child);
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...texts }));
  });
}
