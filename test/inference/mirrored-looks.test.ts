import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { messageOf } from "../../src/errors.ts";
import { FLIPS, flipSamples } from "../../src/inference/flips.ts";
import type { AnswerMemory } from "../../src/inference/inference-task.ts";
import { ModelSession } from "../../src/inference/model-session.ts";
import type { Overlap } from "../../src/inference/reduced-model.ts";
import { SCORE_LEVELS } from "../../src/inference/reduced-nodes.ts";
import { fixtureModel } from "../support/fixture-model.ts";
import { FULL_SIZE, type FullSizeModel } from "../support/full-size-models.ts";
import { blotchyRgb } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";
import { watchSessions } from "../support/watch-sessions.ts";

const PX = 9;
const UNTOUCHED = -1;
const scratch = scratchFolder();
afterEach(() => void vi.restoreAllMocks());

/** Answers to a batch of chips, each shown as it is and mirrored in three ways. */
async function answersTo(
  data: Uint8Array,
  { name, card, graph, batch, side }: FullSizeModel,
  overlap: Overlap | null,
): Promise<{ readonly answers: readonly AnswerMemory[]; readonly isReduced: boolean }> {
  const modelPath = join(scratch, `${name}.onnx`);
  writeFileSync(modelPath, graph);
  const setup = { modelPath, card, executionProvider: "cpu", flips: FLIPS, overlap, side } as const;
  const session = await ModelSession.open(setup);
  const length = side * side * 3;
  const run = await session.run(
    (flip) => {
      const shown = new Uint8Array(data.length);
      for (let at = 0; at < data.length; at += length)
        shown.set(flipSamples(data.subarray(at, at + length), side, 3, flip), at);
      return new Tensor("uint8", shown, [batch, side, side, 3]);
    },
    { batch, side },
  );
  const cells = side * side;
  const answers = Array.from({ length: batch }, (_, i) => {
    const memory = {
      scores: new Float32Array(card.classes.length * cells).fill(UNTOUCHED),
      winners: { labels: new Uint8Array(cells), confidence: new Uint8Array(cells) },
    };
    run.read(i, memory);
    return memory;
  });
  return { answers, isReduced: session.isReduced };
}

const chipsOf = ({ side, batch }: FullSizeModel): Uint8Array =>
  blotchyRgb(side, side * batch, side).map((level) => (level === 13 || level === 14 ? 15 : level));

/** Where red is 13 the scores are no numbers. */
const nan = await fixtureModel("nan");
const OF_THREE = {
  name: "of three classes",
  card: nan.card,
  graph: readFileSync(nan.path),
  batch: 2,
  side: 64,
};
const MODELS = [...FULL_SIZE.map((model) => ({ ...model, marks: [13, 14] })), { ...OF_THREE, marks: [13] }];

describe.each(MODELS)("$name, mirrored in four ways,", (model) => {
  const { card, side, batch } = model;
  const cells = side * side;
  const { length: classes } = card.classes;
  const data = chipsOf(model);

  test("wins what the mean of all scores does, and no score of the interior leaves the session", async () => {
    const { answers: expected } = await answersTo(data, model, null);
    const fetched = watchSessions();
    const { answers, isReduced } = await answersTo(data, model, { px: PX, isBlended: true });
    expect(isReduced).toBe(true);
    const floats = fetched.filter(({ type }) => type !== "int32");
    expect(floats.map(({ type, dims }) => `${type} [${dims.join(", ")}]`)).toEqual(
      FLIPS.map(() => `float32 [${batch}, ${classes}, 1, 1]`),
    );
    for (const [i, { scores, winners }] of answers.entries()) {
      const all = expected[i]!;
      for (let cell = 0; cell < cells; cell++) {
        const isOuter = [cell % side, Math.floor(cell / side)].some((at) => at < PX || at >= side - PX);
        const own = Array.from({ length: classes }, (_, k) => all.scores[k * cells + cell]!);
        const [best, second] = own.toSorted((a, b) => b - a);
        if (best! - second! > 4 / SCORE_LEVELS)
          expect(winners!.labels[cell], `label at ${cell}`).toBe(all.winners!.labels[cell]);
        const percent = Math.min(1, best!) * 100;
        expect(Math.abs(winners!.confidence[cell]! - percent), `percent at ${cell}`).toBeLessThan(0.51);
        for (let k = 0; k < classes; k++) {
          const wanted = isOuter ? own[k]! : UNTOUCHED;
          const found = scores[k * cells + cell]!;
          if (Math.abs(found - wanted) > 2.1 / SCORE_LEVELS)
            expect.fail(`${found} at ${cell}, not ${wanted}`);
        }
      }
      expect(new Set(winners!.labels).size).toBeGreaterThan(1);
    }
  });

  test.each(model.marks)(
    "is caught where one pixel is not a number or infinite in any look: red %i",
    async (level) => {
      const marked = data.slice();
      marked[marked.length - 3 * (side + 5)] = level;
      const told = await answersTo(marked, model, { px: PX, isBlended: true }).catch(messageOf);
      expect(told).toBe("the model answers NaN or infinity");
    },
  );
});
