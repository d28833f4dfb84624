import { readFileSync } from "node:fs";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { modelVariant } from "../support/model-variant.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";
import { decodeTile, readArchive } from "../tiles/support/archive.ts";
import { readGeoParquet } from "../vector/support/parquet.ts";

/** Markup, quotes, separators, a formula, line ends; a name that objects have; right-to-left, very long. */
const NAMES = [
  `"><img src=x onerror="alert('a')">]]>&amp;,;\n=1+1`,
  "__proto__",
  `\u202Eمياه 地図 ${"long ".repeat(800)}end`,
] as const;
const scratch = scratchFolder();
const out = join(scratch, "out");
const fileText = (name: string): string => readFileSync(join(out, name), "utf8");

describe("whatever classes are called,", () => {
  beforeAll(async () => {
    const scene = join(scratch, "scene.tif");
    await writeScene(scene, { width: 260, height: 150 });
    const classes = NAMES.map((name, id) => ({ id, name, color: "#336699" }));
    const model = modelVariant(join(scratch, "model"), { card: { classes } });
    const outputs = ["landcover", "polygons", "geojson", "geopackage", "flatgeobuf", "vector-tiles"] as const;
    const documents = ["raster-tiles", "areas", "report", "preview", "stac", "viewer"] as const;
    await mapScene(scene, out, { model, device: "cpu", workers: 1, outputs: [...outputs, ...documents] });
  });

  test("landcover.tif keeps their names", async () => {
    const map = await openScene(join(out, "landcover.tif"));
    expect(map.palette?.map(({ name }) => name)).toEqual(NAMES);
    await map.close();
    expect(fileText("landcover.tif.aux.xml")).not.toMatch(/<img|&(?!(amp|lt|gt|quot|apos|#)\b|#)/);
  });

  test("areas.json and areas.csv keep them, and a row stays a row", () => {
    const { classes } = JSON.parse(fileText("areas.json")) as { classes: readonly { name: string }[] };
    expect(classes.map(({ name }) => name)).toEqual(NAMES);
    const fields = [...fileText("areas.csv").matchAll(/"((?:[^"]|"")*)"/g)].map(([, text]) => text);
    expect(fields).toContain(NAMES[0].replaceAll('"', '""'));
  });

  test("polygons keep them in every format", async () => {
    const { rows } = await readGeoParquet(join(out, "landcover.parquet"));
    expect(new Set(rows.map((row) => row.class))).toEqual(new Set(NAMES));
    const { features } = JSON.parse(fileText("landcover.geojson")) as {
      features: readonly { properties: { class: string } }[];
    };
    expect(new Set(features.map(({ properties }) => properties.class))).toEqual(new Set(NAMES));
    const database = new sqlite.Database(join(out, "landcover.gpkg"), { readOnly: true });
    const named = database.all("SELECT DISTINCT class FROM landcover").map((row) => row["class"]);
    database.close();
    expect(new Set(named)).toEqual(new Set(NAMES));
    const bytes = readFileSync(join(out, "landcover.fgb"));
    for (const name of NAMES) expect(bytes.includes(Buffer.from(name))).toBe(true);
  });

  test("vector tiles keep them", async () => {
    const archive = await readArchive(join(out, "landcover.pmtiles"));
    const found = new Set<unknown>();
    for (const tile of archive.tiles.filter(({ z }) => z === archive.header.maxZoom)) {
      for (const { properties } of decodeTile((await archive.get(tile))!)) found.add(properties["class"]);
    }
    expect(found).toEqual(new Set(NAMES));
  });

  test("report.html shows them as text, item.json is whole, and run.json too", () => {
    const page = fileText("report.html");
    expect(page).not.toMatch(/<img src=x|<script/);
    expect(page).toContain("&quot;&gt;&lt;img src=x");
    expect(page).toContain("__proto__");
    const item = JSON.parse(fileText("item.json"));
    const classes = item.assets.landcover["classification:classes"] as readonly {
      name: string;
      title?: string;
    }[];
    expect(classes.slice(0, 3).map(({ title }) => title)).toEqual(NAMES);
    for (const { name } of classes) expect(name).toMatch(/^[0-9A-Za-z_-]+$/);
    expect(new Set(classes.map(({ name }) => name)).size).toBe(4);
    expect(Object.keys(item.assets)).toEqual(
      expect.arrayContaining(["polygons", "flatgeobuf", "geopackage"]),
    );
    expect(() => JSON.parse(fileText("run.json"))).not.toThrow();
  });
});
