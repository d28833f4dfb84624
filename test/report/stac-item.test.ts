import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import type { MapRecord } from "../../src/report/map-record.ts";
import { type AssetFile, stacItem } from "../../src/report/stac-item.ts";
import { cardWith, mapRecord } from "./support/record.ts";
import { stacItemSchema } from "./support/stac-schema.ts";

const FILES: readonly AssetFile[] = [
  { name: "landcover.tif", bytes: 10, sha256: "0f".repeat(32) },
  { name: "confidence.tif", bytes: 11, sha256: "1f".repeat(32) },
  { name: "report.html", bytes: 12, sha256: "2f".repeat(32) },
  { name: "run.json", bytes: null, sha256: null },
];
const itemOf = (changes: Partial<MapRecord> = {}, files = FILES) =>
  stacItemSchema.parse(JSON.parse(JSON.stringify(stacItem(mapRecord(changes), files))));

describe("item.json", () => {
  test("is a STAC 1.1 item as the official schemas ask, with every file by relative link, size and SHA-256", () => {
    const { assets, properties } = itemOf();
    expect(assets["landcover"]).toMatchObject({
      href: "./landcover.tif",
      "file:size": 10,
      "file:checksum": `1220${"0f".repeat(32)}`,
    });
    expect(Object.keys(assets)).toEqual(["landcover", "confidence", "report", "run", "model"]);
    expect(properties).toMatchObject({
      "proj:code": "EPSG:32640",
      "proj:shape": [500, 1000],
      "proj:transform": [1, 0, 500_000, 0, -1, 2_300_000],
      "proj:bbox": [500_000, 2_299_500, 501_000, 2_300_000],
    });
  });

  test("describes the classes and the pixels of each, nodata among them", () => {
    expect(itemOf().assets["landcover"]!["classification:classes"]).toEqual([
      { value: 0, name: "water", title: "water", description: "Wet", color_hint: "3B82C4", count: 100_000 },
      { value: 1, name: "land", title: "land", description: "land", color_hint: "F5E8BD", count: 300_000 },
      { value: 255, name: "nodata", nodata: true, count: 100_000 },
    ]);
  });

  test("declares the raster extension only where a raster is among the files", () => {
    const declares = (files: readonly AssetFile[]) =>
      itemOf({}, files).stac_extensions.some((url) => url.includes("/raster/"));
    expect(declares(FILES)).toBe(true);
    expect(declares(FILES.filter(({ name }) => name === "confidence.tif"))).toBe(true);
    expect(declares([{ name: "areas.json", bytes: 10, sha256: "0f".repeat(32) }])).toBe(false);
    expect(declares([])).toBe(false);
  });

  test("describes each class of the model's output, by its name where the card does not", () => {
    const { description } = itemOf().properties["mlm:output"][0]!["classification:classes"][1]!;
    expect(description).toBe("land");
  });

  test("is dated when the scene was taken, else when it was made, and says so", () => {
    expect(itemOf({ taken: "2020-08-31T00:00:00.000Z" }).properties.datetime).toBe(
      "2020-08-31T00:00:00.000Z",
    );
    const { datetime, description } = itemOf().properties;
    expect(datetime).toBe("2026-01-02T03:05:06.000Z");
    expect(description).toContain("does not say when it was taken");
  });

  test("has no place without a CRS", () => {
    const { grid } = mapRecord();
    const item = itemOf({ grid: { ...grid, crs: null }, gsd: null });
    expect(item.geometry).toBeNull();
    expect(item.properties["proj:code"]).toBeNull();
  });

  test("is cut at the antimeridian", () => {
    const grid = {
      width: 20,
      height: 10,
      affine: [0.1, 0, 179, 0, -0.1, 1] as const,
      crs: crsFromEpsg(4326),
    };
    const { geometry, bbox } = itemOf({ grid });
    expect(bbox).toEqual([179, 0, -179, 1]);
    expect(geometry).toMatchObject({
      type: "MultiPolygon",
      coordinates: [[{ 0: [179, 0] }], [{ 0: [-180, 0] }]],
    });
  });

  test("links to the scene's URL, but not to what may be secret in it", () => {
    const url = "https://me:secret@example.com/a/scene.tif?token=secret";
    const item = itemOf({ inputs: [{ path: url, bytes: null, sha256: null }] });
    expect(item.links).toEqual([
      { rel: "derived_from", href: "https://example.com/a/scene.tif", title: "Scene" },
    ]);
    expect(JSON.stringify(item)).not.toContain("secret");
  });

  test("says how the model scales its input", () => {
    const { input } = mapRecord().card;
    const card = cardWith({ input: { ...input, scale: 0.5, mean: [1, 2, 3], std: [4] } });
    expect(itemOf({ card }).properties["mlm:input"][0]!.value_scaling).toEqual([
      { type: "z-score", mean: 2, stddev: 8 },
      { type: "z-score", mean: 4, stddev: 8 },
      { type: "z-score", mean: 6, stddev: 8 },
    ]);
  });

  test("property: any names of scenes, models and classes give a valid item", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(name, name, fc.array(name, { minLength: 1, maxLength: 5 }), (scene, model, names) => {
        const classes = names.map((text, id) => ({ id, name: text, color: "#000000" }));
        const slugs = itemOf({ name: scene, card: cardWith({ name: model, classes }) }).properties[
          "mlm:output"
        ][0]!;
        const found = slugs["classification:classes"].map((one) => one.name);
        expect(new Set(found).size).toBe(names.length);
      }),
    );
  });
});
