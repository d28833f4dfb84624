#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { messageOf } from "../errors.ts";
import { hasHungThread } from "../inference/hung-threads.ts";
import { exitPastThreads } from "./exit-past-threads.ts";
import type { CommandOutput } from "./output.ts";
import { EXIT_USER, run } from "./run.ts";

/** The garbage is pixels, outside of the heap, which is small: collect when it has grown ninefold, not by half. Saves a tenth of the CPU. */
setFlagsFromString("--heap-growing-percent=800");

const output: CommandOutput = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  terminal: process.stderr.isTTY === true,
};

/**
 * A signal for a command that cleans up after itself: one Ctrl-C (or SIGTERM, SIGHUP) says `notice` and lets what is under way
 * finish, a second one kills. Commands that write nothing do not ask for it and end at once.
 */
function interruptible(notice: string): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.kill(process.pid, "SIGKILL");
    controller.abort();
    output.err(`\n${notice} Press Ctrl-C again to kill.\n`);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interrupt);
  return controller.signal;
}

/** A reader or terminal that goes away (`landstitch … | head`) is not an error; nothing here may stop busy workers. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || error.code === "EIO") return;
    process.exitCode = EXIT_USER;
    if (stream === process.stdout)
      output.err(`Error: standard output: ${messageOf(error)}.\nSend it elsewhere.\n`);
  });
}

const code = await run(process.argv.slice(2), output, interruptible);
process.exitCode ??= code;
if (hasHungThread()) await exitPastThreads(Number(process.exitCode));
