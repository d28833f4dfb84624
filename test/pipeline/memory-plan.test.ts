import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cacheShares,
  fittingWorkers,
  type MemoryFacts,
  memoryPlan,
  peakBytes,
} from "../../src/pipeline/memory-plan.ts";
import { memoryBytes } from "../../src/pipeline/memory-size.ts";
import { VECTOR_OUTPUTS } from "../../src/pipeline/outputs.ts";
import { planChips } from "../../src/tiler/chip-plan.ts";

function factsOf(width: number, changes: Partial<MemoryFacts> = {}): MemoryFacts {
  return {
    plan: planChips({ width, height: width }, { chip: 512, overlap: 64 }),
    width,
    outputs: ["landcover", "confidence", "polygons", "vector-tiles", "imagery"],
    inputPixelBytes: 3,
    classes: 5,
    stride: 4,
    baseBytes: 110e6,
    sessionBytes: 140e6,
    batch: 1,
    threads: 1,
    cacheBytes: 100e6,
    mapCacheBytes: 50e6,
    mercatorWidth: width,
    tiles: (width / 512) ** 2,
    regions: width ** 2 / 2000,
    ...changes,
  };
}

const most = (facts: MemoryFacts, workers: number): number => peakBytes(memoryPlan(facts, workers)).most;

test("property: memory grows with the width of a scene, never with its height", () => {
  fc.assert(
    fc.property(fc.integer({ min: 600, max: 100_000 }), fc.integer({ min: 1, max: 50 }), (width, times) => {
      const square = factsOf(width);
      const tall = planChips({ width, height: width * times }, { chip: 512, overlap: 64 });
      const [map] = memoryPlan(square, 2);
      expect(memoryPlan({ ...square, plan: tall }, 2)[0]).toEqual(map);
      expect(memoryPlan(factsOf(width + 100), 2)[0]!.bytes).toBeGreaterThan(map!.bytes);
    }),
  );
});

test("property: the parts of a stage add up to it, and it can do with no more than that", () => {
  fc.assert(
    fc.property(fc.integer({ min: 600, max: 100_000 }), fc.integer({ min: 1, max: 16 }), (width, workers) => {
      for (const { parts, bytes, leastBytes } of memoryPlan(factsOf(width), workers)) {
        expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBeCloseTo(bytes, 0);
        expect(leastBytes).toBeLessThanOrEqual(bytes);
      }
    }),
  );
});

describe("workers under a limit", () => {
  test("are as many as fit, and one more would not", () => {
    const facts = factsOf(20_000);
    const fitting = fittingWorkers(facts, 16, 1.5e9)!;
    expect(fitting).toBeGreaterThan(1);
    expect(peakBytes(memoryPlan(facts, fitting)).least).toBeLessThanOrEqual(1.5e9);
    expect(peakBytes(memoryPlan(facts, fitting + 1)).least).toBeGreaterThan(1.5e9);
  });

  test("are as many as were wanted where memory abounds, and none where not one fits", () => {
    expect(fittingWorkers(factsOf(20_000), 4, 1e12)).toBe(4);
    expect(fittingWorkers(factsOf(20_000), 4, 2e8)).toBeNull();
  });
});

test("50,000 x 50,000 px with the default model are planned within 2 GB on two workers", () => {
  const facts = factsOf(50_000, { cacheBytes: 160e6, mapCacheBytes: 106e6 });
  expect(fittingWorkers(facts, 2, 2e9)).toBe(2);
});

test.each(VECTOR_OUTPUTS)("polygons as %s are planned for", (output) => {
  const stages = memoryPlan(factsOf(20_000, { outputs: ["landcover", "confidence", output] }), 2);
  expect(stages.map(({ stage }) => stage)).toEqual(["map", "vectors"]);
});

test("outputs that are not wanted take nothing", () => {
  const facts = factsOf(50_000);
  expect(memoryPlan({ ...facts, outputs: ["landcover"] }, 2).map(({ stage }) => stage)).toEqual(["map"]);
  expect(most({ ...facts, outputs: ["landcover"] }, 2)).toBeLessThan(most(facts, 2));
});

test("caches take a quarter and two eighths of the limit at most", () => {
  expect(cacheShares("1GB")).toEqual({ scene: { cacheBytes: 250e6 }, map: { cacheBytes: 125e6 } });
  expect(cacheShares(undefined)).toEqual(cacheShares("100GB"));
});

test.each([
  ["2GB", 2e9],
  ["1500 MB", 1.5e9],
  ["1.5GiB", 1.5 * 2 ** 30],
  ["700m", 7e8],
  [5, 5],
])("%s is a size", (size, bytes) => {
  expect(memoryBytes(size)).toBe(bytes);
});
