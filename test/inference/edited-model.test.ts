import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { NO_FLIPS } from "../../src/inference/flips.ts";
import { ModelSession } from "../../src/inference/model-session.ts";
import type { Winners } from "../../src/inference/winners.ts";
import { undeclaredScores, withExternalData } from "../support/edited-model.ts";
import { FULL_SIZE, type FullSizeModel } from "../support/full-size-models.ts";
import { blotchyRgb } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();
const logits = FULL_SIZE.filter(({ card, name }) => card.output.kind === "logits" && /opset1[18]/.test(name));

/** What wins on a batch of chips, by a model that is reduced. */
async function winnersBy({ card, batch, side }: FullSizeModel, graph: Uint8Array): Promise<Winners> {
  const cells = side * side;
  const data = blotchyRgb(side, side * batch, side).map((level) => Math.max(15, level));
  const modelPath = join(scratch, "model.onnx");
  writeFileSync(modelPath, graph);
  const overlap = { px: 4, isBlended: true };
  const setup = { modelPath, card, executionProvider: "cpu", flips: NO_FLIPS, overlap, side } as const;
  const session = await ModelSession.open(setup);
  expect(session.isReduced).toBe(true);
  const shown = new Tensor("uint8", data, [batch, side, side, 3]);
  const run = await session.run(() => shown, { batch, side });
  const winners = { labels: new Uint8Array(cells), confidence: new Uint8Array(cells) };
  run.read(batch - 1, { scores: new Float32Array(card.classes.length * cells), winners });
  expect(session.isReduced).toBe(true);
  return winners;
}

test.each(
  logits.flatMap((model) => [
    { ...model, axes: 4 as const, declared: "four axes of any length" },
    { ...model, axes: null, declared: "any shape" },
  ]),
)("$name declared as of $declared is reduced by what a blank chip shows", async (model) => {
  const undeclared = undeclaredScores(model.graph, model.axes);
  expect(undeclared.length).toBeLessThan(model.graph.length);
  expect(await winnersBy(model, undeclared)).toEqual(await winnersBy(model, model.graph));
});

test("a model with its weights in a file beside it is reduced as one that holds them", async () => {
  const model = logits[0]!;
  const { graph, weights } = withExternalData(model.graph, "weights.bin");
  expect(graph).not.toEqual(model.graph);
  writeFileSync(join(scratch, "weights.bin"), weights);
  expect(await winnersBy(model, graph)).toEqual(await winnersBy(model, model.graph));
});
