import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import sqlite from "node-sqlite3-wasm";
import { describe, expect, test } from "vitest";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import type { Grid } from "../../src/geo/grid.ts";
import type { VectorOptions } from "../../src/vector/feature.ts";
import { writeGeoPackage } from "../../src/vector/geopackage-writer.ts";
import { tracePolygons } from "../../src/vector/polygons.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();
const CLASSES = [{ id: 1, name: "bare land", color: "#aa8800" }];
const UTM: Grid = { width: 3, height: 3, affine: [10, 0, 500000, 0, -10, 2800000], crs: crsFromEpsg(32640) };
const RING = Uint8Array.of(1, 1, 1, 1, 2, 1, 1, 1, 1);

function write(path: string, grid: Grid, crs: VectorOptions["crs"], labels = RING) {
  const scene = memoryScene({ ...grid, data: labels, nodata: 255 });
  return writeGeoPackage(path, tracePolygons(scene, null), { grid, classes: CLASSES, crs });
}

/** What GDAL says of a vector file, or null without GDAL. */
function ogrInfo(path: string): string | null {
  try {
    return execFileSync("ogrinfo", ["-al", path], { encoding: "utf8" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

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
    async function* failing() {
      yield* tracePolygons(memoryScene({ ...UTM, data: RING }), null);
      throw new Error("the source broke");
    }
    const path = join(folder, "landcover.gpkg");
    const writing = writeGeoPackage(path, failing(), { grid: UTM, classes: [], crs: "scene" });
    await expect(writing).rejects.toThrow("the source broke");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a folder that is not there is named", async () => {
    const path = join(scratch, "nowhere", "landcover.gpkg");
    await expect(write(path, UTM, "scene")).rejects.toMatchObject({ code: "missing-folder" });
  });

  test.skipIf(ogrInfo("--version") === null)(
    "GDAL reads its polygons, their CRS and extent (skipped without GDAL)",
    async () => {
      for (const [crs, name] of [
        ["scene", "UTM zone 40N"],
        ["EPSG:4326", "WGS 84"],
      ] as const) {
        const path = join(scratch, `gdal-${name}.gpkg`);
        await write(path, UTM, crs);
        const said = ogrInfo(path)!;
        expect(said).toContain("Feature Count: 2");
        expect(said).toContain(name);
        expect(said).toMatch(/POLYGON \(\(/);
      }
    },
  );
});
