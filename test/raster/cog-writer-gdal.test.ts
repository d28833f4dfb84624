import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Affine } from "../../src/geo/affine.ts";
import { type Crs, crsFromEpsg } from "../../src/geo/crs.ts";
import { jpegCodec } from "../../src/raster/jpeg-codec.ts";
import { type GdalReport, gdal, gdalReports, gdalTitle, hasGdal } from "./support/gdal.ts";
import { bruteLevels, largestDifference, type Raster, rasterOf, writeCog } from "./support/rasters.ts";
import { VARIANTS } from "./support/variants.ts";

const LOCAL_CRS: Crs = {
  epsg: null,
  name: "Site grid",
  kind: "projected",
  metresPerUnit: 0.3048,
  proj4: null,
  wkt: null,
  geoKeys: [
    { id: 1024, type: "short", value: 1 },
    { id: 1026, type: "ascii", value: "Site grid" },
    { id: 2048, type: "short", value: 4326 },
    { id: 3072, type: "short", value: 32767 },
    { id: 3074, type: "short", value: 32767 },
    { id: 3075, type: "short", value: 1 },
    { id: 3076, type: "short", value: 9002 },
    { id: 3080, type: "double", value: [12.5] },
    { id: 3081, type: "double", value: [47.25] },
    { id: 3082, type: "double", value: [1000] },
    { id: 3083, type: "double", value: [2000] },
    { id: 3092, type: "double", value: [0.9996] },
  ],
};

const GRIDS: readonly {
  readonly title: string;
  readonly affine: Affine;
  readonly crs: Crs | null;
  readonly epsg: string | null;
}[] = [
  { title: "north-up in UTM", affine: [0.5, 0, 3e5, 0, -0.5, 28e5], crs: crsFromEpsg(32640), epsg: "32640" },
  { title: "rotated", affine: [0.4, 0.3, 3e5, 0.3, -0.4, 28e5], crs: crsFromEpsg(32640), epsg: "32640" },
  { title: "south-up", affine: [2, 0, 3e5, 0, 2, 28e5], crs: crsFromEpsg(3857), epsg: "3857" },
  { title: "geographic", affine: [1e-5, 0, 55.1, 0, -1e-5, 25.2], crs: crsFromEpsg(4326), epsg: "4326" },
  { title: "a CRS of the file's own", affine: [1, 0, 1e3, 0, -1, 2e3], crs: LOCAL_CRS, epsg: null },
  { title: "no CRS", affine: [3, 0, 7, 0, -3, 9], crs: null, epsg: null },
];

const JPEG: Raster = rasterOf(
  { width: 221, height: 205, bands: 3 },
  (col, row, band) => Math.round(120 + 60 * Math.sin(col / (40 + 20 * band)) + 50 * Math.cos(row / 45)),
  (col, row) => col + row > 200,
);

describe.skipIf(!hasGdal)(gdalTitle("GDAL"), () => {
  let folder: string;
  const reports = new Map<string, GdalReport>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "landstitch-gdal-"));
    const raster = rasterOf({ width: 20, height: 10 }, (col) => col);
    for (const { title, raster, options } of VARIANTS) await writeCog(join(folder, title), raster, options);
    for (const { title, affine, crs } of GRIDS)
      await writeCog(join(folder, title), raster, {
        overviews: "mode",
        grid: { width: 20, height: 10, affine, crs },
      });
    await writeCog(join(folder, "JPEG"), JPEG, {
      overviews: "average",
      blockSize: 64,
      codec: jpegCodec({ quality: 95 }),
    });
    const titles = [...VARIANTS, ...GRIDS].map(({ title }) => title).concat("JPEG");
    const found = gdalReports(titles.map((title) => join(folder, title)));
    for (const [index, title] of titles.entries()) reports.set(title, found[index]!);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(VARIANTS)(
    "calls it a COG and reads every pixel and mask of every level: $title",
    ({ title, raster, options }) => {
      const { cogErrors, cogWarnings, structure, levels, nodata } = reports.get(title)!;
      expect([cogErrors, cogWarnings, structure["LAYOUT"]]).toEqual([[], [], "COG"]);
      expect(nodata).toBe(options.nodata ?? null);
      const expected = bruteLevels(raster, options);
      expect(levels.map(({ digest }) => digest)).toEqual(expected.map(({ data }) => digestOf(bytesOf(data))));
      const masks = expected.map((level) => digestOf(gdalMask(level, options.nodata)));
      expect(levels.map(({ maskDigest }) => maskDigest)).toEqual(masks);
    },
  );

  test("shows colours and class names of a land-cover map, and the gaps between them", () => {
    const { colors, categories, interpretation, tags, bandNames } = reports.get(VARIANTS[0]!.title)!;
    expect(interpretation).toEqual(["Palette"]);
    expect(categories).toEqual(["water", "", "", 'built & "paved" <roof>']);
    expect(colors!.slice(0, 4)).toEqual([
      [30, 120, 200, 255],
      [0, 0, 0, 255],
      [0, 0, 0, 255],
      [200, 60, 40, 255],
    ]);
    expect(colors![255]).toEqual([0, 0, 0, 0]);
    expect(tags["MODEL"]).toBe('town "1.0" & more');
    expect(bandNames).toEqual(["class"]);
  });

  test("knows the bands of a scene", () => {
    const { bandNames, interpretation } = reports.get("four bands of uint16 with names")!;
    expect(bandNames).toEqual(["red", "green", "blue", "near infrared"]);
    expect(interpretation).toEqual(["Red", "Green", "Blue", "Undefined"]);
  });

  test.each(GRIDS)("places the raster: $title", ({ title, affine: [a, b, c, d, e, f], crs, epsg }) => {
    const report = reports.get(title)!;
    expect(report.transform).toEqual([c, a, b, f, d, e]);
    expect(report.epsg).toBe(epsg);
    if (crs === null) expect(report.crsName).toBeNull();
    if (crs === LOCAL_CRS) expect(report.crsName).toBe("Site grid");
    if (crs !== null) expect(report.tags["AREA_OR_POINT"]).toBe("Area");
  });

  test("decodes JPEG blocks to the right colours, with an exact mask", async () => {
    const { cogErrors, cogWarnings, levels, interpretation, structure } = reports.get("JPEG")!;
    expect([cogErrors, cogWarnings, interpretation]).toEqual([[], [], ["Red", "Green", "Blue"]]);
    expect(structure["COMPRESSION"]).toBe("YCbCr JPEG");
    const expected = bruteLevels(JPEG, { overviews: "average", blockSize: 64 });
    gdal("gdal_translate", [
      "-of",
      "ENVI",
      "-co",
      "INTERLEAVE=BIP",
      join(folder, "JPEG"),
      join(folder, "raw"),
    ]);
    expect(largestDifference(await readFile(join(folder, "raw")), JPEG.data)).toBeLessThanOrEqual(6);
    levels.forEach(({ maskDigest }, index) => {
      expect(maskDigest).toBe(digestOf(gdalMask(expected[index]!, undefined)));
    });
  });
});

/** A mask as GDAL gives it: 0 and 255; the nodata value is a mask of the first band where there is no other. */
function gdalMask({ data, mask, bands }: Raster, nodata: number | undefined): Uint8Array {
  const pixels = data.length / bands;
  return Uint8Array.from({ length: pixels }, (_, i) =>
    mask?.[i] === 0 || data[i * bands] === nodata ? 0 : 255,
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
