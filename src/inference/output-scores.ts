import type { Tensor } from "onnxruntime-node";
import type { ModelCard } from "./model-card.ts";

/** Size of the answer for a chip, in cells. */
export interface CellSize {
  readonly width: number;
  readonly height: number;
}

type Scores = Float32Array<ArrayBuffer>;

/**
 * Probabilities [classes][height][width] from the output tensor of one chip, whatever the card says it holds.
 * Throws Error where the tensor's shape or type does not match the card, or an answer is not a number.
 */
export function scoresOf(output: Tensor, card: ModelCard, size: CellSize): Scores {
  const classes = card.classes.length;
  const { kind, layout } = card.output;
  if (kind === "labels") return oneHot(labelsOf(output, size), classes);
  const expected =
    layout === "nchw" ? [1, classes, size.height, size.width] : [1, size.height, size.width, classes];
  checkShape(output, expected);
  if (output.type !== "float32")
    throw new Error(`the model answers in ${output.type}; the card says ${kind}, which is float32`);
  const data = output.data as Float32Array;
  const scores = layout === "nchw" ? new Float32Array(data) : planar(data, classes);
  if (kind === "logits") softmaxInPlace(scores, classes);
  if (kind === "sigmoid") sigmoidInPlace(scores);
  checkNumbers(scores);
  return scores;
}

function checkShape({ dims }: Tensor, expected: readonly number[]): void {
  if (dims.length === expected.length && dims.every((dim, i) => dim === expected[i])) return;
  throw new Error(
    `the model answers with shape [${dims.join(", ")}], but by its card it should be [${expected.join(", ")}]`,
  );
}

function labelsOf(output: Tensor, { width, height }: CellSize): ArrayLike<number | bigint> {
  const cells = width * height;
  if (output.data.length !== cells) {
    throw new Error(
      `the model answers with shape [${output.dims.join(", ")}], but by its card it should have ${cells} labels`,
    );
  }
  return output.data as ArrayLike<number | bigint>;
}

function oneHot(labels: ArrayLike<number | bigint>, classes: number): Scores {
  const scores = new Float32Array(classes * labels.length);
  for (let cell = 0; cell < labels.length; cell++) {
    const label = Number(labels[cell]);
    if (!(label >= 0 && label < classes))
      throw new Error(`the model answers class ${label}, but its card has ${classes} classes`);
    scores[label * labels.length + cell] = 1;
  }
  return scores;
}

/** [height][width][classes] → [classes][height][width]. */
function planar(data: Float32Array, classes: number): Scores {
  const cells = data.length / classes;
  const scores = new Float32Array(data.length);
  for (let cell = 0; cell < cells; cell++) {
    for (let k = 0; k < classes; k++) scores[k * cells + cell] = data[cell * classes + k]!;
  }
  return scores;
}

function softmaxInPlace(scores: Scores, classes: number): void {
  const cells = scores.length / classes;
  for (let cell = 0; cell < cells; cell++) {
    let max = Number.NEGATIVE_INFINITY;
    for (let i = cell; i < scores.length; i += cells) max = Math.max(max, scores[i]!);
    let sum = 0;
    for (let i = cell; i < scores.length; i += cells) sum += scores[i] = Math.exp(scores[i]! - max);
    for (let i = cell; i < scores.length; i += cells) scores[i]! /= sum;
  }
}

function sigmoidInPlace(scores: Scores): void {
  for (let i = 0; i < scores.length; i++) scores[i] = 1 / (1 + Math.exp(-scores[i]!));
}

/** A sum is enough: it is NaN or infinite when any score is. */
function checkNumbers(scores: Scores): void {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += scores[i]!;
  if (!Number.isFinite(sum)) throw new Error("the model answers NaN or infinity");
}
