import { workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { SampleArray } from "../scene/raster-block.ts";
import { inputTensorData } from "./input-tensor.ts";
import type { ModelCard } from "./model-card.ts";
import { scoresOf } from "./output-scores.ts";

/** What every worker of a pool is given. */
export interface WorkerSetup {
  readonly modelPath: string;
  readonly card: ModelCard;
  readonly executionProvider: "cpu" | "cuda" | "webgpu";
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

const { modelPath, card, executionProvider } = setupOf(workerData);
let session: Promise<InferenceSession> | undefined;

/** Runs the model on one chip. Called by the pool; blocks this worker's thread meanwhile. */
export async function infer({ data, width, height }: InferenceTask): Promise<InferenceResult> {
  session ??= createSession();
  const ready = await session;
  const { input } = card;
  const dims =
    input.layout === "nhwc" ? [1, height, width, input.bands.length] : [1, input.bands.length, height, width];
  const tensor = new Tensor(input.dtype, inputTensorData(data, width * height, input), dims);
  const start = performance.now();
  const outputs = await ready.run({ [input.name ?? ready.inputNames[0]!]: tensor });
  const seconds = (performance.now() - start) / 1000;
  const name = card.output.name ?? ready.outputNames[card.output.index] ?? "";
  const output = outputs[name];
  if (output === undefined) {
    throw new Error(`the model has no output "${name}"; it has ${ready.outputNames.join(", ")}`);
  }
  const { stride } = card.output;
  return { scores: scoresOf(output, card, { width: width / stride, height: height / stride }), seconds };
}

/** One thread a session: workers scale exactly, threads inside a session do not (one worker a core). */
function createSession(): Promise<InferenceSession> {
  return InferenceSession.create(modelPath, {
    executionProviders: [executionProvider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
}

/** Piscina wraps the pool's workerData in an array behind its own. */
function setupOf(data: unknown): WorkerSetup {
  return (Array.isArray(data) ? data[1] : data) as WorkerSetup;
}
