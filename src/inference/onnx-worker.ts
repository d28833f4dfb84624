import { workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf } from "../errors.ts";
import type { SampleArray } from "../scene/raster-block.ts";
import { cardFaults, type TensorFacts } from "./card-faults.ts";
import { addFlipped, type Flip, flipSamples } from "./flips.ts";
import { inputTensorData } from "./input-tensor.ts";
import { loadingFault } from "./loading-fault.ts";
import type { ModelCard } from "./model-card.ts";
import { scoresOf } from "./output-scores.ts";

/** What every worker of a pool is given. */
export interface WorkerSetup {
  readonly modelPath: string;
  readonly card: ModelCard;
  readonly executionProvider: "cpu" | "cuda" | "webgpu";
  /** What each chip is shown as: its scores are the mean over these. */
  readonly flips: readonly Flip[];
}

/** One chip for the model: interleaved samples of height · width · bands. */
export interface InferenceTask {
  readonly data: SampleArray;
  readonly width: number;
  readonly height: number;
}

/** The answer: probabilities, [classes][height/stride][width/stride], and the seconds that the session took. */
export interface InferenceResult {
  readonly scores: Float32Array<ArrayBuffer>;
  readonly seconds: number;
}

const { modelPath, card, executionProvider, flips } = setupOf(workerData);
let session: Promise<InferenceSession> | undefined;

/** Runs the model on one chip. Called by the pool; blocks this worker's thread meanwhile. */
export async function infer(chip: InferenceTask): Promise<InferenceResult> {
  session ??= createSession(chip.width);
  const ready = await session;
  const [only, ...others] = flips;
  if (only === undefined || others.length === 0) return inferOnce(ready, chip);
  const { stride } = card.output;
  const size = { width: chip.width / stride, height: chip.height / stride };
  const scores = new Float32Array(card.classes.length * size.width * size.height);
  let seconds = 0;
  for (const flip of flips) {
    const data = flipSamples(chip.data, chip.width, card.input.bands.length, flip);
    const answer = await inferOnce(ready, { ...chip, data });
    addFlipped(scores, answer.scores, size, flip);
    seconds += answer.seconds;
  }
  for (let i = 0; i < scores.length; i++) scores[i]! /= flips.length;
  return { scores, seconds };
}

async function inferOnce(
  ready: InferenceSession,
  { data, width, height }: InferenceTask,
): Promise<InferenceResult> {
  const { input } = card;
  const dims =
    input.layout === "nhwc" ? [1, height, width, input.bands.length] : [1, input.bands.length, height, width];
  const tensor = new Tensor(input.dtype, inputTensorData(data, width * height, input), dims);
  const inputName = input.name ?? ready.inputNames[0]!;
  const outputName = card.output.name ?? ready.outputNames[card.output.index]!;
  const start = performance.now();
  const outputs = await ready.run({ [inputName]: tensor }, [outputName]);
  const seconds = (performance.now() - start) / 1000;
  const { stride } = card.output;
  const size = { width: width / stride, height: height / stride };
  return { scores: scoresOf(outputs[outputName]!, card, size), seconds };
}

/** A session whose graph is what the card says, for chips of `side` px. Throws Error with all that differs. */
async function createSession(side: number): Promise<InferenceSession> {
  const created = await loadGraph();
  const tensors = (all: readonly InferenceSession.ValueMetadata[]): TensorFacts[] =>
    all.flatMap((found) => (found.isTensor ? [found] : []));
  const graph = { inputs: tensors(created.inputMetadata), outputs: tensors(created.outputMetadata) };
  const faults = cardFaults(card, graph, side);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return created;
}

/** One thread a session: workers scale exactly, threads inside a session do not (one worker a core). */
async function loadGraph(): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(modelPath, {
      executionProviders: [executionProvider],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new Error(`not an ONNX model that can be loaded: ${loadingFault(messageOf(cause))}`);
  }
}

/** Piscina wraps the pool's workerData in an array behind its own. */
function setupOf(data: unknown): WorkerSetup {
  return (Array.isArray(data) ? data[1] : data) as WorkerSetup;
}
