import { readFile } from "node:fs/promises";
import { isUrl } from "./byte-source.ts";
import { unreadable } from "./file-source.ts";
import { type GdalMetadata, unescapeXml } from "./gdal-metadata.ts";
import type { Scene } from "./scene.ts";
import { TAG, type TiffTags } from "./tiff-tags.ts";

/** Colours of a ColorMap tag ("#rrggbb" by value), or null. */
export function readColorMap(tags: TiffTags): readonly string[] | null {
  const values = tags.numbers(TAG.colorMap);
  const size = Math.floor(values.length / 3);
  if (size === 0) return null;
  const hex = (value: number): string => (value >> 8).toString(16).padStart(2, "0");
  return Array.from(
    { length: size },
    (_, i) => `#${hex(values[i]!)}${hex(values[size + i]!)}${hex(values[2 * size + i]!)}`,
  );
}

/** Names of the values of the first band: those in the file, or in GDAL's PATH.aux.xml beside a local one. */
export async function readCategoryNames(
  path: string,
  { classNames }: GdalMetadata,
): Promise<readonly string[]> {
  if (classNames.size > 0) {
    return Array.from(
      { length: Math.max(...classNames.keys()) + 1 },
      (_, value) => classNames.get(value) ?? "",
    );
  }
  if (isUrl(path)) return [];
  try {
    const xml = await readFile(`${path}.aux.xml`, "utf8");
    const list = /<CategoryNames>([\s\S]*?)<\/CategoryNames>/.exec(xml)?.[1] ?? "";
    return [...list.matchAll(/<Category>([^<]*)<\/Category>|<Category\s*\/>/g)].map(([, name]) =>
      unescapeXml(name ?? ""),
    );
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return [];
    throw unreadable(`${path}.aux.xml`, "read", error);
  }
}

/** Classes of a land-cover map: values with a name, or without any names those with a colour other than black. */
export function paletteOf(
  colors: readonly string[] | null,
  names: readonly string[],
  nodata: number | null,
): Scene["palette"] {
  if (colors === null) return null;
  const named = names.some((name) => name !== "");
  return colors.flatMap((color, value) => {
    const name = names[value] ?? "";
    const shown = named ? name !== "" : color !== "#000000";
    return shown && value !== nodata ? [{ value, name: name === "" ? null : name, color }] : [];
  });
}
