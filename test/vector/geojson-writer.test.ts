import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import type { Grid } from "../../src/geo/grid.ts";
import { writeGeoJson } from "../../src/vector/geojson-writer.ts";
import { tracePolygons } from "../../src/vector/polygons.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { seededRandom } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();
const CLASSES = [{ id: 1, name: 'bare "land"', color: "#aa8800" }];
const UTM: Grid = {
  width: 60,
  height: 50,
  affine: [10, 0, 500000, 0, -10, 2800000],
  crs: crsFromEpsg(32640),
};
const sceneOf = (grid: Grid, data: Uint8Array) => memoryScene({ ...grid, data, nodata: 255 });

/** Python with GDAL's bindings, or null. */
function gdalPython(): string | null {
  for (const python of ["python3", "/usr/bin/python3"]) {
    try {
      execFileSync(python, ["-c", "from osgeo import gdal, ogr"], { stdio: "ignore" });
      return python;
    } catch {
      // Not this one.
    }
  }
  return null;
}

const python = gdalPython();

const shoelace = (ring: readonly number[][]): number =>
  ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i]![0]! * y! - x! * ring[i]![1]!, 0);

describe("landcover.geojson", () => {
  test("is a FeatureCollection as RFC 7946 wants it: no crs member, exteriors counter-clockwise, bbox", async () => {
    const path = join(scratch, "one.geojson");
    const grid = { ...UTM, width: 3, height: 3 };
    const labels = Uint8Array.of(1, 1, 1, 1, 255, 1, 1, 1, 1);
    const result = await writeGeoJson(path, tracePolygons(sceneOf(grid, labels), null), {
      grid,
      classes: CLASSES,
      crs: "EPSG:4326",
    });
    const collection = JSON.parse(readFileSync(path, "utf8"));
    expect(collection).not.toHaveProperty("crs");
    const [feature] = collection.features;
    expect(feature).toMatchObject({
      id: 0,
      properties: { class_id: 1, class: 'bare "land"', mean_confidence: null },
    });
    expect(feature.bbox[0]).toBeCloseTo(57, 6);
    expect(feature.geometry.coordinates).toHaveLength(2);
    expect(feature.geometry.coordinates.map((ring: number[][]) => Math.sign(shoelace(ring)))).toEqual([
      1, -1,
    ]);
    expect(result).toEqual({
      polygons: 1,
      bytes: statSync(path).size,
      areaByClass: new Map([[1, feature.properties.area_m2]]),
    });
  });

  test("an empty map is a collection without features", async () => {
    const path = join(scratch, "empty.geojson");
    const polygons = tracePolygons(sceneOf({ ...UTM, width: 1, height: 1 }, Uint8Array.of(255)), null);
    await writeGeoJson(path, polygons, { grid: UTM, classes: [], crs: "EPSG:4326" });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ type: "FeatureCollection", features: [] });
  });

  test("nothing stays behind when the polygons fail", async () => {
    const folder = join(scratch, "failing");
    mkdirSync(folder);
    async function* failing() {
      yield* tracePolygons(sceneOf({ ...UTM, width: 1, height: 1 }, Uint8Array.of(1)), null);
      throw new Error("the source broke");
    }
    const writing = writeGeoJson(join(folder, "a.geojson"), failing(), {
      grid: UTM,
      classes: [],
      crs: "scene",
    });
    await expect(writing).rejects.toThrow("the source broke");
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(python === null)(
    `GDAL paints the polygons back onto their pixels, and GEOS finds each valid${python === null ? " (skipped: no GDAL)" : ""}`,
    async () => {
      const random = seededRandom(3);
      const labels = Uint8Array.from(
        { length: UTM.width * UTM.height },
        () => [0, 1, 1, 2, 255][Math.floor(random() * 5)]!,
      );
      for (const grid of [
        UTM,
        { ...UTM, affine: [8, 6, 5e5, 6, -8, 28e5] as const },
        { ...UTM, crs: null },
      ]) {
        const path = join(scratch, "gdal.geojson");
        const polygons = tracePolygons(sceneOf(grid, labels), null);
        const written = await writeGeoJson(path, polygons, { grid, classes: CLASSES, crs: "scene" });
        const script = fileURLToPath(new URL("support/gdal-check.py", import.meta.url));
        const numbers = [grid.width, grid.height, ...grid.affine].map(String);
        const found = JSON.parse(execFileSync(python!, [script, path, ...numbers], { encoding: "utf8" }));
        expect([found.valid, found.invalid]).toEqual([written.polygons, 0]);
        expect(found.pixels).toEqual([...labels]);
      }
    },
  );
});
