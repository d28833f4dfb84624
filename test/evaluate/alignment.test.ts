import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Alignment,
  alignGrids,
  predictionPixelsAlong,
  predictionWindow,
} from "../../src/evaluate/alignment.ts";
import {
  type Affine,
  IDENTITY,
  type PixelPoint,
  pixelPoint,
  pixelToWorld,
  type WorldPoint,
} from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import type { Grid } from "../../src/geo/grid.ts";
import { containsWindow } from "../../src/geo/window.ts";

const UTM = crsFromEpsg(32640);
const grid = (width: number, height: number, affine: Affine, crs = UTM): Grid => ({
  width,
  height,
  affine,
  crs,
});
const BASE = grid(10, 8, [1, 0, 500, 0, -1, 900]);

const asPixel = ([x, y]: WorldPoint): PixelPoint => pixelPoint(x, y);

describe("two grids", () => {
  test.each([
    { because: "they are equal", other: BASE, found: "identical" },
    {
      because: "the other is shifted by half a pixel",
      other: grid(10, 8, [1, 0, 500.5, 0, -1, 900]),
      found: "nearest",
    },
    { because: "the other is coarser", other: grid(5, 4, [2, 0, 500, 0, -2, 900]), found: "nearest" },
    {
      because: "the other begins where this one ends",
      other: grid(3, 8, [1, 0, 510, 0, -1, 900]),
      found: "no-overlap",
    },
    { because: "the CRSs differ", other: { ...BASE, crs: crsFromEpsg(32639) }, found: "crs-mismatch" },
    {
      because: "one has no georeference but the same size",
      other: grid(10, 8, IDENTITY, null),
      found: "identical",
    },
    {
      because: "one has no georeference and another size",
      other: grid(9, 8, IDENTITY, null),
      found: "no-georeference",
    },
    {
      because: "one has a transform elsewhere but no CRS",
      other: grid(10, 8, [1, 0, 7, 0, -1, 7], null),
      found: "no-georeference",
    },
  ])("are $found when $because", ({ other, found }) => {
    const aligned = alignGrids(BASE, other);
    expect(typeof aligned === "string" ? aligned : aligned.kind).toBe(found);
  });

  test("property: a reference pixel finds the prediction's pixel that holds its centre on the ground", () => {
    const turned = fc.record({
      turn: fc.double({ min: -3, max: 3, noNaN: true }),
      side: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(turned, fc.nat(9), fc.nat(7), ({ turn, side }, col, row) => {
        const [cos, sin] = [Math.cos(turn) * side, Math.sin(turn) * side];
        const [x0, y0] = [505 - 5 * cos - 4 * sin, 896 - 5 * sin + 4 * cos];
        const reference = grid(10, 8, [cos, sin, x0, sin, -cos, y0]);
        const { toPrediction } = alignGrids(BASE, reference) as Alignment;
        const centre = pixelPoint(col + 0.5, row + 0.5);
        const inPrediction = asPixel(pixelToWorld(toPrediction, centre));
        const [x, y] = pixelToWorld(BASE.affine, inPrediction);
        const [expectedX, expectedY] = pixelToWorld(reference.affine, centre);
        // grids that differ by less than a millionth of a pixel are taken as one
        expect(x).toBeCloseTo(expectedX, 5);
        expect(y).toBeCloseTo(expectedY, 5);
      }),
      { examples: [[{ turn: 1e-8, side: 1 }, 9, 7]] },
    );
  });
});

describe("the prediction's window of a reference window", () => {
  const factor = fc.double({ min: -3, max: 3, noNaN: true });
  const shift = fc.integer({ min: -20, max: 20 });
  const affine = fc.tuple(factor, factor, shift, factor, factor, shift);
  const size = { width: 30, height: 20 };

  test("property: holds every pixel that any centre falls in, and nothing outside the prediction", () => {
    fc.assert(
      fc.property(affine, fc.nat(9), fc.nat(9), (toPrediction, col, row) => {
        const window = predictionWindow(toPrediction, { col, row, width: 7, height: 5 }, size);
        if (window !== null) expect(containsWindow({ col: 0, row: 0, ...size }, window)).toBe(true);
        for (let index = 0; index < 35; index++) {
          const centre = pixelPoint(col + (index % 7) + 0.5, row + Math.floor(index / 7) + 0.5);
          const [x, y] = pixelToWorld(toPrediction, centre).map(Math.floor) as [number, number];
          if (x < 0 || y < 0 || x >= size.width || y >= size.height) continue;
          expect(window).not.toBeNull();
          expect(containsWindow(window!, { col: x, row: y, width: 1, height: 1 })).toBe(true);
        }
      }),
    );
  });

  test("property: is no larger along a side than the reference's window times the pixels along one of its pixels", () => {
    fc.assert(
      fc.property(affine, fc.integer({ min: 1, max: 9 }), (toPrediction, side) => {
        const window = predictionWindow(toPrediction, { col: 0, row: 0, width: side, height: side }, size);
        const limit = side * predictionPixelsAlong(toPrediction) + 1;
        expect(Math.max(window?.width ?? 0, window?.height ?? 0)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
