import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { groundSampleDistance, sameGrid } from "../../src/geo/grid.ts";
import { validateCog } from "../../src/raster/cog-validator.ts";
import { NODATA } from "../../src/scene/class-scheme.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { gdalReports, gdalTitle, hasGdal } from "../raster/support/gdal.ts";
import { SAMPLES, SCENES, strips } from "./support/samples.ts";

const at = (name: string): string => join(SAMPLES, `${name}.tif`);
const rasters = SCENES.flatMap((name) => [name, `${name}-labels`]);
const CLASSES = ["water", "land", "road", "building", "vegetation"];

test("sample-data has a scene and its labels for each name, nothing else, and less than 8 MB", () => {
  const files = readdirSync(SAMPLES).filter((name) => /\.(tif|xml)$/.test(name));
  const labels = SCENES.map((name) => `${name}-labels.tif.aux.xml`);
  expect(files.sort()).toEqual([...rasters.map((name) => `${name}.tif`), ...labels].sort());
  expect(files.reduce((sum, name) => sum + statSync(join(SAMPLES, name)).size, 0)).toBeLessThan(8e6);
});

test("every file is told of in the README of the folder", () => {
  const readme = readFileSync(join(SAMPLES, "README.md"), "utf8");
  for (const name of rasters) expect(readme).toContain(`\`${name}.tif\``);
  expect(readme).toContain("CC0");
});

describe("the town", () => {
  test("is at least 4096 x 4096 px at 1 m in EPSG:32640, JPEG in TIFF with an internal mask", async () => {
    const town = await openScene(at("town"));
    await town.close();
    const { width, height, affine, crs } = town.grid;
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(4096);
    expect([affine[0], affine[1], affine[3], affine[4]]).toEqual([1, 0, 0, -1]);
    expect(groundSampleDistance(town.grid)).toBeCloseTo(1, 2);
    expect(crs?.epsg).toBe(32640);
    expect(town).toMatchObject({ sampleType: "uint8", maskSource: "mask" });
    expect(town.storage).toMatchObject({ compression: "JPEG", tiled: true });
    expect(town.bands.map(({ role }) => role)).toEqual(["red", "green", "blue"]);
  });

  test("has a border without data", async () => {
    const counts = await countLabels("town-labels");
    const nodata = counts[NODATA]! / counts.reduce((sum, count) => sum + count, 0);
    expect(nodata).toBeGreaterThan(0.01);
    expect(nodata).toBeLessThan(0.1);
  });

  test("has every class on at least one pixel in fifty", async () => {
    const counts = await countLabels("town-labels");
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (const id of CLASSES.keys()) expect(counts[id]! / total).toBeGreaterThan(0.02);
  });
});

test("the flood: the same place twice, the second time under more water and with fewer buildings", async () => {
  const [before, after] = [await openScene(at("flood-before")), await openScene(at("flood-after"))];
  await Promise.all([before.close(), after.close()]);
  expect(sameGrid(before.grid, after.grid)).toBe(true);
  const [was, is] = [await countLabels("flood-before-labels"), await countLabels("flood-after-labels")];
  expect(is[0]! - was[0]!).toBeGreaterThan(100_000);
  expect(was[3]! - is[3]!).toBeGreaterThan(10_000);
});

test("the multispectral scene: 16 bits, four named bands, a nodata tag", async () => {
  const scene = await openScene(at("multispectral"));
  await scene.close();
  expect(scene).toMatchObject({ sampleType: "uint16", nodata: 0, maskSource: "nodata" });
  expect(scene.bands.map(({ name }) => name)).toEqual(["red", "green", "blue", "nir"]);
});

describe.each(SCENES)("%s", (name) => {
  test("has labels on its own grid, nodata exactly where it has none, and only the five classes", async () => {
    const [scene, labels] = [await openScene(at(name)), await openScene(at(`${name}-labels`))];
    expect(sameGrid(scene.grid, labels.grid)).toBe(true);
    expect(labels.palette?.map((entry) => entry.name)).toEqual(CLASSES);
    const pixels = strips(scene);
    const wrong = { mask: 0, label: 0 };
    for await (const { data } of strips(labels)) {
      const { mask } = (await pixels.next()).value!;
      for (let i = 0; i < data.length; i++) {
        if ((data[i] === NODATA) !== (mask?.[i] === 0)) wrong.mask++;
        if (data[i] !== NODATA && data[i]! >= CLASSES.length) wrong.label++;
      }
    }
    expect(wrong).toEqual({ mask: 0, label: 0 });
    await Promise.all([scene.close(), labels.close()]);
  });
});

test.each(rasters)("%s.tif is a cloud-optimised GeoTIFF by this project's validator", async (name) => {
  const { errors, warnings } = await validateCog(at(name));
  expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
});

test.skipIf(!hasGdal)(gdalTitle("GDAL's validator finds every raster a cloud-optimised GeoTIFF"), () => {
  const reports = gdalReports(rasters.map(at));
  expect(reports.map(({ cogErrors, cogWarnings, epsg }) => ({ cogErrors, cogWarnings, epsg }))).toEqual(
    rasters.map(() => ({ cogErrors: [], cogWarnings: [], epsg: "32640" })),
  );
});

/** Pixels of each label value. */
async function countLabels(name: string): Promise<number[]> {
  const counts = new Array<number>(256).fill(0);
  const labels = await openScene(at(name));
  for await (const { data } of strips(labels)) for (const label of data) counts[label]!++;
  await labels.close();
  return counts;
}
