import type { Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { messageOf, oneLine, UserError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { truncatedFile } from "./scene-errors.ts";

/** Opens a local file for reading. Throws UserError when it is missing, a directory or not readable. */
export async function openFileSource(path: string): Promise<ByteSource> {
  const file = await openFile(path);
  try {
    const stats = await file.stat();
    if (stats.isDirectory())
      throw new UserError("not-a-file", `${path} is a directory.`, "Name a GeoTIFF file in it.");
    return fileSource(path, file, stats);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new UserError("file-not-found", `${path}: no such file.`, "Check the path.", { cause: error });
    throw unreadable(path, "opened", error);
  }
}

/** A file that is there, but cannot be opened or read. */
export function unreadable(path: string, what: "opened" | "read", cause: unknown): UserError {
  const hint = what === "opened" ? "Check its permissions." : "Check the disk that it is on.";
  return new UserError("file-unreadable", `${path} cannot be ${what}: ${oneLine(messageOf(cause))}.`, hint, {
    cause,
  });
}

function fileSource(path: string, file: FileHandle, { size: byteLength, mtime }: Stats): ByteSource {
  return {
    path,
    byteLength,
    version: `changed ${mtime.toISOString()}`,
    close: () => file.close(),
    read: async (offset, length) => {
      if (offset + length > byteLength) throw truncatedFile(path, offset, length, byteLength);
      const bytes = Buffer.allocUnsafeSlow(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file
          .read(bytes, filled, length - filled, offset + filled)
          .catch((error: unknown) => {
            throw unreadable(path, "read", error);
          });
        if (bytesRead === 0) throw truncatedFile(path, offset, length, offset + filled);
        filled += bytesRead;
      }
      return bytes;
    },
  };
}
