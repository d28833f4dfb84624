import { afterAll, expect, test } from "vitest";
import { addFlipped, FLIPS, flipSamples, NO_FLIPS } from "../../src/inference/flips.ts";
import { WorkerPool } from "../../src/inference/worker-pool.ts";
import { planChips } from "../../src/tiler/chip-plan.ts";
import { type Chip, readChips } from "../../src/tiler/tiler.ts";
import { fixtureModel } from "../support/fixture-model.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { blotchyRgb } from "../support/random.ts";

test("mirroring moves pixels whole: bands stay together", () => {
  const samples = Uint8Array.from([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60]);
  const flipped = (across: boolean, down: boolean) => [...flipSamples(samples, 3, 2, { across, down })];
  expect(flipped(true, false)).toEqual([3, 30, 2, 20, 1, 10, 6, 60, 5, 50, 4, 40]);
  expect(flipped(false, true)).toEqual([4, 40, 5, 50, 6, 60, 1, 10, 2, 20, 3, 30]);
  expect(flipped(true, true)).toEqual([6, 60, 5, 50, 4, 40, 3, 30, 2, 20, 1, 10]);
});

test("the scores of mirrored chips come back to where they belong", () => {
  const scores = Float32Array.from({ length: 3 * 5 * 4 }, (_, i) => i * i);
  const sum = new Float32Array(scores.length);
  for (const flip of FLIPS) {
    const planes = [0, 1, 2].map((k) => flipSamples(scores.subarray(k * 20, (k + 1) * 20), 5, 1, flip));
    const mirrored = Float32Array.from(planes.flatMap((plane) => [...plane]));
    addFlipped(sum, mirrored, { width: 5, height: 4 }, flip);
  }
  expect(sum).toEqual(scores.map((score) => score * 4));
});

const model = await fixtureModel("pixelwise");
const pools = [NO_FLIPS, FLIPS].map(
  (flips) => new WorkerPool(model, { workers: 1, executionProvider: "cpu", flips }),
);
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

test("a model that looks at single pixels answers the same with --tta flip", async () => {
  const scene = memoryScene({ data: blotchyRgb(200, 150, 3), width: 200, height: 150 });
  const plan = planChips(scene.grid, { chip: 128, overlap: 32 });
  const chips = (): AsyncGenerator<Chip> => readChips(scene, plan, { bands: [0, 1, 2], readAhead: 1 });
  const [once, mirrored] = await Promise.all(
    pools.map(async (pool) => {
      const scores: Float32Array[] = [];
      for await (const chip of pool.infer(chips())) scores.push(chip.scores!.slice());
      return scores;
    }),
  );
  expect(once!.length).toBeGreaterThan(3);
  expect(mirrored).toEqual(once);
});
