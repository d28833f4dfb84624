import { rename } from "node:fs/promises";
import { PartFile } from "./part-file.ts";
import { writeError } from "./write-error.ts";

/** Writes a small file whole or not at all: NAME.part, fsync, rename. Throws UserError where it cannot be written. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  let part: PartFile | null = null;
  try {
    part = await PartFile.create(`${path}.part`);
    await part.append(typeof content === "string" ? Buffer.from(content) : content);
    await part.seal();
    await rename(part.path, path);
  } catch (error) {
    await part?.remove();
    throw writeError(path, error);
  }
}
