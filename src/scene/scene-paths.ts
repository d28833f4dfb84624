import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../errors.ts";
import { isUrl } from "./byte-source.ts";

/**
 * The GeoTIFFs that a user means: paths and URLs as they are, the .tif and .tiff files of a folder by name, those that a pattern fits
 * (* and ? in the last part), and those that a list names (.txt, one a line, relative to the list). In the order given.
 * Throws UserError "no-scenes" for a folder, pattern or list without any.
 */
export async function scenePaths(inputs: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const input of inputs) {
    const paths = await pathsOf(input);
    if (paths.length === 0)
      throw new UserError(
        "no-scenes",
        `${input} names no GeoTIFF.`,
        "Give .tif files, a folder of them, a pattern in quotes, or a .txt list.",
      );
    found.push(...paths);
  }
  return found;
}

async function pathsOf(input: string): Promise<readonly string[]> {
  if (isUrl(input)) return [input];
  const kind = await stat(input).catch(() => null);
  if (kind?.isDirectory() === true) return namesIn(input, /\.tiff?$/i);
  if (kind !== null) return input.endsWith(".txt") ? listed(input) : [input];
  return /[*?]/.test(basename(input)) ? namesIn(dirname(input), patternOf(basename(input))) : [input];
}

async function namesIn(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function patternOf(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}

async function listed(path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, "utf8")).split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => (isUrl(line) || line.startsWith("/") ? line : join(dirname(path), line)));
}
