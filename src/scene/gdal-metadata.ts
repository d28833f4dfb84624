/** GDAL_METADATA (tag 42112) of a file. */
export interface GdalMetadata {
  /** Items of the whole file in the default domain. */
  readonly tags: Readonly<Record<string, string>>;
  /** DESCRIPTION per band (from 0), where given. */
  readonly descriptions: ReadonlyMap<number, string>;
  /** COLORINTERP per band (from 0), where given. */
  readonly colorInterps: ReadonlyMap<number, string>;
  /** Class names by value, from the items CLASS_<value> of the first band that landstitch writes. */
  readonly classNames: ReadonlyMap<number, string>;
}

/** Parses GDAL's flat list of <Item name sample role domain>value</Item>, whose values GDAL escapes twice; other text gives nothing. */
export function parseGdalMetadata(xml: string | null): GdalMetadata {
  const tags: Record<string, string> = {};
  const descriptions = new Map<number, string>();
  const colorInterps = new Map<number, string>();
  const classNames = new Map<number, string>();
  for (const [, attributes, content] of (xml ?? "").matchAll(/<Item\b([^>]*)>([^<]*)<\/Item>/g)) {
    const attribute = (name: string): string | undefined =>
      new RegExp(`\\b${name}="([^"]*)"`).exec(attributes!)?.[1];
    const value = unescapeXml(unescapeXml(content!));
    const sample = attribute("sample");
    const role = attribute("role");
    const name = unescapeXml(attribute("name") ?? "");
    if (role === "description") descriptions.set(Number(sample ?? 0), value);
    else if (role === "colorinterp") colorInterps.set(Number(sample ?? 0), value.toLowerCase());
    else if (sample === "0" && /^CLASS_\d{1,3}$/.test(name)) classNames.set(Number(name.slice(6)), value);
    else if (sample === undefined && attribute("domain") === undefined && name !== "") tags[name] = value;
  }
  return { tags, descriptions, colorInterps, classNames };
}

/** Text with the five XML entities and numeric references replaced. */
export function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, entity: string) => {
    if (!entity.startsWith("#")) return named[entity] ?? whole;
    const code = /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
