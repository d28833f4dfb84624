#!/usr/bin/env node
import { CommanderError } from "commander";
import { CancelledError, messageOf, UserError } from "../errors.ts";
import type { CommandOutput } from "./output.ts";
import { program } from "./program.ts";

const EXIT_BUG = 1;
const EXIT_USER = 2;
const EXIT_INTERRUPTED = 130;

const output: CommandOutput = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  terminal: process.stderr.isTTY === true,
};

/** One Ctrl-C (or SIGTERM) lets chips under way finish and cleans up; a second one kills. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.kill(process.pid, "SIGKILL");
    output.err("\nStopping: chips under way are finished first. Press Ctrl-C again to kill.\n");
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return controller.signal;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USER;
  if (error instanceof CancelledError) {
    output.err("Interrupted: nothing half-written is left.\n");
    return EXIT_INTERRUPTED;
  }
  const debug = process.argv.includes("--debug") && error instanceof Error ? `${error.stack}\n` : "";
  if (error instanceof UserError) {
    output.err(`Error: ${error.message}\n${error.hint}\n${debug}`);
    return EXIT_USER;
  }
  output.err(
    `Error: ${messageOf(error)}\nThis is a fault of landstitch; run it again with --debug to see where.\n${debug}`,
  );
  return EXIT_BUG;
}

/** A reader that goes away (`landstitch … | head`) is not an error. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await program(output, interruptible()).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
