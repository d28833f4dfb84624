import fc from "fast-check";
import { expect, test } from "vitest";
import { categoryNamesXml, escapeXml, gdalMetadataXml } from "../../src/raster/gdal-xml.ts";

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
