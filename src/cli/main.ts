#!/usr/bin/env node
import { CommanderError } from "commander";
import { CancelledError, messageOf, oneLine, UserError } from "../errors.ts";
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

/**
 * A signal for a command that cleans up after itself: one Ctrl-C (or SIGTERM, SIGHUP) lets chips under way finish, a second one kills.
 * Commands that write nothing do not ask for it and end at once.
 */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.kill(process.pid, "SIGKILL");
    controller.abort();
    output.err("\nStopping: chips under way are finished first. Press Ctrl-C again to kill.\n");
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interrupt);
  return controller.signal;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USER;
  if (error instanceof CancelledError) {
    output.err("Interrupted: what this run had written is removed.\n");
    return EXIT_INTERRUPTED;
  }
  const debug = process.argv.includes("--debug") && error instanceof Error ? `${error.stack}\n` : "";
  if (error instanceof UserError) {
    output.err(`Error: ${oneLine(error.message)}.\n${error.hint}\n${debug}`);
    return EXIT_USER;
  }
  output.err(
    `Error: ${oneLine(messageOf(error))}.\nThis is a fault of landstitch; run it again with --debug to see where.\n${debug}`,
  );
  return EXIT_BUG;
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

try {
  await program(output, interruptible).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
