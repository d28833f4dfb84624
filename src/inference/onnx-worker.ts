import { workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf } from "../errors.ts";
import { cardFaults, type TensorFacts } from "./card-faults.ts";
import { addFlipped, type Flip, flipSamples } from "./flips.ts";
import type { InferenceResult, InferenceTask, WorkerSetup } from "./inference-task.ts";
import { inputTensorData, type TensorSamples } from "./input-tensor.ts";
import { loadingFault } from "./loading-fault.ts";
import { scoresOf } from "./output-scores.ts";
import { findWinners } from "./winners.ts";

const { modelPath, card, executionProvider, flips } = setupOf(workerData);
const classIds = Uint8Array.from(card.classes, ({ id }) => id);
let session: Promise<InferenceSession> | undefined;
let turn: Promise<unknown> = Promise.resolve();
/** The input tensor's memory, kept from run to run: a session refuses shared memory. */
let values: TensorSamples = new Uint8Array(0);

/** Runs the model on a batch of chips, one batch after the other. Called by the pool; blocks this worker's thread meanwhile. */
export function infer(task: InferenceTask): Promise<InferenceResult> {
  const result = turn.then(() => answer(task)).catch(failed);
  turn = result;
  return result;
}

function failed(cause: unknown): InferenceResult {
  return { kind: "failed", message: messageOf(cause) };
}

async function answer(task: InferenceTask): Promise<InferenceResult> {
  session ??= createSession(task.width);
  const ready = await session;
  const batch = fixedBatch(ready);
  if (batch !== null && batch !== task.batch) return { kind: "fixed-batch", batch };
  const failures: (string | null)[] = task.chips.map(() => null);
  let seconds = 0;
  if (flips.length > 1) for (const { scores } of task.answers) scores.fill(0);
  for (const flip of flips) {
    const input = new Tensor(card.input.dtype, inputValues(task, flip), inputShape(task));
    const run = await runTimed(ready, input);
    seconds += run.seconds;
    task.answers.forEach(({ scores }, i) => {
      failures[i] ??= addAnswer(scores, outputOf(run.output, i, task.batch), task, flip);
    });
  }
  for (const { scores, winners } of task.answers) {
    if (winners === null) continue;
    findWinners(scores, classIds, winners, { from: 0, to: winners.labels.length, at: 0 });
  }
  return { kind: "answers", failures, seconds };
}

/** The batch that the graph is frozen to; null where it takes any. */
function fixedBatch({ inputNames, inputMetadata }: InferenceSession): number | null {
  const index = card.input.name === undefined ? 0 : inputNames.indexOf(card.input.name);
  const input = inputMetadata[index];
  const batch = input?.isTensor === true ? input.shape[0] : undefined;
  return typeof batch === "number" && batch > 0 ? batch : null;
}

function inputValues({ chips, width, height, batch }: InferenceTask, flip: Flip): TensorSamples {
  const { input } = card;
  chips.forEach((chip, i) => {
    const data = inputTensorData(flipSamples(chip, width, input.bands.length, flip), width * height, input);
    const length = data.length * batch;
    if (values.length !== length || values.constructor !== data.constructor)
      values = new (data.constructor as new (length: number) => TensorSamples)(length);
    values.set(data, i * data.length);
  });
  return values;
}

function inputShape({ batch, width, height }: InferenceTask): number[] {
  const bands = card.input.bands.length;
  return card.input.layout === "nhwc" ? [batch, height, width, bands] : [batch, bands, height, width];
}

async function runTimed(
  ready: InferenceSession,
  input: Tensor,
): Promise<{ readonly output: Tensor; readonly seconds: number }> {
  const inputName = card.input.name ?? ready.inputNames[0]!;
  const outputName = card.output.name ?? ready.outputNames[card.output.index]!;
  const start = performance.now();
  const outputs = await ready.run({ [inputName]: input }, [outputName]);
  return { output: outputs[outputName]!, seconds: (performance.now() - start) / 1000 };
}

/** The part of an output that answers one chip of the batch, as a tensor of batch 1. */
function outputOf(output: Tensor, index: number, batch: number): Tensor {
  if (batch === 1 || output.dims[0] !== batch) return output;
  const data = output.data as Float32Array;
  const length = data.length / batch;
  const part = data.subarray(index * length, (index + 1) * length);
  return new Tensor(output.type as "float32", part, [1, ...output.dims.slice(1)]);
}

/** Sets a chip's scores, or adds a flipped chip's share of them; the reason where the answer is of no use, else null. */
function addAnswer(scores: Float32Array, output: Tensor, { width, height }: InferenceTask, flip: Flip) {
  const { stride } = card.output;
  const size = { width: width / stride, height: height / stride };
  try {
    if (flips.length === 1) scoresOf(output, card, size, scores);
    else {
      const answered = scoresOf(output, card, size);
      for (let i = 0; i < answered.length; i++) answered[i]! /= flips.length;
      addFlipped(scores, answered, size, flip);
    }
    return null;
  } catch (error) {
    return messageOf(error);
  }
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
