import { workerData } from "node:worker_threads";
import { Tensor } from "onnxruntime-node";
import { messageOf } from "../errors.ts";
import { type Flip, flipSamples } from "./flips.ts";
import type { AnswerMemory, InferenceResult, InferenceTask, WorkerSetup } from "./inference-task.ts";
import { inputDims, inputTensorData, type TensorSamples } from "./input-tensor.ts";
import { type ModelRun, ModelSession } from "./model-session.ts";

const setup = setupOf(workerData);
const { card } = setup;
let session: Promise<ModelSession> | undefined;
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
  session ??= ModelSession.open({ ...setup, side: task.width });
  const ready = await session;
  const batch = ready.fixedBatch;
  if (batch !== null && batch !== task.batch) return { kind: "fixed-batch", batch };
  const shown = (flip: Flip) =>
    new Tensor(card.input.dtype, inputValues(task, flip), inputDims(card.input, task.batch, task));
  const run = await ready.run(shown, { batch: task.batch, side: task.width });
  const failures = task.answers.map((memory, i) => read(run, i, memory));
  return { kind: "answers", failures, seconds: run.seconds };
}

/** Reads a chip's answer; the reason where it is of no use, else null. */
function read(run: ModelRun, index: number, memory: AnswerMemory): string | null {
  try {
    run.read(index, memory);
    return null;
  } catch (error) {
    return messageOf(error);
  }
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

/** Piscina wraps the pool's workerData in an array behind its own. */
function setupOf(data: unknown): WorkerSetup {
  return (Array.isArray(data) ? data[1] : data) as WorkerSetup;
}
