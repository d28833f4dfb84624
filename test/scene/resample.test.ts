import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Affine } from "../../src/geo/affine.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { groundSampleDistance } from "../../src/geo/grid.ts";
import { fullWindow, type Window } from "../../src/geo/window.ts";
import { openGeotiff } from "../../src/scene/open-geotiff.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import type { RasterBlock, SampleArray } from "../../src/scene/raster-block.ts";
import { resampleScene } from "../../src/scene/resample.ts";
import type { Scene } from "../../src/scene/scene.ts";
import { type MemorySceneOptions, memoryScene } from "../support/memory-scene.ts";
import { seededRandom } from "../support/random.ts";
import { TIFF_FIXTURES } from "./fixtures.ts";

/** A plane scene in UTM at the central meridian with pixels of `gsd` metres. */
function utmScene(options: Omit<MemorySceneOptions, "crs" | "affine">, gsd = 1): Scene {
  const affine: Affine = [gsd, 0, 500000, 0, -gsd, 2700000];
  return memoryScene({ ...options, affine, crs: crsFromEpsg(32640) });
}

function randomScene(width: number, height: number, { bands = 2, holes = false } = {}): Scene {
  const random = seededRandom(width * 1000 + height);
  const data = Uint8Array.from({ length: width * height * bands }, () => Math.floor(random() * 256));
  return utmScene({
    data,
    width,
    height,
    mask: holes ? Uint8Array.from({ length: width * height }, () => (random() < 0.5 ? 0 : 1)) : null,
  });
}

const whole = (scene: Scene): Promise<RasterBlock> => scene.read(fullWindow(scene.grid));

describe("the grid", () => {
  test("property: the resampled grid has the GSD asked for, the same origin, and covers the source by less than one pixel more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0.21, max: 40, noNaN: true }),
        (width, height, gsd) => {
          const source = utmScene({ data: new Uint8Array(width * height), width, height }, 1);
          const { grid } = resampleScene(source, gsd);
          expect(groundSampleDistance(grid)! / gsd).toBeCloseTo(1, 2);
          expect([grid.affine[2], grid.affine[5]]).toEqual([500000, 2700000]);
          const scale = grid.affine[0] / source.grid.affine[0];
          for (const [pixels, of] of [
            [grid.width, width],
            [grid.height, height],
          ] as const) {
            expect(pixels * scale).toBeGreaterThanOrEqual(of - 1e-3 * scale);
            expect((pixels - 1) * scale).toBeLessThan(of);
          }
        },
      ),
    );
  });

  test("a scene that already has the GSD is taken as it is", () => {
    const scene = randomScene(9, 9);
    expect(resampleScene(scene, groundSampleDistance(scene.grid)! * 1.0005)).toBe(scene);
  });

  test("pixels are whole metres where the CRS measures them truly, as UTM does, and ground metres where it does not", () => {
    const data = new Uint8Array(6000 * 4000);
    const affine: Affine = [0.1, 0, 620000, 0, -0.1, 2700000];
    const of = (epsg: number): Scene =>
      memoryScene({ data, width: 6000, height: 4000, affine, crs: crsFromEpsg(epsg) });
    const utm = resampleScene(of(32640), 1).grid;
    expect(utm).toMatchObject({ width: 600, height: 400 });
    expect(utm.affine[0]).toBeCloseTo(1, 12);
    const mercator = resampleScene(of(3857), 1).grid;
    expect(groundSampleDistance(mercator)).toBeCloseTo(1, 6);
    expect(mercator.affine[0]).toBeCloseTo(1.09, 2);
  });

  test("rotation and CRS are kept", async () => {
    const scene = await openScene(`${TIFF_FIXTURES}rotated.tif`, { gsd: 5 });
    const [a, b, , d, e] = scene.grid.affine;
    expect([b / a, d / a, e / a]).toEqual(
      [0.8 / 1.5, 0.7 / 1.5, -1.9 / 1.5].map((value) => expect.closeTo(value, 9) as number),
    );
    expect(scene.grid.crs?.epsg).toBe(32640);
    await scene.close();
  });

  test("without georeference there is no ground to resample to, and class values are not averaged", async () => {
    await expect(openScene(`${TIFF_FIXTURES}no-georeference.tif`, { gsd: 1 })).rejects.toMatchObject({
      code: "gsd-unknown",
    });
    await expect(openScene(`${TIFF_FIXTURES}palette.tif`, { gsd: 5 })).rejects.toMatchObject({
      code: "palette-resample",
    });
  });
});

test.each([2, 3, 1.5, 2.75, 7.3, 50])(
  "coarser by %f: every pixel is the area-weighted mean of the valid pixels under it",
  async (factor) => {
    for (const holes of [false, true]) {
      const source = randomScene(61, 47, { holes });
      const found = await whole(resampleScene(source, factor));
      const wanted = bruteForceMean(await whole(source), factor);
      expect(found.mask).toEqual(wanted.mask);
      expect(found.data).toEqual(wanted.data);
    }
  },
);

test.each([
  ["strips", 620, 30, 1.9],
  ["strips", 90, 150, 0.83],
  ["tiles", 150, 70, 0.4],
  ["tiles", 640, 600, 2],
] as const)(
  "property: any window of a resampled scene of %s, %i x %i px to %f m, reads the same pixels as the whole",
  async (kind, width, height, gsd) => {
    const random = randomScene(width, height, { holes: true });
    const source =
      kind === "strips"
        ? random
        : { ...random, storage: { ...random.storage, blockWidth: 64, blockHeight: 64 } };
    const all = await whole(resampleScene(source, gsd));
    const { width: across, height: down } = all.window;
    const scene = resampleScene(source, gsd);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(across - 1),
        fc.nat(down - 1),
        fc.nat(across - 1),
        fc.nat(down - 1),
        async (x0, y0, x1, y1) => {
          const window = {
            col: Math.min(x0, x1),
            row: Math.min(y0, y1),
            width: Math.abs(x1 - x0) + 1,
            height: Math.abs(y1 - y0) + 1,
          };
          const part = await scene.read(window, { bands: [1] });
          expect(sameBytes(part.data, crop(all, all.data, window, 2, 1))).toBe(true);
          const mask = part.mask ?? new Uint8Array(window.width * window.height).fill(1);
          expect(sameBytes(mask, crop(all, all.mask!, window, 1, 0))).toBe(true);
        },
      ),
      { numRuns: 10 },
    );
  },
);

function sameBytes(a: SampleArray, b: SampleArray): boolean {
  return Buffer.compare(a as Uint8Array, b as Uint8Array) === 0;
}

test("the mean starts from the nearest finer overview", async () => {
  const source = await openGeotiff(`${TIFF_FIXTURES}internal-mask-overviews.tif`);
  const levels: number[] = [];
  const watched: Scene = {
    ...source,
    read: (window, options) => {
      levels.push(options?.level ?? 0);
      return source.read(window, options);
    },
  };
  for (const gsd of [3.9, 4.1, 7.9, 8.2, 30]) await whole(resampleScene(watched, gsd * 1.0003));
  expect(levels).toEqual([0, 1, 1, 2, 2]);
  await source.close();
});

test("nodata is never mixed in: NaN and masked extremes leave no trace, and half-covered pixels count as data", async () => {
  const data = Float32Array.from([1, NaN, 3, 3, NaN, 1, NaN, 3]);
  const source = utmScene({ data, width: 4, height: 2, mask: Uint8Array.from([1, 0, 1, 1, 0, 1, 0, 1]) });
  const found = await whole(resampleScene(source, 2));
  expect(Array.from(found.data)).toEqual([1, 3]);
  expect(found.mask).toBeNull();
});

describe("finer scenes are bilinear between pixel centres", () => {
  test("a ramp stays a ramp, and the edge pixel stands past the last centre", async () => {
    const source = utmScene({ data: Float64Array.from([0, 10, 20, 30]), width: 4, height: 1 });
    const { data } = await whole(resampleScene(source, 0.5));
    expect(Array.from(data)).toEqual(
      [0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30, 0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30].map(
        (value) => expect.closeTo(value, 2) as number,
      ),
    );
  });

  test("only valid pixels count", async () => {
    const source = utmScene({
      data: Float64Array.from([4, NaN, 8]),
      width: 3,
      height: 1,
      mask: Uint8Array.from([1, 0, 1]),
    });
    const { data, mask } = await whole(resampleScene(source, 0.5));
    expect(Array.from(mask!.subarray(0, 6))).toEqual([1, 1, 0, 0, 1, 1]);
    expect([data[0], data[1], data[4], data[5]]).toEqual([4, 4, 8, 8]);
  });
});

test("a constant scene stays constant at any GSD", async () => {
  for (const gsd of [0.3, 0.77, 1.3, 5, 400]) {
    const source = utmScene({ data: new Uint16Array(40 * 30).fill(51234), width: 40, height: 30 });
    expect((await whole(resampleScene(source, gsd))).data.every((value: number) => value === 51234)).toBe(
      true,
    );
  }
});

function crop(
  all: RasterBlock,
  values: SampleArray,
  window: Window,
  bands: number,
  band: number,
): SampleArray {
  const out = values.slice(0, window.width * window.height);
  for (let i = 0; i < out.length; i++) {
    const pixel =
      (window.row + Math.floor(i / window.width)) * all.window.width + window.col + (i % window.width);
    out[i] = values[pixel * bands + band]!;
  }
  return out;
}

/** The mean by definition: every source pixel times the area that it shares with the target pixel. */
function bruteForceMean(
  { window, data, mask, bands }: RasterBlock,
  ratio: number,
): { data: Uint8Array; mask: Uint8Array | null } {
  const [across, down] = [window.width, window.height].map((side) =>
    Math.max(1, Math.ceil(side / ratio - 1e-6)),
  ) as [number, number];
  const out = new Uint8Array(across * down * bands);
  const outMask = new Uint8Array(across * down);
  const shared = (target: number, source: number): number =>
    Math.max(0, Math.min((target + 1) * ratio, source + 1) - Math.max(target * ratio, source));
  for (let pixel = 0; pixel < across * down; pixel++) {
    let [area, valid] = [0, 0];
    const sums = new Float64Array(bands);
    for (let row = 0; row < window.height; row++) {
      const high = shared(Math.floor(pixel / across), row);
      for (let col = 0; high > 0 && col < window.width; col++) {
        const share = high * shared(pixel % across, col);
        area += share;
        if (mask?.[row * window.width + col] === 0) continue;
        valid += share;
        for (let band = 0; band < bands; band++)
          sums[band]! += share * data[(row * window.width + col) * bands + band]!;
      }
    }
    outMask[pixel] = valid > 0 && valid >= area * (0.5 - 1e-9) ? 1 : 0;
    if (outMask[pixel] === 1)
      out.set(
        sums.map((sum) => Math.floor(sum / valid + 0.5)),
        pixel * bands,
      );
  }
  return { data: out, mask: outMask.includes(0) ? outMask : null };
}
