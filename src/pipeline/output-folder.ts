import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, oneLine, UserError } from "../errors.ts";
import { writeError } from "../raster/write-error.ts";
import { asResumable, hasCheckpoint } from "./checkpoint.ts";
import { CHECKPOINT_FILE, OUTPUT_FILES, type Output, RUN_FILE } from "./outputs.ts";
import { hasForeignPage, PAGE } from "./viewer-files.ts";

/** Names of all files that a run can write beside run.json. */
export const OUTPUT_NAMES: readonly string[] = Object.values(OUTPUT_FILES).flat();

/**
 * Makes the folder and clears it of an earlier run's files: what is in it afterwards belongs to this run.
 * Throws UserError "unwritable-folder".
 */
export async function clearFolder(folder: string): Promise<void> {
  const probe = join(folder, `${RUN_FILE}.part`);
  try {
    await mkdir(folder, { recursive: true });
    await removeOutputs(folder);
    await writeFile(probe, "");
    await rm(probe);
  } catch (cause) {
    await rm(probe, { force: true }).catch(() => undefined); // why it failed first is what the user must know
    throw new UserError(
      "unwritable-folder",
      `${folder} cannot be written: ${oneLine(messageOf(cause))}.`,
      "Choose another folder with -o, or change its permissions.",
      { cause },
    );
  }
}

/** Removes whatever a run writes, and what a killed one left half-written. Files of others stay, a page of theirs too. */
export async function removeOutputs(folder: string): Promise<void> {
  const foreign = await hasForeignPage(folder);
  const outputs = foreign ? OUTPUT_NAMES.filter((name) => name !== PAGE) : OUTPUT_NAMES;
  const names = [RUN_FILE, CHECKPOINT_FILE, ...outputs];
  await removeAll(folder, (file) => names.some((name) => file === name || isPartOf(name, file)));
}

/** True for NAME.part, NAME.part.0 and the like: a file on its way to its name. */
function isPartOf(name: string, file: string): boolean {
  return file.startsWith(`${name}.`) && /\.part(\.\d+)?$/.test(file);
}

async function removeAll(folder: string, ours: (file: string) => boolean): Promise<void> {
  for (const file of await readdir(folder)) if (ours(file)) await rm(join(folder, file), { force: true });
}

/**
 * Removes what a finished run no longer needs: its checkpoint, the COGs that were only a means, and parts that an earlier process
 * could not remove.
 */
export async function removeMeans(folder: string, outputs: readonly Output[]): Promise<void> {
  await removeAll(folder, (file) => OUTPUT_NAMES.some((name) => isPartOf(name, file)));
  await rm(join(folder, CHECKPOINT_FILE), { force: true });
  for (const output of ["landcover", "confidence"] as const) {
    if (outputs.includes(output)) continue;
    for (const name of OUTPUT_FILES[output]) await rm(join(folder, name), { force: true });
  }
}

/**
 * Does work in a folder that clearFolder has made. When it fails, none of the run's files stay, finished or not; unless there is a
 * checkpoint to go on from, which the error then tells.
 */
export async function allOrNothing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const error = writeError(folder, cause);
    if (await hasCheckpoint(folder)) throw asResumable(error);
    const nothing = (): void => undefined; // what failed first is what the user must know
    await removeOutputs(folder).catch(nothing);
    throw error;
  }
}

/** Throws UserError "overwrites-input" when a run into the folder would write over its own scene, under whatever name. */
export async function refuseOverwritingInput(scenePath: string, folder: string): Promise<void> {
  const scene = await identityOf(scenePath);
  if (scene === null) return;
  for (const name of [RUN_FILE, ...OUTPUT_NAMES]) {
    if ((await identityOf(join(folder, name))) !== scene) continue;
    throw new UserError(
      "overwrites-input",
      `${scenePath} is in the output folder and would be overwritten by ${name}.`,
      "Choose another folder with -o.",
    );
  }
}

/** Device and inode of the file behind a path, links followed; null where there is none. */
async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.dev}:${found.ino}`;
}
