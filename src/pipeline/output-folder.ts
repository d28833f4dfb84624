import { access, constants, mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { OUTPUT_FILES, RUN_FILE } from "./outputs.ts";

/** Names of all files that a run can write beside run.json. */
export const OUTPUT_NAMES: readonly string[] = Object.values(OUTPUT_FILES).flat();

/** Makes the folder and clears it of an earlier run's files: what is in it afterwards belongs to this run. Throws UserError "unwritable-folder". */
export async function clearFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    for (const name of [RUN_FILE, ...OUTPUT_NAMES]) await rm(join(folder, name), { force: true });
  } catch (cause) {
    throw new UserError(
      "unwritable-folder",
      `${folder}: cannot be written: ${messageOf(cause)}.`,
      "Choose another folder with -o, or change its permissions.",
      { cause },
    );
  }
}

/** Throws UserError "overwrites-input" when a run into the folder would write over its own scene. */
export function refuseOverwritingInput(scenePath: string, folder: string): void {
  const clash = OUTPUT_NAMES.find((name) => resolve(folder, name) === resolve(scenePath));
  if (clash === undefined) return;
  throw new UserError(
    "overwrites-input",
    `${scenePath} is in the output folder and would be overwritten by ${clash}.`,
    "Choose another folder with -o.",
  );
}
