import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Alignment, alignGrids } from "../../src/evaluate/alignment.ts";
import { ID_COUNT } from "../../src/evaluate/confusion.ts";
import { tally } from "../../src/evaluate/tally.ts";
import { type Affine, IDENTITY, pixelPoint, pixelToWorld, worldToPixel } from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import type { Window } from "../../src/geo/window.ts";
import type { Scene } from "../../src/scene/scene.ts";
import { memoryScene } from "../support/memory-scene.ts";

const UTM = crsFromEpsg(32640)!;
const SAME: Alignment = { kind: "identical", toPrediction: IDENTITY };

function labels(data: readonly number[], width: number, affine: Affine = IDENTITY): Scene {
  const height = data.length / width;
  return memoryScene({ data: Uint8Array.from(data), width, height, nodata: 255, crs: UTM, affine });
}

/** What tally must count, one pixel after the other. */
function bruteForce(
  prediction: Scene,
  reference: Scene,
  values: { p: readonly number[]; r: readonly number[] },
) {
  const found = {
    compared: 0,
    referenceNodata: 0,
    predictionNodata: 0,
    outsidePrediction: 0,
    pairs: new Map(),
  };
  values.r.forEach((expected, index) => {
    const { width } = reference.grid;
    const centre = pixelPoint((index % width) + 0.5, Math.floor(index / width) + 0.5);
    const at = worldToPixel(prediction.grid.affine, pixelToWorld(reference.grid.affine, centre));
    const [x, y] = at.map(Math.floor) as [number, number];
    const inside = x >= 0 && y >= 0 && x < prediction.grid.width && y < prediction.grid.height;
    const value = values.p[y * prediction.grid.width + x];
    if (expected === 255) found.referenceNodata++;
    else if (!inside) found.outsidePrediction++;
    else if (value === 255) found.predictionNodata++;
    else {
      found.compared++;
      const pair = expected * ID_COUNT + value!;
      found.pairs.set(pair, (found.pairs.get(pair) ?? 0) + 1);
    }
  });
  return found;
}

/** The scene, with the windows that were read of it. */
function watched(scene: Scene): Scene & { readonly windows: Window[] } {
  const windows: Window[] = [];
  return {
    ...scene,
    windows,
    read(window, options) {
      windows.push(window);
      return scene.read(window, options);
    },
  };
}

describe("counting pairs", () => {
  test("keeps apart nodata of either side, ignored values and pixels outside the prediction", async () => {
    const reference = labels([0, 1, 255, 9, 1, 1], 6, [1, 0, 0, 0, -1, 0]);
    const prediction = labels([0, 0, 0, 0, 255], 5, [1, 0, 0, 0, -1, 0]);
    const { pixels, pairs } = await tally(prediction, reference, SAME, [9]);
    expect(pixels).toEqual({
      compared: 2,
      referenceNodata: 1,
      ignored: 1,
      predictionNodata: 1,
      outsidePrediction: 1,
    });
    expect([pairs[0], pairs[ID_COUNT]]).toEqual([1, 1]);
  });

  test("property: equals a pixel by pixel comparison for shifted, scaled, turned and flipped grids", async () => {
    const value = fc.constantFrom(0, 1, 2, 255);
    const values = fc.array(value, { minLength: 60, maxLength: 60 });
    const side = fc.constantFrom(-2.5, -1, -0.4, 0.4, 1, 2.5);
    const shift = fc.double({ min: -4, max: 4, noNaN: true });
    const shear = fc.constantFrom(0, 0, 0.3);
    await fc.assert(
      fc.asyncProperty(
        values,
        values,
        fc.tuple(side, shear, shift, shear, side, shift),
        async (p, r, affine) => {
          const prediction = labels(p, 10, [1, 0, 0, 0, 1, 0]);
          const reference = labels(r, 6, affine);
          const alignment = alignGrids(prediction.grid, reference.grid);
          if (typeof alignment === "string") return;
          const { pixels, pairs } = await tally(prediction, reference, alignment, []);
          const { pairs: expected, ...counts } = bruteForce(prediction, reference, { p, r });
          expect(pixels).toEqual({ ...counts, ignored: 0 });
          for (const [pair, count] of expected) expect(pairs[pair]).toBe(count);
        },
      ),
    );
  });

  test.each([
    { what: "a reference 100 times coarser", predictionSide: 1, referenceSide: 100 },
    { what: "a reference 100 times finer", predictionSide: 100, referenceSide: 1 },
  ])("reads windows of about a megapixel at most with $what", async ({ predictionSide, referenceSide }) => {
    const scene = (side: number): Scene =>
      labels(new Array(Math.ceil(1200 / side) ** 2).fill(1), Math.ceil(1200 / side), [
        side,
        0,
        0,
        0,
        -side,
        0,
      ]);
    const [prediction, reference] = [watched(scene(predictionSide)), watched(scene(referenceSide))];
    const alignment = alignGrids(prediction.grid, reference.grid) as Alignment;
    const { pixels } = await tally(prediction, reference, alignment, []);
    expect(pixels.compared).toBe(reference.grid.width * reference.grid.height);
    for (const { width, height } of [...prediction.windows, ...reference.windows])
      expect(width * height).toBeLessThan(1.1 * 1024 * 1024);
  });

  test.each([
    { values: Float32Array.of(0.5), found: "0.5" },
    { values: Int16Array.of(-1), found: "-1" },
    { values: Uint16Array.of(300), found: "300" },
  ])("refuses $found as a class id, and says where it is", async ({ values, found }) => {
    const odd = memoryScene({ data: values, width: 1, height: 1, path: "odd.tif" });
    const counting = tally(labels([0], 1), odd, SAME, []);
    await expect(counting).rejects.toMatchObject({
      code: "not-class-ids",
      message: expect.stringContaining(`odd.tif holds ${found} at column 0, row 0`),
    });
    await expect(tally(odd, labels([0], 1), SAME, [])).rejects.toMatchObject({ code: "not-class-ids" });
  });

  test("takes masked pixels for nodata, whatever value lies under the mask", async () => {
    const masked = (data: Uint8Array, mask: Uint8Array) => memoryScene({ data, mask, width: 3, height: 1 });
    const prediction = masked(Uint8Array.of(0, 1, 2), Uint8Array.of(1, 0, 1));
    const reference = masked(Uint8Array.of(0, 1, 2), Uint8Array.of(1, 1, 0));
    const { pixels } = await tally(prediction, reference, SAME, []);
    expect(pixels).toMatchObject({ compared: 1, referenceNodata: 1, predictionNodata: 1 });
  });

  test("lets values be ignored that are no class ids", async () => {
    const reference = memoryScene({ data: Int16Array.of(-1, 2), width: 2, height: 1 });
    const { pixels } = await tally(labels([0, 2], 2), reference, SAME, [-1]);
    expect(pixels).toMatchObject({ compared: 1, ignored: 1 });
  });
});
