import { Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { ModelCard } from "../../src/inference/model-card.ts";
import { scoresOf } from "../../src/inference/output-scores.ts";
import { fixtureModel } from "../support/fixture-model.ts";

const { card } = await fixtureModel("pixelwise");
const size = { width: 2, height: 1 };
const cardWith = (output: Partial<ModelCard["output"]>): ModelCard => ({
  ...card,
  output: { ...card.output, ...output },
});

describe("scoresOf", () => {
  test("softmax in NHWC becomes planes", () => {
    const tensor = new Tensor("float32", Float32Array.of(0.5, 0.25, 0.25, 0, 1, 0), [1, 1, 2, 3]);
    expect([...scoresOf(tensor, cardWith({ layout: "nhwc" }), size)]).toEqual([0.5, 0, 0.25, 1, 0.25, 0]);
  });

  test("logits become probabilities that sum to 1, also where exp would overflow", () => {
    const tensor = new Tensor("float32", Float32Array.of(0, 500, 0, 0, 0, 0), [1, 3, 1, 2]);
    const scores = scoresOf(tensor, cardWith({ kind: "logits" }), size);
    expect(scores[0]).toBeCloseTo(1 / 3, 6);
    expect([scores[1], scores[3], scores[5]]).toEqual([1, 0, 0]);
  });

  test("independent probabilities stay as they are", () => {
    const tensor = new Tensor("float32", Float32Array.of(0.75, 0, 0.5, 0, 1, 0), [1, 3, 1, 2]);
    expect([...scoresOf(tensor, cardWith({ kind: "sigmoid" }), size)]).toEqual([0.75, 0, 0.5, 0, 1, 0]);
  });

  test.each([
    { kind: "sigmoid" as const, answer: 0.25 },
    { kind: "logits" as const, answer: -Math.log(3) },
  ])("a single channel of two classes tells of the second: $kind", ({ kind, answer }) => {
    for (const dims of [
      [1, 1, 1, 2],
      [1, 1, 2, 1],
    ]) {
      const tensor = new Tensor("float32", Float32Array.of(answer, answer), dims);
      const two = {
        ...cardWith({ kind, layout: dims[3] === 1 ? "nhwc" : "nchw" }),
        classes: card.classes.slice(1),
      };
      const scores = [...scoresOf(tensor, two, size)];
      expect(scores.map((score) => Math.round(score * 1e6) / 1e6)).toEqual([0.75, 0.75, 0.25, 0.25]);
    }
  });

  test("labels of 64 bits become certainties", () => {
    const tensor = new Tensor("int64", BigInt64Array.of(2n, 0n), [1, 1, 2]);
    expect([...scoresOf(tensor, cardWith({ kind: "labels" }), size)]).toEqual([0, 1, 0, 0, 1, 0]);
  });

  test.each([
    {
      because: "another number of classes",
      tensor: new Tensor("float32", new Float32Array(4), [1, 2, 1, 2]),
      output: {},
      message: "the model answers with shape [1, 2, 1, 2], but by its card it should be [1, 3, 1, 2]",
    },
    {
      because: "a class that the card does not have",
      tensor: new Tensor("uint8", Uint8Array.of(0, 3), [1, 1, 2]),
      output: { kind: "labels" as const },
      message: "the model answers class 3, but its card has 3 classes",
    },
    {
      because: "another element type",
      tensor: new Tensor("uint8", new Uint8Array(6), [1, 3, 1, 2]),
      output: {},
      message: "the model answers in uint8; the card says softmax, which is float32",
    },
    {
      because: "labels of half floats",
      tensor: new Tensor("float16", Uint16Array.of(0, 1), [1, 1, 2]),
      output: { kind: "labels" as const },
      message: "the model answers in float16, which cannot be labels",
    },
    {
      because: "raw scores for a card that says softmax",
      tensor: new Tensor("float32", Float32Array.of(4, -1, 0, 2, 0.5, 1), [1, 3, 1, 2]),
      output: {},
      message: "the model answers values that sum to 3.25 in a cell",
    },
    {
      because: "raw scores for a card that says sigmoid",
      tensor: new Tensor("float32", Float32Array.of(-4, -1, 0, 2, 0.5, 1), [1, 3, 1, 2]),
      output: { kind: "sigmoid" as const },
      message: "output.kind sigmoid",
    },
    {
      because: "an answer that is not a number",
      tensor: new Tensor("float32", Float32Array.of(0, 0, Number.NaN, 0, 0, 0), [1, 3, 1, 2]),
      output: {},
      message: "the model answers NaN or infinity",
    },
  ])("$because is named", ({ tensor, output, message }) => {
    expect(() => scoresOf(tensor, cardWith(output), size)).toThrow(message);
  });
});
