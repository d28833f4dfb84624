import { CommanderError } from "commander";
import { CancelledError, IncompleteError, messageOf, oneLine, UserError } from "../errors.ts";
import type { CommandOutput } from "./output.ts";
import { type Interruptible, program } from "./program.ts";

const EXIT_DONE = 0;
const EXIT_BUG = 1;
/** Something that the user can fix. */
export const EXIT_USER = 2;
/** Done, but parts of the input were skipped on request. */
const EXIT_INCOMPLETE = 3;
const EXIT_INTERRUPTED = 130;

/** Runs the command line with `args` (no program name) and returns the exit code; errors are told in two lines on `output.err`. */
export async function run(
  args: readonly string[],
  output: CommandOutput,
  interruptible: Interruptible,
): Promise<number> {
  try {
    await program(output, interruptible).parseAsync(args, { from: "user" });
    return EXIT_DONE;
  } catch (error) {
    const trace = args.includes("--debug") && error instanceof Error ? `${error.stack}\n` : "";
    return explain(error, trace, output);
  }
}

function explain(error: unknown, trace: string, output: CommandOutput): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_DONE : EXIT_USER;
  if (error instanceof CancelledError) {
    output.err(
      `Interrupted: ${error.resumable ? "the same command with --resume goes on where it was" : "what this run had written is removed"}.\n${trace}`,
    );
    return EXIT_INTERRUPTED;
  }
  if (error instanceof IncompleteError) {
    output.err(`Warning: ${oneLine(error.message)}.\n`);
    return EXIT_INCOMPLETE;
  }
  if (error instanceof UserError) {
    output.err(`Error: ${oneLine(error.message)}.\n${error.hint}\n${trace}`);
    return EXIT_USER;
  }
  output.err(
    `Error: ${oneLine(messageOf(error))}.\nThis is a fault of landstitch; run it again with --debug to see where.\n${trace}`,
  );
  return EXIT_BUG;
}
