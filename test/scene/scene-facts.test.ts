import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import proj4 from "proj4";
import { afterAll, expect, test } from "vitest";
import { worldPoint } from "../../src/geo/affine.ts";
import { lonLatProjection } from "../../src/geo/crs.ts";
import { groundSampleDistance } from "../../src/geo/grid.ts";
import { openGeotiff } from "../../src/scene/open-geotiff.ts";
import type { Scene } from "../../src/scene/scene.ts";
import { EXPECTED, TIFF_FIXTURES } from "./fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "landstitch-facts-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function opened(file: string): Promise<Scene> {
  const scene = await openGeotiff(TIFF_FIXTURES + file);
  await scene.close();
  return scene;
}

const rolesOf = ({ bands }: Scene) => bands.map(({ role }) => role);

test.each([
  ["none-strips.tif", ["red", "green", "blue"], "none"],
  ["jpeg-tiles-ycbcr.tif", ["red", "green", "blue"], "none"],
  ["lzw-tiles-gray.tif", ["gray"], "none"],
  ["zstd-tiles-uint16-4-bands.tif", ["blue", "green", "red", "nir"], "none"],
  ["alpha.tif", ["red", "green", "blue"], "alpha"],
  ["palette.tif", ["palette"], "none"],
  ["internal-mask-overviews.tif", ["red", "green", "blue"], "mask"],
  ["nodata-tag.tif", ["red", "green", "blue"], "nodata"],
  ["nodata-nan-float32.tif", ["unknown", "unknown"], "nan"],
] as const)("%s shows the bands %j, and its mask comes from: %s", async (file, roles, mask) => {
  const scene = await opened(file);
  expect(rolesOf(scene)).toEqual(roles);
  expect(scene.maskSource).toBe(mask);
});

test("storage is what inspect prints", async () => {
  const { storage } = await opened("bigtiff.tif");
  expect(storage).toMatchObject({
    format: "BigTIFF",
    compression: "LZW",
    blockWidth: 16,
    blockHeight: 16,
    tiled: true,
  });
  expect((await opened("packbits-strips.tif")).storage).toMatchObject({
    format: "GeoTIFF",
    compression: "PackBits",
    tiled: false,
  });
});

test("a palette gives classes their colours, and GDAL's category names beside the file their names", async () => {
  const path = join(folder, "classes.tif");
  copyFileSync(`${TIFF_FIXTURES}palette.tif`, path);
  const names = ["water", "land &amp; sand", "road", "building"].map(
    (name) => `<Category>${name}</Category>`,
  );
  writeFileSync(
    `${path}.aux.xml`,
    `<PAMDataset><PAMRasterBand band="1"><CategoryNames>${names.join("")}</CategoryNames></PAMRasterBand></PAMDataset>`,
  );
  const scene = await openGeotiff(path);
  await scene.close();
  expect(scene.palette).toEqual([
    { value: 0, name: "water", color: "#e2a929" },
    { value: 1, name: "land & sand", color: "#8429f6" },
    { value: 2, name: "road", color: "#6ec1e4" },
    { value: 3, name: "building", color: "#3c1098" },
  ]);
});

test.each(EXPECTED.filter(({ proj4: definition }) => definition !== undefined))(
  "$file: a CRS without an EPSG code projects as GDAL's definition of it does",
  async ({ file, proj4: definition, affine }) => {
    const { grid } = await opened(file);
    const point = [affine[2]! + 1000, affine[5]! + 1000] as const;
    const [lon, lat] = proj4(definition!).inverse([...point]);
    const found = lonLatProjection(grid.crs!).toLonLat(worldPoint(...point));
    expect(found[0]).toBeCloseTo(lon!, 7);
    expect(found[1]).toBeCloseTo(lat!, 7);
    expect(grid.crs!.geoKeys.some(({ id }) => id === 1025)).toBe(false);
    expect(grid.crs!.geoKeys.length).toBeGreaterThan(5);
  },
);

test("pixels in US survey feet have their GSD in metres", async () => {
  for (const file of ["us-feet.tif", "user-defined-us-feet.tif"]) {
    const { grid } = await opened(file);
    expect(grid.crs!.metresPerUnit).toBeCloseTo(1200 / 3937, 9);
    expect((groundSampleDistance(grid)! / (grid.affine[0] * 1200)) * 3937).toBeCloseTo(1, 1);
  }
});

test("a world file beside a raster without georeference places it: its numbers mean the first pixel's centre", async () => {
  const path = join(folder, "plain.tif");
  copyFileSync(`${TIFF_FIXTURES}no-georeference.tif`, path);
  writeFileSync(join(folder, "plain.tfw"), "2.0\n0.0\n0.0\n-2.0\n500001.0\n4099999.0\n");
  const { grid, close } = await openGeotiff(path);
  await close();
  expect(grid).toMatchObject({ affine: [2, 0, 500000, 0, -2, 4100000], crs: null });
});

test("bands can be read in any order, and a window outside the scene is refused", async () => {
  const scene = await openGeotiff(`${TIFF_FIXTURES}zstd-tiles-uint16-4-bands.tif`);
  const window = { col: 3, row: 2, width: 15, height: 16 };
  const all = await scene.read(window);
  const some = await scene.read(window, { bands: [2, 1, 0] });
  for (let i = 0; i < 15 * 16; i++)
    expect([...some.data.subarray(i * 3, i * 3 + 3)]).toEqual(
      [...all.data.subarray(i * 4, i * 4 + 3)].reverse(),
    );
  await expect(scene.read({ ...window, width: 19 })).rejects.toThrow("not inside level 0 of 21 x 18 px");
  await expect(scene.read(window, { bands: [4] })).rejects.toThrow("no band 4");
  await expect(scene.read(window, { level: 1 })).rejects.toThrow("no level 1");
  await scene.close();
});
