import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { RunManifest } from "../../src/pipeline/manifest.ts";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";
import { decodeTile, readArchive } from "../tiles/support/archive.ts";
import { readGeoParquet } from "../vector/support/parquet.ts";

const scratch = scratchFolder();
const out = join(scratch, "out");
const OUTPUTS = ["polygons", "flatgeobuf", "geopackage", "geojson", "vector-tiles", "areas"] as const;
const rows = new Map<number, string>();

describe("one run with --min-area and every file of polygons", () => {
  beforeAll(async () => {
    const scene = join(scratch, "scene.tif");
    await writeScene(scene, { width: 300, height: 220 });
    const model = fixtureModelPath("pixelwise");
    await mapScene(scene, out, { model, device: "cpu", workers: 1, minArea: 25, outputs: [...OUTPUTS] });
    for (const { id, class: name } of (await readGeoParquet(join(out, "landcover.parquet"))).rows)
      rows.set(Number(id), name);
  });

  test("traces the map once", () => {
    const { stages } = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as RunManifest;
    const names = stages.map(({ stage }) => stage as string);
    expect(names.filter((name) => (OUTPUTS as readonly string[]).includes(name))).toEqual([
      "areas",
      "polygons",
      "vector-tiles",
    ]);
  });

  test("writes the same polygons to each", () => {
    const { features } = JSON.parse(readFileSync(join(out, "landcover.geojson"), "utf8")) as {
      features: readonly { id: number; properties: { class: string } }[];
    };
    expect(new Map(features.map(({ id, properties }) => [id, properties.class]))).toEqual(rows);
    for (const name of ["landcover.fgb", "landcover.gpkg"]) expect(existsSync(join(out, name))).toBe(true);
    expect(existsSync(join(out, "landcover.fgb.features.part"))).toBe(false);
  });

  test("gives features of the three deepest zooms the ids of the rows of their class", async () => {
    const archive = await readArchive(join(out, "landcover.pmtiles"));
    const { maxZoom } = archive.header;
    const deepest = new Set<number>();
    for (const tile of archive.tiles.filter(({ z }) => z > maxZoom - 3)) {
      for (const { id, properties } of decodeTile((await archive.get(tile))!)) {
        expect(rows.get(id!)).toBe(properties["class"]);
        if (tile.z === maxZoom) deepest.add(id!);
      }
    }
    expect(deepest).toEqual(new Set(rows.keys()));
  });
});
