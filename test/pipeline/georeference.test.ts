import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { type Affine, IDENTITY } from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { groundSampleDistance, sameGrid } from "../../src/geo/grid.ts";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { gdalReports, gdalTitle, hasGdal } from "../raster/support/gdal.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { scratchFolder } from "../support/scratch.ts";
import { tiffFixture } from "../support/tiff-fixture.ts";
import { writeScene } from "../support/write-scene.ts";
import { readArchive } from "../tiles/support/archive.ts";
import { readGeoParquet } from "../vector/support/parquet.ts";
import { holds, isNearEdge, lonLatOf, lonLatOfTilePixel, outline, pixelOf } from "./support/placement.ts";

const scratch = scratchFolder();
const SETTINGS = {
  simplify: 0,
  model: fixtureModelPath("pixelwise"),
  device: "cpu",
  workers: 1,
} as const;

/** One way of saying where a scene lies, its map, and what GDAL says of the source (else what this project's reader does). */
interface Place {
  readonly what: string;
  readonly scene: string;
  readonly affine: Affine;
  readonly proj4: string;
  readonly holes: boolean;
  /** Chosen where the scene has one band only. */
  readonly bands?: readonly number[];
}

const UTM33 = "+proj=utm +zone=33 +datum=WGS84 +units=m +no_defs";
const FIXTURES: readonly { file: string; affine: readonly number[]; proj4?: string; epsg: number | null }[] =
  JSON.parse(readFileSync(tiffFixture("expected.json"), "utf8"));

function fixturePlace(what: string, file: string): Place {
  const { affine, proj4: definition, epsg } = FIXTURES.find((fixture) => fixture.file === file)!;
  const known = definition ?? crsFromEpsg(epsg!)!.proj4!;
  return {
    what,
    scene: tiffFixture(file),
    affine: affine as unknown as Affine,
    proj4: known,
    holes: false,
    bands: [1, 1, 1],
  };
}

function writtenPlace(what: string, affine: Affine, definition: string, holes = false): Place {
  return { what, scene: join(scratch, `${what}.tif`), affine, proj4: definition, holes };
}

const WRITTEN = [
  {
    place: writtenPlace("north-up with a mask", [2, 0, 310_000, 0, -2, 5_800_000], UTM33, true),
    epsg: 32633,
  },
  {
    place: writtenPlace("rotated and sheared", [1.4, 0.9, 310_000, 0.7, -1.6, 5_800_000], UTM33),
    epsg: 32633,
  },
  { place: writtenPlace("south-up", [2, 0, 310_000, 0, 2, 5_800_000], UTM33), epsg: 32633 },
  {
    place: writtenPlace(
      "geographic",
      [2e-5, 0, -70.2, 0, -2e-5, -33.4],
      "+proj=longlat +datum=WGS84 +no_defs",
    ),
    epsg: 4326,
  },
];

const PLACES: readonly Place[] = [
  ...WRITTEN.map(({ place }) => place),
  fixturePlace("PixelIsPoint", "pixel-is-point.tif"),
  fixturePlace("rotated PixelIsPoint", "rotated-pixel-is-point.tif"),
  fixturePlace("US feet", "us-feet.tif"),
  fixturePlace("user-defined Albers", "user-defined-albers.tif"),
  fixturePlace("user-defined cone in US feet", "user-defined-us-feet.tif"),
];

const folderOf = ({ what }: Place): string => join(scratch, `map ${what}`);
const labelsOf = async (folder: string) => {
  const scene = await openScene(join(folder, "landcover.tif"));
  const { width, height } = scene.grid;
  const { data, mask } = await scene.read({ col: 0, row: 0, width, height });
  await scene.close();
  return {
    grid: scene.grid,
    nodata: scene.nodata,
    at: (i: number) => (mask?.[i] === 0 ? null : (data[i] as number)),
  };
};

beforeAll(async () => {
  const [width, height] = [45, 37];
  for (const { place, epsg } of WRITTEN) {
    const mask = Uint8Array.from({ length: width * height }, (_, i) =>
      ((i % width) - 20) ** 2 + (Math.floor(i / width) - 18) ** 2 > 90 ? 1 : 0,
    );
    const hole = place.holes ? { mask } : {};
    await writeScene(place.scene, { width, height, affine: place.affine, crs: crsFromEpsg(epsg)!, ...hole });
  }
  for (const place of PLACES) {
    const bands = place.bands === undefined ? {} : { bands: [...place.bands] };
    await mapScene(place.scene, folderOf(place), { ...SETTINGS, ...bands });
  }
});

describe.each(PLACES)("$what: the map lies where the scene lies:", (place) => {
  test("same CRS, transform and size; 255 is nodata where the scene has none", async () => {
    const source = await openScene(place.scene);
    await source.close();
    const { grid, nodata, at } = await labelsOf(folderOf(place));
    expect(sameGrid(grid, source.grid)).toBe(true);
    grid.affine.forEach((value, i) => void expect(value).toBeCloseTo(place.affine[i]!, 9));
    expect(nodata).toBe(255);
    const holes = Array.from({ length: grid.width * grid.height }, (_, i) => at(i)).filter(
      (label) => label === null,
    );
    expect(holes.length > 0).toBe(place.holes);
  });

  test("polygons hold exactly the pixels of their class", async () => {
    const { grid, at } = await labelsOf(folderOf(place));
    const { rows } = await readGeoParquet(join(folderOf(place), "landcover.parquet"));
    const found = new Array<number | null>(grid.width * grid.height).fill(null);
    for (const { class_id, geometry } of rows) {
      const rings = geometry.coordinates.map((ring) =>
        ring.map((point) => pixelOf(grid, place.proj4, point as [number, number])),
      );
      for (const i of found.keys()) {
        if (!holds(rings, (i % grid.width) + 0.5, Math.floor(i / grid.width) + 0.5)) continue;
        expect(found[i], `pixel ${i} is in two polygons`).toBeNull();
        found[i] = class_id;
      }
    }
    expect(found).toEqual(found.map((_, i) => at(i)));
  });

  test("tiles: bounds are those of the map, the deepest zoom is that of its pixels", async () => {
    const { grid } = await labelsOf(folderOf(place));
    const corners = outline(grid).map((point) => lonLatOf(grid, place.proj4, point));
    const [lons, lats] = [corners.map(([lon]) => lon!), corners.map(([, lat]) => lat!)];
    for (const [name, size] of [
      ["landcover.pmtiles", 512],
      ["landcover-raster.pmtiles", 512],
    ] as const) {
      const { header } = await readArchive(join(folderOf(place), name));
      expect(header.minLon).toBeCloseTo(Math.min(...lons), 5);
      expect(header.maxLon).toBeCloseTo(Math.max(...lons), 5);
      expect(header.minLat).toBeCloseTo(Math.min(...lats), 5);
      expect(header.maxLat).toBeCloseTo(Math.max(...lats), 5);
      const metres = (40_075_016.68 * Math.cos((lats[0]! * Math.PI) / 180)) / (size * 2 ** header.maxZoom);
      expect(Math.abs(Math.log2(metres / groundSampleDistance(grid)!))).toBeLessThan(0.52);
      expect(header.minZoom).toBeLessThanOrEqual(header.maxZoom);
    }
  });

  test("tiles: a pixel of the deepest zoom has the colour of the class under it", async () => {
    const { grid, at } = await labelsOf(folderOf(place));
    const { header, tiles, get } = await readArchive(join(folderOf(place), "landcover-raster.pmtiles"));
    const wrong: string[] = [];
    let compared = 0;
    for (const tile of tiles.filter(({ z }) => z === header.maxZoom)) {
      const data = await sharp((await get(tile))!)
        .ensureAlpha()
        .raw()
        .toBuffer();
      for (let i = 0; i < 512 * 512; i += 5) {
        const [col, row] = pixelOf(grid, place.proj4, lonLatOfTilePixel(tile, i % 512, i >> 9));
        if (isNearEdge(col) || isNearEdge(row)) continue;
        const inside = col >= 0 && row >= 0 && col < grid.width && row < grid.height;
        const label = inside ? at(Math.floor(row) * grid.width + Math.floor(col)) : null;
        if (data.readUInt32BE(i * 4) !== COLORS[label ?? 255]) wrong.push(`${col}, ${row}`);
        if (label !== null) compared++;
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(20);
  });
});

test("a scene without georeference is mapped with a warning: pixel coordinates, no CRS, no tiles", async () => {
  const folder = join(scratch, "map nowhere");
  const scene = tiffFixture("no-georeference.tif");
  const { manifest, areas } = await mapScene(scene, folder, { ...SETTINGS, bands: [1, 1, 1] });
  expect(manifest.warnings.map(({ code }) => code)).toEqual(["no-crs", "no-tiles"]);
  expect(manifest.files.map(({ name }) => name)).not.toContain("landcover.pmtiles");
  expect(areas.total.hectares).toBeNull();
  const { grid } = await labelsOf(folder);
  expect(grid).toMatchObject({ affine: IDENTITY, crs: null });
  const { rows } = await readGeoParquet(join(folder, "landcover.parquet"));
  expect(Math.max(...rows.map(({ bbox }) => bbox.xmax))).toBe(grid.width);
});

describe.skipIf(!hasGdal)(gdalTitle("GDAL"), () => {
  const rastersOf = (place: Place) =>
    ["landcover.tif", "confidence.tif"].map((name) => join(folderOf(place), name));
  let found: ReturnType<typeof gdalReports> = [];
  beforeAll(() => {
    found = gdalReports(PLACES.flatMap(rastersOf));
  });

  test.each(PLACES.map((place, i) => ({ ...place, i })))(
    "$what: finds scene, labels and confidence in one place, both rasters valid COGs",
    (place) => {
      const [source, ...outputs] = [place.scene, ...rastersOf(place)].map(gdalinfo);
      for (const output of outputs) {
        expect(output!.size).toEqual(source!.size);
        expect(output!.coordinateSystem.wkt).toBe(source!.coordinateSystem.wkt);
        output!.geoTransform.forEach(
          (value, i) => void expect(value).toBeCloseTo(source!.geoTransform[i]!, 9),
        );
      }
      for (const { cogErrors, cogWarnings, nodata } of found.slice(place.i * 2, place.i * 2 + 2)) {
        expect({ cogErrors, cogWarnings, nodata }).toEqual({ cogErrors: [], cogWarnings: [], nodata: 255 });
      }
    },
  );
});

interface GdalInfo {
  readonly size: readonly number[];
  readonly geoTransform: readonly number[];
  readonly coordinateSystem: { readonly wkt: string };
}

function gdalinfo(path: string): GdalInfo {
  return JSON.parse(execFileSync("gdalinfo", ["-json", path], { encoding: "utf8" })) as GdalInfo;
}

/** RGBA of the classes of "pixelwise" and of nodata. */
const COLORS: Readonly<Record<number, number>> = {
  0: 0x3b82c4ff,
  1: 0xf5e8bdff,
  2: 0x7fa03aff,
  255: 0x00000000,
};
