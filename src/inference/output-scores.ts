import type { Tensor } from "onnxruntime-node";
import type { ModelCard } from "./model-card.ts";
import { sumOf } from "./sum.ts";

/** Size of the answer for a chip, in cells. */
export interface CellSize {
  readonly width: number;
  readonly height: number;
}

type Scores = Float32Array;

/** Element types in which labels may come. */
const LABEL_TYPES: ReadonlySet<string> = new Set([
  ...["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"],
]);

/**
 * Probabilities [classes][height][width] from the output tensor of one chip, whatever the card says it holds, in `scores`. A single
 * channel for two classes tells of the second.
 * Throws Error where the tensor's shape, type or values do not match the card, or an answer is not a number.
 */
export function scoresOf(
  output: Tensor,
  card: ModelCard,
  size: CellSize,
  scores: Scores = new Float32Array(card.classes.length * size.width * size.height),
): Scores {
  const classes = card.classes.length;
  const { kind, layout } = card.output;
  if (kind === "labels") return oneHot(labelsOf(output, size), classes, scores);
  if (output.type !== "float32")
    throw new Error(`the model answers in ${output.type}; the card says ${kind}, which is float32`);
  const data = output.data as Float32Array;
  const isBinary = classes === 2 && data.length === size.width * size.height;
  const channels = isBinary ? 1 : classes;
  checkShape(
    output,
    layout === "nchw" ? [1, channels, size.height, size.width] : [1, size.height, size.width, channels],
  );
  if (isBinary) bothClasses(data, kind, scores);
  else if (layout === "nchw") scores.set(data);
  else planar(data, classes, scores);
  if (kind === "logits") softmaxInPlace(scores, classes);
  checkSum(sumOf(scores), kind, { classes, cells: size.width * size.height });
  return scores;
}

function checkShape({ dims }: Tensor, expected: readonly number[]): void {
  if (dims.length === expected.length && dims.every((dim, i) => dim === expected[i])) return;
  throw new Error(
    `the model answers with shape [${dims.join(", ")}], but by its card it should be [${expected.join(", ")}]`,
  );
}

function labelsOf({ dims, type, data }: Tensor, { width, height }: CellSize): ArrayLike<number | bigint> {
  const axes = dims.filter((dim) => dim !== 1);
  const expected = [height, width].filter((dim) => dim !== 1);
  if (axes.length !== expected.length || axes.some((dim, i) => dim !== expected[i])) {
    throw new Error(
      `the model answers with shape [${dims.join(", ")}], but by its card it should have ${width * height} labels, [1, ${height}, ${width}]`,
    );
  }
  if (!LABEL_TYPES.has(type)) throw new Error(`the model answers in ${type}, which cannot be labels`);
  return data as ArrayLike<number | bigint>;
}

function oneHot(labels: ArrayLike<number | bigint>, classes: number, scores: Scores): Scores {
  scores.fill(0);
  for (let cell = 0; cell < labels.length; cell++) {
    const label = Number(labels[cell]);
    if (!(label >= 0 && label < classes && Number.isInteger(label)))
      throw new Error(`the model answers class ${label}, but its card has ${classes} classes`);
    scores[label * labels.length + cell] = 1;
  }
  return scores;
}

/** Two planes from one that tells of the second class: logits 0 and x, or probabilities 1 − p and p. */
function bothClasses(second: Float32Array, kind: ModelCard["output"]["kind"], scores: Scores): void {
  scores.set(second, second.length);
  for (let cell = 0; cell < second.length; cell++) scores[cell] = kind === "logits" ? 0 : 1 - second[cell]!;
}

/** [height][width][classes] → [classes][height][width]. */
function planar(data: Float32Array, classes: number, scores: Scores): void {
  const cells = data.length / classes;
  for (let cell = 0; cell < cells; cell++) {
    for (let k = 0; k < classes; k++) scores[k * cells + cell] = data[cell * classes + k]!;
  }
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

/**
 * Checks the sum of all scores of a chip, which is enough: it is NaN or infinite when any score is, and probabilities of exclusive classes
 * sum to 1 in every cell (2 % are left for quantised models). Throws Error.
 */
export function checkSum(
  sum: number,
  kind: ModelCard["output"]["kind"],
  { classes, cells }: { readonly classes: number; readonly cells: number },
): void {
  if (!Number.isFinite(sum)) throw new Error("the model answers NaN or infinity");
  const mean = sum / cells;
  if (kind === "softmax" && Math.abs(mean - 1) > 0.02) {
    throw new Error(
      `the model answers values that sum to ${Number(mean.toPrecision(3))} in a cell, but the probabilities that its card promises (output.kind softmax) sum to 1`,
    );
  }
  if (kind === "sigmoid" && (mean < 0 || mean > classes)) {
    throw new Error(
      `the model answers values that sum to ${Number(mean.toPrecision(3))} in a cell, but the probabilities that its card promises (output.kind sigmoid) lie between 0 and 1`,
    );
  }
}
