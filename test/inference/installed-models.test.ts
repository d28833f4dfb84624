import { stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { installedModels, loadModel } from "../../src/inference/model.ts";
import { readModelSpeeds, speedOf } from "../../src/inference/model-speeds.ts";
import { WorkerPool } from "../../src/inference/worker-pool.ts";
import { planChips } from "../../src/tiler/chip-plan.ts";
import { readChips } from "../../src/tiler/tiler.ts";
import { memoryScene } from "../support/memory-scene.ts";
import { blotchyRgb } from "../support/random.ts";

const SIDE = 128;
const models = await Promise.all((await installedModels()).map(loadModel));

const scene = memoryScene({ data: blotchyRgb(SIDE, SIDE, 7), width: SIDE, height: SIDE });
const plan = planChips(scene.grid, { chip: SIDE, overlap: 0 });

test.each(models.map((model) => [model.card.name, model] as const))(
  "%s answers probabilities of its classes, as its card says",
  async (_name, model) => {
    const { classes, output } = model.card;
    const pool = new WorkerPool(model, { workers: 1, executionProvider: "cpu" });
    const { value: inferred } = await pool
      .infer(readChips(scene, plan, { bands: [0, 1, 2], readAhead: 1 }))
      .next();
    await pool.close();
    const cells = (SIDE / output.stride) ** 2;
    const scores = inferred!.scores!;
    expect(scores.length).toBe(classes.length * cells);
    for (let cell = 0; cell < cells; cell++) {
      const sum = classes.reduce((total, _, i) => total + scores[i * cells + cell]!, 0);
      expect(sum).toBeCloseTo(1, 4);
    }
  },
);

test("every card of an installed model tells its accuracy by class, its calibration, its robustness and its budget", () => {
  for (const { card } of models) {
    const [metric] = card.metrics;
    expect(Object.keys(metric!.perClass!)).toEqual(card.classes.map(({ name }) => name));
    expect(metric).toMatchObject({
      calibration: { expectedCalibrationError: expect.any(Number) },
      robustness: expect.any(Array),
    });
    expect(card.training!.budget).toMatch(/steps/);
  }
});

test("the speed of every installed model was measured on the file that is installed", async () => {
  const speeds = await readModelSpeeds();
  expect(models.filter(({ card }) => speedOf(card, speeds) === null).map(({ card }) => card.name)).toEqual(
    [],
  );
});

test("all installed models together are smaller than 40 MB", async () => {
  const sizes = await Promise.all(models.map(async ({ path }) => (await stat(path)).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(40e6);
});
