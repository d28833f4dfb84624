import { realpath, stat } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { type ArchiveShelf, archiveShelf } from "./archive-shelf.ts";

/** A folder that is served, and the path of its URL: "/" or "/name/". */
export interface Mount {
  readonly prefix: string;
  /** Real path of the folder. */
  readonly root: string;
  readonly archives: ArchiveShelf;
}

/** One folder at "/", or two runs at "/before/" and "/after/". Throws UserError "no-folder". */
export async function mountFolders(folder: string, other: string | null): Promise<readonly Mount[]> {
  if (other === null) return [await mount("/", folder)];
  return [await mount("/before/", folder), await mount("/after/", other)];
}

async function mount(prefix: string, folder: string): Promise<Mount> {
  const root = await realpath(folder).catch(() => null);
  if (root === null || !(await stat(root)).isDirectory()) {
    throw new UserError(
      "no-folder",
      `${folder} is ${root === null ? "not there" : "not a folder"}.`,
      "Pass the folder that `landstitch map` wrote (its -o).",
    );
  }
  return { prefix, root, archives: archiveShelf(root) };
}
