import { constants } from "node:fs";
import { type FileHandle, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { etagOf } from "./etag.ts";

/** A regular file, open for reading; whoever gets it closes it. */
export interface ServedFile {
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
}

/** Reading never waits for the other end of a FIFO, and the last name is no symbolic link any more. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * Opens a file below a folder; `root` is the folder's real path. Null where there is no such regular file, where it may not be read,
 * and where symbolic links lead out of the folder.
 */
export async function openBelow(root: string, names: readonly string[]): Promise<ServedFile | null> {
  const path = await realpath(join(root, ...names)).catch(() => null);
  if (path === null || !path.startsWith(root.endsWith(sep) ? root : root + sep)) return null;
  const handle = await open(path, OPEN_FLAGS).catch(() => null);
  if (handle === null) return null;
  const state = await handle.stat({ bigint: true });
  if (state.isFile()) return { handle, size: Number(state.size), etag: etagOf(state) };
  await handle.close();
  return null;
}
