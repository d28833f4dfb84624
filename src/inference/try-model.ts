import { InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf, oneLine } from "../errors.ts";
import { type Answer, readAnswer } from "./answer.ts";
import type { GraphFacts, TensorFacts } from "./card-faults.ts";
import { inputDims, inputTensorData } from "./input-tensor.ts";
import type { ModelCard } from "./model-card.ts";
import { testPattern } from "./test-pattern.ts";

/** How to try a model: what its input does not say itself. */
export interface TrialOptions {
  /** Side of the chip in px, where the graph takes any. */
  readonly side: number;
  /** Of the samples divided by 255, one a band; for graphs that take floats. */
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

/** What a model says of itself, and what it answered to a chip. */
export interface Trial extends GraphFacts {
  /** How chips are fed, in the words of the model card; null where the input is none that takes a chip. */
  readonly input: ModelCard["input"] | null;
  /** Side of the chip that it was shown, px. */
  readonly side: number;
  /** In the order of the outputs; null for those that are no map of the chip. */
  readonly answers: readonly (Answer | null)[];
  /** Why there are no answers; null where there are. */
  readonly failure: string | null;
}

/** Loads a model and shows it a test pattern. Rejects where the file is none that can be loaded. */
export async function tryModel(path: string, options: TrialOptions): Promise<Trial> {
  const session = await InferenceSession.create(path, { logSeverityLevel: 4 });
  const facts = { inputs: session.inputMetadata.map(factsOf), outputs: session.outputMetadata.map(factsOf) };
  const input = facts.inputs.length === 1 ? inputOf(facts.inputs[0]!, options) : null;
  const side = input?.height ?? options.side;
  if (input === null) return { ...facts, input, side, answers: [], failure: null };
  try {
    const outputs = await session.run({ [facts.inputs[0]!.name]: patternTensor(input, side) });
    const answers = facts.outputs.map(({ name }) => readAnswer(outputs[name]!, side));
    return { ...facts, input, side, answers, failure: null };
  } catch (error) {
    return { ...facts, input, side, answers: [], failure: oneLine(messageOf(error)) };
  }
}

function factsOf(metadata: InferenceSession.ValueMetadata): TensorFacts {
  if (!metadata.isTensor) return { name: metadata.name, type: "no tensor", shape: [] };
  return { name: metadata.name, type: metadata.type, shape: metadata.shape };
}

/** Bands by number of channels; others are taken in the scene's order. */
const BANDS: Readonly<Record<number, readonly string[]>> = {
  3: ["red", "green", "blue"],
  4: ["red", "green", "blue", "nir"],
};

/**
 * The input by its declared shape: of the second and the last axis the bands are the one of fixed size, or the smaller one.
 * Floats are taken to be samples divided by 255, as the QGIS plugin Deepness feeds them. Null where the shape does not tell.
 */
function inputOf({ name, type, shape }: TensorFacts, { mean, std }: TrialOptions): ModelCard["input"] | null {
  if (shape.length !== 4 || (type !== "uint8" && type !== "uint16" && type !== "float32")) return null;
  const [, second, third, last] = shape.map((size) => (typeof size === "number" && size > 0 ? size : null));
  const layout = second != null && (last == null || second <= last) ? "nchw" : "nhwc";
  const [bands, height, width] = layout === "nchw" ? [second, third, last] : [last, second, third];
  if (bands == null) return null;
  const isFloat = type === "float32";
  return {
    ...{ name, layout, dtype: type },
    bands: [...(BANDS[bands] ?? Array.from({ length: bands }, (_, i) => String(i + 1)))],
    scale: isFloat ? 1 / 255 : 1,
    mean: [...((isFloat ? mean : null) ?? [0])],
    std: [...((isFloat ? std : null) ?? [1])],
    ...{ height: height ?? null, width: width ?? null, multipleOf: 1 },
  };
}

function patternTensor(input: ModelCard["input"], side: number): Tensor {
  const bands = input.bands.length;
  const bytes = testPattern(side, bands);
  const samples = input.dtype === "uint16" ? Uint16Array.from(bytes, (value) => value * 257) : bytes;
  const dims = inputDims(input, 1, { width: side, height: side });
  return new Tensor(input.dtype, inputTensorData(samples, side * side, input), dims);
}
