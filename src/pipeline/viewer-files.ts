import { constants } from "node:fs";
import { copyFile, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { writeError } from "../raster/write-error.ts";
import { OUTPUT_FILES } from "./outputs.ts";

/** The web map as Vite builds it: `npm run build`. */
const BUILT = new URL("../../dist/viewer/", import.meta.url);
/** What tells a page of ours from someone else's index.html. */
const GENERATOR = '<meta name="generator" content="landstitch"';

export const PAGE = "index.html";

/** Copies the web map into an output folder: index.html and what it loads, each whole or not at all. Throws UserError. */
export async function writeViewer(folder: string): Promise<void> {
  for (const name of OUTPUT_FILES.viewer) {
    const path = join(folder, name);
    const part = `${path}.part`;
    try {
      await copyFile(new URL(name, BUILT), part, constants.COPYFILE_FICLONE);
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw writeError(path, error);
    }
  }
}

/** True for a folder whose index.html is someone else's: it is neither overwritten nor removed. */
export async function hasForeignPage(folder: string): Promise<boolean> {
  const page = await readFile(join(folder, PAGE), "utf8").catch(() => null);
  return page !== null && !page.includes(GENERATOR);
}

/** Throws UserError "foreign-page" when a run would write its web map over someone else's page. */
export async function refuseForeignPage(folder: string, outputs: readonly string[]): Promise<void> {
  if (!outputs.includes("viewer") || !(await hasForeignPage(folder))) return;
  throw new UserError(
    "foreign-page",
    `${join(folder, PAGE)} is there already, and landstitch did not write it.`,
    "Choose another folder with -o, or leave the viewer out of --outputs.",
  );
}
