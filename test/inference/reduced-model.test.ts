import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { messageOf } from "../../src/errors.ts";
import { fullSizeScores } from "../../src/inference/full-size-scores.ts";
import type { AnswerMemory } from "../../src/inference/inference-task.ts";
import { scoresOf } from "../../src/inference/output-scores.ts";
import { bytesField, numberField } from "../../src/inference/protobuf.ts";
import { hasReducedShapes, readReduced, wantedOutputs } from "../../src/inference/reduced-answer.ts";
import { type Overlap, reducedModel } from "../../src/inference/reduced-model.ts";
import { SCORE_LEVELS } from "../../src/inference/reduced-nodes.ts";
import { findWinners } from "../../src/inference/winners.ts";
import { FULL_SIZE, type FullSizeModel } from "../support/full-size-models.ts";
import { blotchyRgb } from "../support/random.ts";

const PX = 9;
const BLENDED: Overlap = { px: PX, isBlended: true };
/** What the memory holds where nothing is written. */
const UNTOUCHED = -1;

/** Chips without the levels that make scores NaN. */
function chipsOf({ side, batch }: FullSizeModel): Uint8Array {
  return blotchyRgb(side, side * batch, side).map((level) => (level === 13 || level === 14 ? 15 : level));
}

function newMemory({ card, side }: FullSizeModel): AnswerMemory & { readonly winners: object } {
  const cells = side * side;
  return {
    scores: new Float32Array(card.classes.length * cells).fill(UNTOUCHED),
    winners: { labels: new Uint8Array(cells), confidence: new Uint8Array(cells) },
  };
}

async function outputsOf(
  graph: Uint8Array,
  wanted: readonly string[],
  { side, batch }: FullSizeModel,
  data: Uint8Array,
) {
  const session = await InferenceSession.create(graph, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  try {
    return await session.run({ image: new Tensor("uint8", data, [batch, side, side, 3]) }, wanted);
  } finally {
    await session.release();
  }
}

/** By all scores of the model's own output, in JavaScript. */
async function plainAnswers(model: FullSizeModel, data: Uint8Array): Promise<AnswerMemory[]> {
  const { card, side, batch } = model;
  const { scores } = await outputsOf(model.graph, ["scores"], model, data);
  const ids = Uint8Array.from(card.classes, ({ id }) => id);
  return Array.from({ length: batch }, (_, i) => {
    const length = scores!.data.length / batch;
    const part = (scores!.data as Float32Array).slice(i * length, (i + 1) * length);
    const memory = newMemory(model);
    scoresOf(
      new Tensor("float32", part, [1, ...scores!.dims.slice(1)]),
      card,
      { width: side, height: side },
      memory.scores,
    );
    findWinners(memory.scores, ids, memory.winners!, { from: 0, to: side * side, at: 0 });
    return memory;
  });
}

async function reducedAnswers(
  model: FullSizeModel,
  data: Uint8Array,
  overlap: Overlap,
): Promise<AnswerMemory[]> {
  const scores = fullSizeScores(model.graph, model.card)!;
  const { nodes, ...names } = reducedModel({
    ...model,
    ...{ scores, channels: scores.channels!, overlap, looks: 1 },
  });
  const graph = Buffer.concat([model.graph, nodes]);
  const outputs = await outputsOf(graph, wantedOutputs(names, true), model, data);
  const run = { ...model, outputs, sums: [outputs[names.sums]!], names, overlap };
  expect(hasReducedShapes(run)).toBe(true);
  return Array.from({ length: model.batch }, (_, i) => {
    const memory = newMemory(model);
    readReduced(run, i, memory);
    return memory;
  });
}

const isInOverlap = (cell: number, side: number): boolean =>
  [cell % side, Math.floor(cell / side)].some((at) => at < PX || at >= side - PX);

describe.each(FULL_SIZE)("$name", (model) => {
  const { card, side } = model;
  const cells = side * side;
  const data = chipsOf(model);

  test("wins the same by what is added to the graph as by all scores, with the same scores in the overlaps", async () => {
    const [expected, found] = [await plainAnswers(model, data), await reducedAnswers(model, data, BLENDED)];
    for (const [i, { scores, winners }] of found.entries()) {
      expect(winners!.labels).toEqual(expected[i]!.winners!.labels);
      expect(winners!.confidence).toEqual(expected[i]!.winners!.confidence);
      expect(new Set(winners!.labels).size).toBeGreaterThan(1);
      for (const [at, score] of scores.entries()) {
        const wanted = isInOverlap(at % cells, side) ? expected[i]!.scores[at]! : UNTOUCHED;
        if (Math.abs(score - wanted) > 0.51 / SCORE_LEVELS)
          expect.fail(`score ${score} at ${at}, not ${wanted}`);
      }
    }
  });

  test("where chips do not blend leaves any scores in the overlaps that win the same with the same percent", async () => {
    const ids = Uint8Array.from(card.classes, ({ id }) => id);
    for (const { scores, winners } of await reducedAnswers(model, data, { px: PX, isBlended: false })) {
      const again = newMemory(model).winners!;
      findWinners(scores, ids, again, { from: 0, to: cells, at: 0 });
      for (let cell = 0; cell < cells; cell++) {
        if (!isInOverlap(cell, side)) expect(scores[cell]).toBe(UNTOUCHED);
        else if (
          again.labels[cell] !== winners!.labels[cell] ||
          again.confidence[cell] !== winners!.confidence[cell]
        )
          expect.fail(`another answer at ${cell}`);
      }
    }
  });

  test.each([13, 14])("is caught where one pixel is not a number or infinite: red %i", async (level) => {
    const marked = data.slice();
    marked[marked.length - 3 * (side + 5)] = level;
    await expect(reducedAnswers(model, marked, BLENDED)).rejects.toThrow("the model answers NaN or infinity");
  });
});

test.each([
  { kind: "softmax", says: "nchw-logits-4-opset13" },
  { kind: "softmax", says: "nchw-sigmoid-4-opset11" },
  { kind: "sigmoid", says: "nhwc-logits-4-opset11" },
] as const)("values that are no $kind are named as of all scores: $says", async ({ kind, says }) => {
  const own = FULL_SIZE.find(({ name }) => name.startsWith(says))!;
  const model = { ...own, card: { ...own.card, output: { ...own.card.output, kind } } };
  const data = chipsOf(model);
  const told = await plainAnswers(model, data).catch(messageOf);
  expect(told).toMatch(/^the model answers values that sum to .* in a cell/);
  expect(await reducedAnswers(model, data, BLENDED).catch(messageOf)).toBe(told);
});

describe("a file does not tell of scores for every pixel", () => {
  const plain = FULL_SIZE.find(
    ({ name }) => name === "nchw-logits-4-opset13-fixed" || name === "nchw-logits-4-opset13",
  )!;
  const told = (card: object, graph = plain.graph) => fullSizeScores(graph, { ...plain.card, ...card });

  test.each([
    { what: "of labels", change: { output: { ...plain.card.output, kind: "labels" } } },
    { what: "that does not answer every pixel", change: { output: { ...plain.card.output, stride: 2 } } },
    { what: "whose card names another output", change: { output: { ...plain.card.output, name: "answer" } } },
    { what: "of other classes than its card", change: { classes: plain.card.classes.slice(1) } },
  ])("$what", ({ change }) => {
    expect(told({})).not.toBeNull();
    expect(told(change)).toBeNull();
  });

  test.each([
    { opset: 7, is: false },
    { opset: 8, is: true },
    { opset: 26, is: true },
    { opset: 27, is: false },
  ])("of operators that may mean something else: opset $opset", ({ opset, is }) => {
    const opsets = bytesField(8, [numberField(2, opset)]);
    expect(told({}, Buffer.concat([opsets, plain.graph])) !== null).toBe(is);
  });

  test.each(["", "hello\n"])("of a file that is none: %j", (text) => {
    expect(told({}, Buffer.from(text))).toBeNull();
  });
});
