import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import type { Affine } from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import type { Grid } from "../../src/geo/grid.ts";
import { pixelArea } from "../../src/geo/grid.ts";
import type { VectorOptions } from "../../src/vector/feature.ts";
import { writeGeoParquet } from "../../src/vector/geoparquet-writer.ts";
import { tracePolygons } from "../../src/vector/polygons.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { seededRandom } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";
import { unpairedEdges } from "./support/lattice.ts";
import { readGeoParquet } from "./support/parquet.ts";

const scratch = scratchFolder();
const CLASSES = [
  { id: 0, name: "water", color: "#0000ff" },
  { id: 1, name: "land", color: "#aa8800" },
  { id: 2, name: "road", color: "#888888" },
];
const UTM: Grid = {
  width: 40,
  height: 30,
  affine: [10, 0, 500000, 0, -10, 2800000],
  crs: crsFromEpsg(32640),
};

/** Random labels in blots, some nodata. */
function labelsOf({ width, height }: Grid, seed = 1): Uint8Array {
  const random = seededRandom(seed);
  const cells = Array.from({ length: width * height }, () => Math.floor(random() * 4));
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [col, row] = [i % width, Math.floor(i / width)];
    const cell = cells[(row >> 2) * width + (col >> 2)]!;
    return random() < 0.1 ? Math.floor(random() * 3) : cell === 3 ? 255 : cell;
  });
}

const sceneOf = (grid: Grid, labels = labelsOf(grid)) => memoryScene({ ...grid, data: labels, nodata: 255 });

function write(path: string, grid: Grid, crs: VectorOptions["crs"] = "EPSG:4326", labels = labelsOf(grid)) {
  return writeGeoParquet(path, tracePolygons(sceneOf(grid, labels), null), { grid, classes: CLASSES, crs });
}

const shoelace = (ring: readonly number[][]): number =>
  ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i]![0]! * y! - x! * ring[i]![1]!, 0);

describe("landcover.parquet", () => {
  test("a row holds a polygon with its class, area, perimeter, confidence and bounding box", async () => {
    const path = join(scratch, "one.parquet");
    const grid = { ...UTM, width: 3, height: 3 };
    const labels = Uint8Array.of(0, 0, 0, 0, 255, 0, 0, 0, 0);
    const confidence = memoryScene({ ...grid, data: new Uint8Array(9).fill(80) });
    const polygons = tracePolygons(sceneOf(grid, labels), confidence);
    const result = await writeGeoParquet(path, polygons, { grid, classes: CLASSES, crs: "scene" });
    const { rows } = await readGeoParquet(path);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      id: 0n,
      class_id: 0,
      class: "water",
      mean_confidence: 80,
      bbox: { xmin: 500000, ymin: 2799970, xmax: 500030, ymax: 2800000 },
    });
    expect(rows[0]!.geometry.coordinates.map((ring) => Math.sign(shoelace(ring)))).toEqual([1, -1]);
    expect(rows[0]!.area_m2! / (8 * pixelArea(grid, 1, 1)!)).toBeCloseTo(1, 6);
    expect(rows[0]!.perimeter_m! / 160).toBeCloseTo(1, 2);
    expect(result).toMatchObject({ polygons: 1, bytes: statSync(path).size });
    expect(result.areaByClass.get(0)).toBe(rows[0]!.area_m2);
  });

  test("the file says that it is GeoParquet 1.1 in longitude and latitude", async () => {
    const path = join(scratch, "metadata.parquet");
    await write(path, UTM);
    const { geo, rows } = await readGeoParquet(path);
    expect(geo.version).toBe("1.1.0");
    expect(geo.columns.geometry).toMatchObject({
      encoding: "WKB",
      geometry_types: ["Polygon"],
      orientation: "counterclockwise",
      covering: { bbox: { xmin: ["bbox", "xmin"], ymax: ["bbox", "ymax"] } },
    });
    expect(geo.columns.geometry).not.toHaveProperty("crs");
    const all = rows.map(({ bbox }) => bbox);
    expect(geo.columns.geometry["bbox"]).toEqual([
      Math.min(...all.map(({ xmin }) => xmin)),
      Math.min(...all.map(({ ymin }) => ymin)),
      Math.max(...all.map(({ xmax }) => xmax)),
      Math.max(...all.map(({ ymax }) => ymax)),
    ]);
  });

  test("in the scene's CRS it carries that CRS as PROJJSON, and the exact corners of the pixels", async () => {
    const path = join(scratch, "utm.parquet");
    await write(path, UTM, "scene");
    const { geo, rows } = await readGeoParquet(path);
    expect(geo.columns.geometry).toMatchObject({
      crs: { type: "ProjectedCRS", id: { authority: "EPSG", code: 32640 } },
    });
    const values = rows.flatMap(({ geometry }) => geometry.coordinates.flat(2));
    expect(values.every((value) => value % 10 === 0)).toBe(true);
  });

  test("a scene without a CRS keeps pixel coordinates, says so, and has no areas", async () => {
    const path = join(scratch, "pixels.parquet");
    const grid: Grid = { ...UTM, affine: [1, 0, 0, 0, 1, 0], crs: null };
    const { areaByClass } = await write(path, grid);
    const { geo, rows } = await readGeoParquet(path);
    expect(geo.columns.geometry["crs"]).toBeNull();
    expect(rows[0]!.area_m2).toBeNull();
    expect(areaByClass.size).toBe(0);
    for (const { geometry } of rows) expect(shoelace(geometry.coordinates[0]!)).toBeGreaterThan(0);
  });

  const affines: Readonly<Record<string, Affine>> = {
    "north-up": [10, 0, 500000, 0, -10, 2800000],
    "south-up": [10, 0, 500000, 0, 10, 2800000],
    rotated: [8, 6, 500000, 6, -8, 2800000],
    mirrored: [-10, 0, 500000, 0, -10, 2800000],
  };
  test.each(Object.entries(affines))(
    "rings are wound as the file says, and neighbours share every point: %s",
    async (name, affine) => {
      for (const crs of ["EPSG:4326", "scene"] as const) {
        const path = join(scratch, `${name}.parquet`);
        await write(path, { ...UTM, affine }, crs);
        const { rows } = await readGeoParquet(path);
        const rings = rows.flatMap(({ geometry }) => geometry.coordinates);
        const wrong = rows.filter(({ geometry }) =>
          geometry.coordinates.some((ring, k) => shoelace(ring) > 0 !== (k === 0)),
        );
        expect(wrong).toEqual([]);
        // Outer borders of the data have no partner; where nothing is nodata only the raster's own edge is left.
        const full = labelsOf(UTM).map((label) => (label === 255 ? 1 : label));
        await write(path, { ...UTM, affine }, crs, full);
        const whole = (await readGeoParquet(path)).rows.flatMap(({ geometry }) => geometry.coordinates);
        const edges = unpairedEdges(whole.map((ring) => ring.flat()));
        expect(edges.length).toBeLessThanOrEqual(2 * (UTM.width + UTM.height));
        expect(rings.length).toBeGreaterThan(20);
      }
    },
  );

  test("areas per class add up to the raster's", async () => {
    const labels = labelsOf(UTM);
    const { areaByClass } = await write(join(scratch, "areas.parquet"), UTM, "EPSG:4326", labels);
    for (const { id } of CLASSES) {
      let area = 0;
      labels.forEach((label, i) => {
        if (label === id) area += pixelArea(UTM, i % UTM.width, Math.floor(i / UTM.width))!;
      });
      expect(areaByClass.get(id)! / area).toBeCloseTo(1, 7);
    }
  });

  test("rows lie along a Hilbert curve: neighbours in the file are neighbours on the ground", async () => {
    const path = join(scratch, "order.parquet");
    const grid = { ...UTM, width: 120, height: 120 };
    await write(path, grid);
    const { rows } = await readGeoParquet(path);
    const jump = (order: readonly (typeof rows)[number][]): number =>
      order.slice(1).reduce((sum, { bbox }, i) => {
        const before = order[i]!.bbox;
        return sum + Math.hypot(bbox.xmin - before.xmin, bbox.ymin - before.ymin);
      }, 0);
    const byRow = [...rows].sort((a, b) => Number(a.id - b.id));
    expect(jump(rows)).toBeLessThan(jump(byRow) / 4);
  });

  test("an empty map is a valid file without rows", async () => {
    const path = join(scratch, "empty.parquet");
    const result = await write(path, UTM, "EPSG:4326", new Uint8Array(UTM.width * UTM.height).fill(255));
    const { rows, geo } = await readGeoParquet(path);
    expect(result.polygons).toBe(0);
    expect(rows).toEqual([]);
    expect(geo.columns.geometry).not.toHaveProperty("bbox");
  });

  test("a class without a name is named by its id", async () => {
    const path = join(scratch, "unnamed.parquet");
    await write(path, { ...UTM, width: 1, height: 1 }, "scene", Uint8Array.of(9));
    expect((await readGeoParquet(path)).rows[0]!.class).toBe("class 9");
  });

  test("nothing stays behind when the polygons fail", async () => {
    const folder = join(scratch, "failing");
    mkdirSync(folder);
    async function* failing() {
      yield* tracePolygons(sceneOf(UTM), null);
      throw new Error("the source broke");
    }
    const path = join(folder, "landcover.parquet");
    const writing = writeGeoParquet(path, failing(), { grid: UTM, classes: CLASSES, crs: "EPSG:4326" });
    await expect(writing).rejects.toThrow("the source broke");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a folder that is not there is named, and the source is not left open", async () => {
    const path = join(scratch, "nowhere", "landcover.parquet");
    await expect(write(path, UTM)).rejects.toThrow(UserError);
    await expect(write(path, UTM)).rejects.toMatchObject({ code: "missing-folder" });
  });

  test("polygons over the antimeridian run on past 180°", async () => {
    const path = join(scratch, "fiji.parquet");
    const grid: Grid = { ...UTM, affine: [10000, 0, 1900000, 0, -10000, 4150000], crs: crsFromEpsg(3460) };
    await write(path, grid, "EPSG:4326", new Uint8Array(UTM.width * UTM.height));
    const { rows } = await readGeoParquet(path);
    expect(rows[0]!.bbox.xmax - rows[0]!.bbox.xmin).toBeLessThan(8);
    expect(rows[0]!.bbox.xmax).toBeGreaterThan(180);
  });
});
