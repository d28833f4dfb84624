import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evaluation, evaluate } from "../../src/evaluate/evaluate.ts";
import type { Affine } from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { createCog } from "../../src/raster/cog-writer.ts";
import { measureAreas } from "../../src/report/areas.ts";
import type { LandCoverClass } from "../../src/scene/class-scheme.ts";
import { openScene } from "../../src/scene/open-scene.ts";

const hasGdal = spawnSync("gdalwarp", ["--version"]).status === 0;
const CLASSES: readonly LandCoverClass[] = ["water", "bare land", "road"].map((name, id) => ({
  id,
  name,
  color: `#0000${(40 + id).toString(16)}`,
}));
const [WIDTH, HEIGHT] = [1300, 1100];
const METRE: Affine = [1, 0, 325000, 0, -1, 2790000];

/** Stripes of three classes with a nodata corner. */
function classAt(col: number, row: number): number {
  return col + row < 200 ? 255 : (Math.floor(col / 90) + Math.floor(row / 70)) % 3;
}

let folder: string;
const paths = { map: "", truth: "" };

async function writeLabels(name: string, at: (col: number, row: number) => number, named: boolean) {
  const path = join(folder, name);
  const cog = await createCog(path, {
    grid: { width: WIDTH, height: HEIGHT, affine: METRE, crs: crsFromEpsg(32640) },
    sampleType: "uint8",
    nodata: 255,
    overviews: "mode",
    ...(named ? { palette: CLASSES } : {}),
  });
  const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => at(i % WIDTH, Math.floor(i / WIDTH)));
  await cog.write({ data, rows: HEIGHT });
  await cog.finish();
  return path;
}

async function compare(prediction: string, reference: string): Promise<Evaluation> {
  const [map, truth] = [await openScene(prediction), await openScene(reference)];
  try {
    return await evaluate(map, truth, { classes: null });
  } finally {
    await Promise.all([map.close(), truth.close()]);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "landstitch-evaluate-"));
  // Every tenth column of the map is one class further.
  const wrong = (col: number, row: number): number => {
    const value = classAt(col, row);
    return value !== 255 && col % 10 === 0 ? (value + 1) % 3 : value;
  };
  paths.map = await writeLabels("map.tif", wrong, true);
  paths.truth = await writeLabels("truth.tif", classAt, false);
});
afterAll(() => rm(folder, { recursive: true }));

describe("evaluate on files", () => {
  test("scores a land-cover COG against reference ids under the names of its classes", async () => {
    const { alignment, pixels, classes, scores, coverage } = await compare(paths.map, paths.truth);
    expect(alignment).toBe("identical");
    expect(classes.map(({ name }) => name)).toEqual(["water", "bare land", "road"]);
    expect(pixels.referenceNodata).toBe((200 * 201) / 2);
    expect(pixels.compared + pixels.referenceNodata).toBe(WIDTH * HEIGHT);
    expect(coverage).toBe(1);
    expect(scores.pixelAccuracy).toBeCloseTo(0.9, 3);
  });

  test("finds nothing wrong with a map that is its own reference", async () => {
    const { scores } = await compare(paths.truth, paths.truth);
    expect(scores).toMatchObject({ pixelAccuracy: 1, meanIoU: 1, kappa: 1 });
  });

  test("measures the areas of the same file", async () => {
    const scene = await openScene(paths.truth);
    const { classes, total, nodata } = await measureAreas(scene, null, CLASSES);
    await scene.close();
    expect(nodata.pixels).toBe((200 * 201) / 2);
    expect(total.pixels + nodata.pixels).toBe(WIDTH * HEIGHT);
    expect(total.hectares! / (total.pixels / 10_000)).toBeCloseTo(1.0001, 3);
    expect(classes.reduce((sum, { share }) => sum + share!, 0)).toBeCloseTo(1, 12);
  });
});

describe.skipIf(!hasGdal)(`evaluate on files that GDAL made${hasGdal ? "" : " (skipped: no GDAL)"}`, () => {
  test.each([
    { what: "a finer grid", options: ["-tr", "0.7", "0.7"] },
    { what: "a coarser grid", options: ["-tr", "2.5", "2.5"] },
    { what: "a part that sticks out", options: ["-te", "324500", "2788500", "325700", "2789500"] },
  ])("a reference on $what is aligned as gdalwarp aligns it", async ({ what, options }) => {
    const reference = join(folder, `${what.replaceAll(" ", "-")}.tif`);
    execFileSync("gdalwarp", ["-q", "-r", "near", ...options, paths.truth, reference]);
    const { alignment, scores, coverage } = await compare(paths.truth, reference);
    expect(alignment).toBe("nearest");
    expect(coverage).toBe(1);
    expect(scores.pixelAccuracy).toBeGreaterThan(0.98);
  });

  test("a reference in another CRS is refused with both names", async () => {
    const reference = join(folder, "zone39.tif");
    execFileSync("gdalwarp", ["-q", "-t_srs", "EPSG:32639", paths.truth, reference]);
    await expect(compare(paths.map, reference)).rejects.toMatchObject({
      code: "crs-mismatch",
      message: expect.stringContaining("(EPSG:32639)"),
    });
  });
});
