import { open } from "node:fs/promises";
import { InferenceSession } from "onnxruntime-node";
import { messageOf } from "../errors.ts";
import type { WorkerSetup } from "./inference-task.ts";
import { loadingFault } from "./loading-fault.ts";
import type { ModelCard } from "./model-card.ts";
import { reducedModel } from "./reduced-model.ts";

/** What a session is opened for: chips of `side` px; those of another size are not reduced. */
export interface SessionSetup extends Omit<WorkerSetup, "flips"> {
  readonly side: number;
}

/**
 * On a GPU it always does: all scores would cross the bus. On the CPU there is none. Logits are reduced there too: 6 ms for 512 px and five
 * classes, where softmax in JavaScript takes 18. Probabilities are looked at as they come: that takes 1.4 ms, the graph's nodes would take 5.
 */
function pays({ output }: ModelCard, provider: WorkerSetup["executionProvider"]): boolean {
  return output.stride === 1 && (output.kind === "logits" || provider !== "cpu");
}

/**
 * A session of the reduced model. Null where it cannot be reduced, or the runtime does not take it so: what is wrong with the model itself
 * is told when it is loaded as it is.
 */
export async function loadReduced(setup: SessionSetup) {
  const { modelPath, card, executionProvider, side, overlap } = setup;
  if (overlap === null || !pays(card, executionProvider)) return null;
  const file = await readWithRoom(modelPath).catch(() => null);
  if (file === null) return null;
  const { bytes, size } = file;
  const model = reducedModel(bytes.subarray(0, size), { card, side, overlap });
  if (model === null || model.nodes.length > ROOM) return null;
  bytes.set(model.nodes, size);
  const session = await loadGraph(bytes.subarray(0, size + model.nodes.length), setup).catch(() => null);
  return session === null ? null : { model, session };
}

/** Bytes that may be appended to a model. */
const ROOM = 1 << 16;

/** A model's bytes, once, with room behind them: models are large. Throws RangeError past 2 GiB, which ONNX Runtime does not take as bytes. */
async function readWithRoom(path: string): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size + ROOM >= 2 ** 31) throw new RangeError(`${path} has ${size} bytes`);
    const bytes = Buffer.allocUnsafe(size + ROOM);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return { bytes, size: bytesRead };
  } finally {
    await file.close();
  }
}

/** One thread a session: workers scale exactly, threads inside a session do not (one worker a core). */
export async function loadGraph(
  model: string | Uint8Array,
  { executionProvider }: SessionSetup,
): Promise<InferenceSession> {
  const options = {
    executionProviders: [executionProvider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  } as const;
  try {
    return await (typeof model === "string"
      ? InferenceSession.create(model, options)
      : InferenceSession.create(model, options));
  } catch (cause) {
    throw new Error(`not an ONNX model that can be loaded: ${loadingFault(messageOf(cause))}`, { cause });
  }
}
