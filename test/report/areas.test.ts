import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CancelledError } from "../../src/errors.ts";
import type { Affine } from "../../src/geo/affine.ts";
import { type Crs, crsFromEpsg } from "../../src/geo/crs.ts";
import { combineAreas, measureAreas } from "../../src/report/areas.ts";
import type { LandCoverClass } from "../../src/scene/class-scheme.ts";
import { memoryScene } from "../support/memory-scene.ts";

interface Case {
  readonly name: string;
  readonly epsg: number;
  readonly affine: Affine;
  readonly width: number;
  readonly height: number;
  readonly squareMetres: Readonly<Record<string, number>>;
}

const oracle = JSON.parse(
  readFileSync(new URL("../fixtures/report/areas.json", import.meta.url), "utf8"),
) as { readonly source: string; readonly cases: readonly Case[] };

const CLASSES: readonly LandCoverClass[] = [
  { id: 0, name: "water", color: "#0000ff" },
  { id: 1, name: "land", color: "#ffff00" },
  { id: 2, name: "road", color: "#888888" },
];
const UTM = crsFromEpsg(32640)!;
const METRE: Affine = [1, 0, 325000, 0, -1, 2790000];

/** The labels of test/fixtures/report/make-areas.py. */
function blobs(width: number, height: number): Uint8Array {
  const of = (col: number, row: number): number =>
    [0, 0, 1, 1, 2, 0, 255][(Math.floor(col / 7) * 5 + Math.floor(row / 5) * 3) % 7]!;
  return Uint8Array.from({ length: width * height }, (_, index) =>
    of(index % width, Math.floor(index / width)),
  );
}

function labelScene(data: Uint8Array, width: number, crs: Crs | null = UTM, affine: Affine = METRE) {
  return memoryScene({
    data,
    width,
    height: data.length / width,
    crs,
    affine,
    nodata: 255,
    path: "labels.tif",
  });
}

describe("areas of classes", () => {
  test.each(oracle.cases)("are those of pyproj within 1e-6: $name (EPSG:$epsg)", async (given) => {
    const { epsg, affine, width, height, squareMetres } = given;
    const areas = await measureAreas(
      labelScene(blobs(width, height), width, crsFromEpsg(epsg)!, affine),
      null,
      CLASSES,
    );
    expect(areas.method).toBe("ellipsoid");
    for (const { id, hectares } of areas.classes)
      expect(Math.abs((hectares! * 10_000) / squareMetres[id]! - 1)).toBeLessThan(1e-6);
    expect(Math.abs((areas.nodata.hectares! * 10_000) / squareMetres["255"]! - 1)).toBeLessThan(1e-6);
  });

  test("come with shares of the area with data and the mean confidence of each class", async () => {
    const labels = labelScene(Uint8Array.of(0, 0, 0, 1, 255, 255), 3);
    const confidence = labelScene(Uint8Array.of(90, 80, 255, 40, 255, 10), 3);
    const areas = await measureAreas(labels, confidence, CLASSES);
    expect(areas.classes).toMatchObject([
      { id: 0, name: "water", pixels: 3, meanConfidence: 85 },
      { id: 1, name: "land", pixels: 1, meanConfidence: 40 },
      { id: 2, name: "road", pixels: 0, hectares: 0, share: 0, meanConfidence: null },
    ]);
    expect(areas.classes[0]!.share).toBeCloseTo(0.75, 6);
    expect(areas.total).toMatchObject({ pixels: 4, share: 1, meanConfidence: 70 });
    expect(areas.total.hectares).toBeCloseTo(4e-4, 7);
    expect(areas.nodata.pixels).toBe(2);
    expect(areas.nodata.hectares).toBeCloseTo(2e-4, 7);
  });

  test("count masked pixels as nodata, whatever value lies under the mask", async () => {
    const masked = (data: Uint8Array, mask: Uint8Array) =>
      memoryScene({ data, mask, width: 4, height: 1, crs: UTM, affine: METRE });
    const labels = masked(Uint8Array.of(0, 0, 1, 9), Uint8Array.of(1, 0, 1, 0));
    const confidence = masked(Uint8Array.of(90, 90, 0, 0), Uint8Array.of(1, 1, 0, 1));
    const { classes, nodata } = await measureAreas(labels, confidence, CLASSES);
    expect(nodata.pixels).toBe(2);
    expect(classes.map(({ pixels, meanConfidence }) => [pixels, meanConfidence])).toEqual([
      [1, 90],
      [1, null],
      [0, null],
    ]);
  });

  test("are in pixels only for a raster without CRS", async () => {
    const areas = await measureAreas(labelScene(Uint8Array.of(0, 1, 1, 255), 2, null), null, CLASSES);
    expect(areas.method).toBe("none");
    expect(areas.classes.map(({ pixels, hectares, share }) => [pixels, hectares, share])).toEqual([
      [1, null, 1 / 3],
      [2, null, 2 / 3],
      [0, null, 0],
    ]);
    expect(areas.nodata).toEqual({ pixels: 1, hectares: null });
  });

  test("are in the CRS's own unit where its projection is not known", async () => {
    const feet: Crs = { ...UTM, epsg: null, proj4: null, metresPerUnit: 0.3048 };
    const areas = await measureAreas(
      labelScene(Uint8Array.of(0), 1, feet, [10, 0, 0, 0, -10, 0]),
      null,
      CLASSES,
    );
    expect(areas.method).toBe("plane");
    expect(areas.total.hectares).toBeCloseTo(3.048 ** 2 / 10_000, 12);
  });

  test("have no shares where nothing has data", async () => {
    const { total, classes, nodata } = await measureAreas(
      labelScene(Uint8Array.of(255, 255), 2),
      null,
      CLASSES,
    );
    expect(total).toEqual({ pixels: 0, hectares: 0, share: null, meanConfidence: null, lowConfidence: null });
    expect(classes.every(({ share }) => share === null)).toBe(true);
    expect(nodata.pixels).toBe(2);
  });

  test("are summed over windows: a raster larger than one window loses and repeats no pixel", async () => {
    const [width, height] = [1100, 1050];
    const data = blobs(width, height);
    const areas = await measureAreas(labelScene(data, width), null, CLASSES);
    for (const { id, pixels } of areas.classes)
      expect(pixels).toBe(data.filter((value) => value === id).length);
    expect(areas.total.pixels + areas.nodata.pixels).toBe(width * height);
  });

  test("stop between windows when the run is cancelled", async () => {
    const stop = new AbortController();
    stop.abort();
    const measured = measureAreas(labelScene(Uint8Array.of(0), 1), null, CLASSES, { signal: stop.signal });
    await expect(measured).rejects.toBeInstanceOf(CancelledError);
  });

  test("refuse a value that is no class, naming it and the classes", async () => {
    await expect(measureAreas(labelScene(Uint8Array.of(0, 7), 2), null, CLASSES)).rejects.toMatchObject({
      code: "unknown-class",
      message: "labels.tif holds the values 7, not among the classes 0 water, 1 land, 2 road.",
    });
  });

  test("refuse labels that are not bytes and a confidence raster on another grid", async () => {
    const floats = memoryScene({ data: Float32Array.of(0.5), width: 1, height: 1 });
    await expect(measureAreas(floats, null, CLASSES)).rejects.toMatchObject({ code: "unknown-class" });
    const [labels, shifted] = [
      labelScene(Uint8Array.of(0), 1),
      labelScene(Uint8Array.of(0), 1, UTM, [1, 0, 0, 0, -1, 0]),
    ];
    await expect(measureAreas(labels, shifted, CLASSES)).rejects.toMatchObject({ code: "grid-mismatch" });
  });
});

describe("areas of polygons", () => {
  test("stand beside the raster's with their difference, per class and in all", async () => {
    const raster = await measureAreas(
      labelScene(Uint8Array.of(0, 0, 1, 1), 2, { ...UTM, proj4: null }, [100, 0, 0, 0, -100, 0]),
      null,
      CLASSES,
    );
    const areas = combineAreas(
      raster,
      new Map([
        [0, 19_000],
        [1, 21_000],
      ]),
    );
    const pick = ({ polygonHectares, differenceHectares, relativeDifference }: (typeof areas)["total"]) => [
      polygonHectares,
      differenceHectares,
      relativeDifference,
    ];
    expect(areas.classes.map(pick).map((row) => row.map((value) => value && +value.toFixed(9)))).toEqual([
      [1.9, -0.1, -0.05],
      [2.1, 0.1, 0.05],
      [0, 0, null],
    ]);
    expect(pick(areas.total)).toEqual([4, 0, 0]);
  });

  test("are null without polygons, and have no difference where the raster has no hectares", async () => {
    const raster = await measureAreas(labelScene(Uint8Array.of(0), 1, null), null, CLASSES);
    const none = { polygonHectares: null, differenceHectares: null, relativeDifference: null };
    expect(combineAreas(raster, null).classes[0]).toMatchObject(none);
    expect(combineAreas(raster, null).total).toMatchObject(none);
    expect(combineAreas(raster, new Map([[0, 10_000]])).total).toMatchObject({ ...none, polygonHectares: 1 });
  });

  test("property: differences of the classes add up to the difference in all", async () => {
    const raster = await measureAreas(labelScene(blobs(20, 10), 20), null, CLASSES);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 3, maxLength: 3 }),
        (m2) => {
          const { classes, total } = combineAreas(raster, new Map(m2.map((value, id) => [id, value])));
          const sum = classes.reduce((all, { differenceHectares }) => all + differenceHectares!, 0);
          expect(sum).toBeCloseTo(total.differenceHectares!, 6);
        },
      ),
    );
  });
});
