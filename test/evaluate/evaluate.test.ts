import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import type { Affine } from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { type MemorySceneOptions, memoryScene } from "../support/memory-scene.ts";

const UTM = crsFromEpsg(32640)!;
const METRE: Affine = [1, 0, 500, 0, -1, 900];
const NAMED = [
  { value: 0, name: "water", color: "#0000ff" },
  { value: 1, name: "land", color: "#ffff00" },
  { value: 2, name: "road", color: "#888888" },
];

function labels(path: string, data: readonly number[], more: Partial<MemorySceneOptions> = {}) {
  const shape = { width: data.length / 2, height: 2, affine: METRE, crs: UTM, nodata: 255 };
  return memoryScene({ path, data: Uint8Array.from(data), ...shape, ...more });
}

const mapped = (data: readonly number[], more: Partial<MemorySceneOptions> = {}) =>
  labels("map.tif", data, { palette: NAMED, ...more });

describe("evaluate", () => {
  test("gives confusion, scores, coverage and what was left out, under the palette's names", async () => {
    const evaluation = await evaluate(
      mapped([0, 0, 1, 255, 1, 1]),
      labels("truth.tif", [0, 1, 1, 0, 255, 1]),
      {
        classes: null,
      },
    );
    expect(evaluation).toMatchObject({
      prediction: "map.tif",
      reference: "truth.tif",
      alignment: "identical",
      coverage: 4 / 5,
      pixels: { compared: 4, referenceNodata: 1, ignored: 0, predictionNodata: 1, outsidePrediction: 0 },
      classes: [
        { id: 0, name: "water" },
        { id: 1, name: "land" },
        { id: 2, name: "road" },
      ],
      confusion: [
        [1, 0, 0],
        [1, 2, 0],
        [0, 0, 0],
      ],
    });
    expect(evaluation.scores.pixelAccuracy).toBe(0.75);
    expect(evaluation.scores.meanIoU).toBeCloseTo((1 / 2 + 2 / 3) / 2, 15);
    expect(evaluation.scores.perClass[2]!.iou).toBeNull();
  });

  test("compares a reference on another grid by nearest pixel and says how much of it was covered", async () => {
    const reference = labels("fine.tif", [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2], {
      affine: [0.5, 0, 500, 0, -0.5, 900],
    });
    const evaluation = await evaluate(mapped([0, 1, 1, 1]), reference, { classes: null });
    expect(evaluation).toMatchObject({ alignment: "nearest", coverage: 8 / 12 });
    expect(evaluation.confusion).toEqual([
      [4, 0, 0],
      [0, 4, 0],
      [0, 0, 0],
    ]);
  });

  test("leaves out the reference's values that are to be ignored, and counts them", async () => {
    const reference = labels("truth.tif", [0, 9, 1, 9]);
    const { pixels, coverage } = await evaluate(mapped([0, 0, 1, 1]), reference, {
      classes: null,
      ignore: [9],
    });
    expect(pixels).toMatchObject({ compared: 2, ignored: 2 });
    expect(coverage).toBe(1);
  });

  test.each([
    {
      code: "not-labels",
      reference: memoryScene({
        ...{ path: "rgb.tif", data: new Uint8Array(12), width: 2, height: 2, crs: UTM, affine: METRE },
        bands: (["red", "green", "blue"] as const).map((role) => ({ role, name: null })),
      }),
      message: "rgb.tif has 3 bands (red, green, blue): a picture, not class ids.",
    },
    {
      code: "crs-mismatch",
      reference: labels("truth.tif", [0, 0, 0, 0], { crs: crsFromEpsg(32639) }),
      message:
        "The rasters are in different CRSs: map.tif is in WGS 84 / UTM zone 40N (EPSG:32640), truth.tif is in WGS 84 / UTM zone 39N (EPSG:32639).",
    },
    {
      code: "no-overlap",
      reference: labels("truth.tif", [0, 0, 0, 0], { affine: [1, 0, 600, 0, -1, 900] }),
      message:
        "The rasters do not overlap: map.tif covers 500, 898, 502, 900, truth.tif covers 600, 898, 602, 900 (west, south, east, north).",
    },
    {
      code: "no-georeference",
      reference: labels("truth.tif", [0, 0, 0, 0, 0, 0], { crs: null }),
      message:
        "The rasters cannot be aligned: map.tif is 2 x 2 px in WGS 84 / UTM zone 40N, truth.tif is 3 x 2 px without georeference.",
    },
    {
      code: "unknown-class",
      reference: labels("truth.tif", [0, 0, 0, 5]),
      message: "truth.tif holds the value 5 (1 pixel), not among the classes 0 water, 1 land, 2 road.",
    },
    {
      code: "nothing-to-compare",
      reference: labels("truth.tif", [255, 255, 255, 255]),
      message:
        "No pixel has both a label in truth.tif and a class in map.tif: 4 reference pixels have no data, 0 are ignored, 0 have no prediction data, 0 lie outside the prediction.",
    },
  ])("refuses with $code, saying what was found and what to do", async ({ code, reference, message }) => {
    const refused = await evaluate(mapped([0, 1, 1, 1]), reference, { classes: null }).catch(
      (error) => error,
    );
    expect(refused).toMatchObject({ name: "UserError", code, message });
    expect(refused.hint.length).toBeGreaterThan(20);
  });
});
