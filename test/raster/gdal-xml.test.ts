import fc from "fast-check";
import { expect, test } from "vitest";
import { categoryNamesXml, escapeXml, gdalMetadataXml } from "../../src/raster/gdal-xml.ts";
import { parseGdalMetadata } from "../../src/scene/gdal-metadata.ts";

test("class names have a place for every value up to the last class", () => {
  const classes = [
    { id: 3, name: "roads & <tracks>", color: "#000000" },
    { id: 1, name: "water", color: "#0000ff" },
  ];
  const names = [...categoryNamesXml(classes).matchAll(/<Category>(.*)<\/Category>/g)].map(
    ([, name]) => name,
  );
  expect(names).toEqual(["", "water", "", "roads &amp; &lt;tracks&gt;"]);
});

test("nothing to tell is no metadata tag", () => {
  expect(gdalMetadataXml({ tags: {}, bandNames: [], classes: [] })).toBeNull();
});

test("property: escaped text has no markup and no control characters, whatever the name", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 127 })), (codes) => {
      const escaped = escapeXml(String.fromCharCode(...codes));
      expect(escaped).not.toMatch(/[<>"]/);
      expect(escaped).not.toMatch(/&(?!(amp|lt|gt|quot);)/);
      expect([...escaped].every((character) => character >= " " || "\t\n\r".includes(character))).toBe(true);
    }),
  );
});

test("property: what is written is what our reader finds again, markup in names included", () => {
  const text = fc.string({ minLength: 1 }).map((name) => name.replaceAll(/[^ -~]/g, "-"));
  const cases = fc.record({ tag: text, band: text, name: text, id: fc.integer({ min: 0, max: 254 }) });
  fc.assert(
    fc.property(cases, ({ tag, band, name, id }) => {
      const classes = [{ id, name, color: "#000000" }];
      const found = parseGdalMetadata(gdalMetadataXml({ tags: { TAG: tag }, bandNames: [band], classes }));
      expect(found.tags).toEqual({ TAG: tag });
      expect(found.descriptions.get(0)).toBe(band);
      expect(found.classNames.get(id)).toBe(name);
    }),
  );
});
