import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { crsFromEpsg } from "../../src/geo/crs.ts";
import { type LandCoverPolygon, type TraceOptions, tracePolygons } from "../../src/vector/polygons.ts";
import { Sieve, SievedRows } from "../../src/vector/sieve.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { coverageFaults } from "./support/coverage.ts";
import { anyLabels, floodFill, grid } from "./support/lattice.ts";

interface Raster {
  readonly labels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The raster without regions of fewer pixels. */
function sieved({ labels, width, height }: Raster, pixels: number): Uint8Array {
  const rows = (visit: (row: Uint8Array) => void, all: Uint8Array): void => {
    for (let row = 0; row < height; row++) visit(all.subarray(row * width, (row + 1) * width));
  };
  const sieve = new Sieve(width, 255, pixels, () => 1);
  rows((row) => sieve.pushRow(row), labels);
  const changed = labels.slice();
  const values = new SievedRows(width, 255, sieve.merge());
  rows((row) => values.apply(row), changed);
  return changed;
}

const text = (labels: Uint8Array, width: number): string[] =>
  Array.from({ length: labels.length / width }, (_, row) =>
    Array.from(labels.subarray(row * width, (row + 1) * width), (v) => (v === 255 ? "." : v)).join(""),
  );

const sieveText = (pixels: number, ...rows: readonly string[]): string[] => {
  const raster = grid(...rows);
  return text(sieved(raster, pixels), raster.width);
};

/** Indices of the pixels that touch a region, with a side each. */
function bordering(region: readonly number[], { labels, width, height }: Raster): number[] {
  const inside = new Set(region);
  return region
    .flatMap((i) => [
      ...(i % width > 0 ? [i - 1] : []),
      ...(i % width < width - 1 ? [i + 1] : []),
      ...(i >= width ? [i - width] : []),
      ...(i < width * (height - 1) ? [i + width] : []),
    ])
    .filter((i) => !inside.has(i) && labels[i] !== 255);
}

describe("--min-area", () => {
  test("a region that is too small goes to the neighbour with the longest shared border", () => {
    expect(sieveText(2, "1111111", "1123211", "1122211")).toEqual(["1111111", "1122211", "1122211"]);
  });

  test("of equally long borders the larger neighbour wins, and of equal areas the first", () => {
    expect(sieveText(2, "11132", "11132").join()).toBe("11132,11132");
    expect(sieveText(2, "11322", "11444")).toEqual(["11122", "11444"]);
    expect(sieveText(2, "11322")).toEqual(["11122"]);
  });

  test("small holes fill, and islands of nodata stay", () => {
    expect(sieveText(2, "1111", "1211", "11.1", "1111")).toEqual(["1111", "1111", "11.1", "1111"]);
  });

  test("small regions that merge until they are large enough stay as one", () => {
    expect(sieveText(4, "12....", "34....")).toHaveLength(2);
    expect(new Set(sieveText(4, "12", "34").join(""))).toHaveProperty("size", 1);
  });

  test("what a small region kept apart becomes one region", async () => {
    const polygons = await trace(grid("11211", "11211", "11211"), { minArea: 4 });
    expect(polygons.map(({ classId, pixels }) => [classId, pixels])).toEqual([[1, 15]]);
  });

  test("what a small region kept apart counts together when it joins them", () => {
    const around = ["33333", "33333"];
    expect(sieveText(10, ...around, "11211", "11211", ...around)).toEqual([
      ...around,
      ...["11111", "11111"],
      ...around,
    ]);
  });

  test("an island in nodata has no neighbour and stays, however small", () => {
    expect(sieveText(9, "1...", "..22", "..22")).toEqual(["1...", "..22", "..22"]);
  });

  test("a checkerboard ends as one region", () => {
    expect(new Set(sieveText(5, "12121", "21212", "12121").join(""))).toHaveProperty("size", 1);
  });

  test("property: nothing too small is left but what stands alone; large regions and nodata keep their pixels", () => {
    fc.assert(
      fc.property(anyLabels, fc.integer({ min: 1, max: 12 }), (raster, pixels) => {
        const labels = sieved(raster, pixels);
        const { width, height } = raster;
        for (const region of floodFill(labels, width, height, 255)) {
          if (region.length < pixels) expect(bordering(region, { labels, width, height })).toEqual([]);
        }
        for (const region of floodFill(raster.labels, width, height, 255)) {
          if (region.length < pixels) continue;
          for (const i of region) expect(labels[i]).toBe(raster.labels[i]);
        }
        expect([...labels].map((v) => v === 255)).toEqual([...raster.labels].map((v) => v === 255));
      }),
      { numRuns: 500 },
    );
  });

  test("property: a single region that is too small gets the value of the neighbour with the most shared pixel sides", () => {
    let checked = 0;
    fc.assert(
      fc.property(anyLabels, (raster) => {
        const { width, height, labels } = raster;
        const regions = floodFill(labels, width, height, 255);
        const [least = [], second = []] = [...regions].sort((a, b) => a.length - b.length);
        if (least.length === second.length || second.length === 0) return;
        const sides = regions.map((region) => {
          const inside = new Set(region);
          return bordering(least, raster).filter((i) => inside.has(i)).length;
        });
        const most = Math.max(...sides);
        if (most === 0) return;
        const winners = regions.filter((_, k) => sides[k] === most).map(([first]) => labels[first!]!);
        const found = sieved(raster, least.length + 1)[least[0]!]!;
        expect(winners).toContain(found);
        checked++;
      }),
      { numRuns: 1500 },
    );
    expect(checked).toBeGreaterThan(10);
  });

  test("property: polygons of what is left are a coverage, simplified or not", async () => {
    await fc.assert(
      fc.asyncProperty(anyLabels, fc.integer({ min: 1, max: 9 }), async (raster, minArea) => {
        const labels = sieved(raster, minArea);
        for (const options of [{}, { simplify: 1 }, { simplify: 2, smooth: true }]) {
          const polygons = await trace(raster, { minArea, ...options });
          expect(coverageFaults(polygons, labels, raster.width, raster.height)).toEqual([]);
          expect(polygons).toHaveLength(floodFill(labels, raster.width, raster.height, 255).length);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("areas are measured on the ground: the same pixels are small in the north of a Mercator map", async () => {
    const raster = grid("11111", "12111", "11111", "11121", "11111");
    const affine = [1e6, 0, 0, 0, -3e6, 15e6] as const;
    const scene = memoryScene({
      ...raster,
      data: raster.labels,
      nodata: 255,
      affine,
      crs: crsFromEpsg(3857)!,
    });
    const left = await collect(tracePolygons(scene, null, { minArea: 1.5e12 }));
    expect(left.filter(({ classId }) => classId === 2).map(({ firstPixel }) => firstPixel[1])).toEqual([3]);
  });

  test("without a georeference an area in m² is refused", async () => {
    const scene = memoryScene({ data: new Uint8Array(1), width: 1, height: 1 });
    const tracing = collect(tracePolygons(scene, null, { minArea: 5 }));
    await expect(tracing).rejects.toThrow(UserError);
    await expect(tracing).rejects.toMatchObject({ code: "no-ground" });
  });
});

async function collect(polygons: AsyncIterable<LandCoverPolygon>): Promise<LandCoverPolygon[]> {
  const all: LandCoverPolygon[] = [];
  for await (const polygon of polygons) all.push(polygon);
  return all;
}

/** Polygons of a raster whose pixels have 1 m² of a plane. */
function trace({ labels, width, height }: Raster, options: TraceOptions): Promise<LandCoverPolygon[]> {
  const crs = { ...crsFromEpsg(32640)!, epsg: null, proj4: null };
  return collect(
    tracePolygons(memoryScene({ data: labels, width, height, nodata: 255, crs }), null, options),
  );
}
