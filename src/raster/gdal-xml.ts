import type { LandCoverClass } from "../scene/class-scheme.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text as XML 1.0 holds it; control characters, which it cannot hold, become spaces. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, " ")
      .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
  );
}

/** What the GDAL_METADATA tag tells: items of the file, names of the bands, and classes as items CLASS_<id> of band 1. */
export interface GdalMetadata {
  readonly tags: Readonly<Record<string, string>>;
  readonly bandNames: readonly string[];
  readonly classes: readonly LandCoverClass[];
}

/** The text of the GDAL_METADATA tag (42112), or null when there is nothing to tell. */
export function gdalMetadataXml({ tags, bandNames, classes }: GdalMetadata): string | null {
  const items = [
    ...Object.entries(tags).map(([name, value]) => item(`name="${escapeXml(name)}"`, value)),
    ...bandNames.map((name, band) => item(`name="DESCRIPTION" sample="${band}" role="description"`, name)),
    ...classes.map(({ id, name }) => item(`name="CLASS_${id}" sample="0"`, name)),
  ];
  return items.length === 0 ? null : `<GDALMetadata>\n${items.join("")}</GDALMetadata>\n`;
}

/** GDAL escapes the text of an item twice, and cuts it at an ampersand that was escaped once. */
function item(attributes: string, text: string): string {
  return `  <Item ${attributes}>${escapeXml(escapeXml(text))}</Item>\n`;
}

/** The sidecar NAME.aux.xml from which GDAL and QGIS take category names: one per pixel value from 0, empty where no class is. */
export function categoryNamesXml(classes: readonly LandCoverClass[]): string {
  const names = new Map(classes.map(({ id, name }) => [id, name]));
  const count = Math.max(-1, ...names.keys()) + 1;
  const categories = Array.from(
    { length: count },
    (_, id) => `      <Category>${escapeXml(names.get(id) ?? "")}</Category>\n`,
  );
  return `<PAMDataset>\n  <PAMRasterBand band="1">\n    <CategoryNames>\n${categories.join("")}    </CategoryNames>\n  </PAMRasterBand>\n</PAMDataset>\n`;
}
