import { readFile } from "node:fs/promises";
import { parse } from "node:path";
import { type Affine, pixelPoint, rebaseAffine } from "../geo/affine.ts";
import { isUrl } from "./byte-source.ts";
import { unreadable } from "./file-source.ts";

const EXTENSIONS = ["tfw", "tifw", "tiffw", "wld", "TFW"];
/** A world file is six short lines; more is another file. */
const MAX_BYTES = 4096;

/** The affine of a world file (.tfw, .wld) beside a local raster, or null. Its position is the first pixel's centre. */
export async function readWorldFile(path: string): Promise<Affine | null> {
  if (isUrl(path)) return null;
  const { dir, name } = parse(path);
  for (const extension of EXTENSIONS) {
    const text = await readText(`${dir === "" ? "." : dir}/${name}.${extension}`);
    const affine = text === null ? null : parseWorldFile(text);
    if (affine !== null) return affine;
  }
  return null;
}

/** The affine of a world file's six numbers (A, D, B, E, C, F, one a line), or null when they are not six. */
export function parseWorldFile(text: string): Affine | null {
  const [a, d, b, e, c, f, ...rest] = text.trim().split(/\s+/).map(Number);
  if (f === undefined || rest.length > 0) return null;
  const affine: Affine = [a!, b!, c!, d!, e!, f];
  if (!affine.every(Number.isFinite) || a! * e! === b! * d!) return null;
  return rebaseAffine(affine, pixelPoint(-0.5, -0.5));
}

async function readText(path: string): Promise<string | null> {
  try {
    const bytes = await readFile(path);
    return bytes.length > MAX_BYTES ? null : bytes.toString("latin1");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return null;
    throw unreadable(path, "read", error);
  }
}
