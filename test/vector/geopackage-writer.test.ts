import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { describe, expect, test } from "vitest";
import { writeGeoPackage } from "../../src/vector/geopackage-writer.ts";
import { scratchFolder } from "../support/scratch.ts";
import { failingPolygons, hasOgr, labelWriter, ogr, ogrSkipped, UTM } from "./support/ring.ts";

const scratch = scratchFolder();
const write = labelWriter(writeGeoPackage);

describe("landcover.gpkg", () => {
  test("holds a row for each polygon, with class, area, perimeter and confidence", async () => {
    const path = join(scratch, "one.gpkg");
    const result = await write(path, UTM, "EPSG:4326");
    expect(result).toMatchObject({ polygons: 2, bytes: statSync(path).size });
    const database = new sqlite.Database(path, { readOnly: true });
    const rows = database.all("SELECT * FROM landcover ORDER BY class_id");
    const contents = database.all("SELECT * FROM gpkg_contents");
    database.close();
    expect(rows).toMatchObject([
      { id: 0, class_id: 1, class: "bare land", mean_confidence: null },
      { id: 4, class_id: 2, class: "class 2" },
    ]);
    expect(Number(rows[0]!["area_m2"]) / 800).toBeCloseTo(1, 2);
    expect(contents).toMatchObject([{ table_name: "landcover", data_type: "features", srs_id: 4326 }]);
    expect(readFileSync(path).subarray(68, 72).toString()).toBe("GPKG");
  });

  test("the same polygons give the same bytes", async () => {
    const [a, b] = [join(scratch, "a.gpkg"), join(scratch, "b.gpkg")];
    await write(a, UTM, "scene");
    await write(b, UTM, "scene");
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
  });

  test("an empty map is a valid file without rows", async () => {
    const path = join(scratch, "empty.gpkg");
    expect((await write(path, UTM, "scene", new Uint8Array(9).fill(255))).polygons).toBe(0);
  });

  test("nothing stays behind when the polygons fail", async () => {
    const folder = join(scratch, "failing");
    mkdirSync(folder);
    const path = join(folder, "landcover.gpkg");
    const writing = writeGeoPackage(path, failingPolygons(), { grid: UTM, classes: [], crs: "scene" });
    await expect(writing).rejects.toThrow("the source broke");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a folder that is not there is named", async () => {
    const path = join(scratch, "nowhere", "landcover.gpkg");
    await expect(write(path, UTM, "scene")).rejects.toMatchObject({ code: "missing-folder" });
  });

  test.skipIf(!hasOgr)(`GDAL reads its polygons, their CRS and extent${ogrSkipped}`, async () => {
    for (const [crs, name] of [
      ["scene", "UTM zone 40N"],
      ["EPSG:4326", "WGS 84"],
    ] as const) {
      const path = join(scratch, `gdal-${name}.gpkg`);
      await write(path, UTM, crs);
      const said = ogr("-al", path)!;
      expect(said).toContain("Feature Count: 2");
      expect(said).toContain(name);
      expect(said).toMatch(/POLYGON \(\(/);
    }
  });
});
