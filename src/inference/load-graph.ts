import { dirname } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { messageOf } from "../errors.ts";
import type { WorkerSetup } from "./inference-task.ts";
import { loadingFault } from "./loading-fault.ts";
import type { ModelCard } from "./model-card.ts";

/** What a session is opened for: chips of `side` px; those of another size are not reduced. */
export interface SessionSetup extends WorkerSetup {
  readonly side: number;
}

/** One thread a session: workers scale exactly, threads inside a session do not (one worker a core). */
export async function loadGraph(
  model: string | Uint8Array,
  { executionProvider, modelPath }: SessionSetup,
): Promise<InferenceSession> {
  const options = {
    executionProviders: [executionProvider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // where weights in files of their own lie, if the model is given as bytes
    extra: { session: { model_external_initializers_file_folder_path: dirname(modelPath) } },
  } as const;
  try {
    return await (typeof model === "string"
      ? InferenceSession.create(model, options)
      : InferenceSession.create(model, options));
  } catch (cause) {
    throw new Error(`not an ONNX model that can be loaded: ${loadingFault(messageOf(cause))}`, { cause });
  }
}

/** The batch that a graph is frozen to; null where it takes any. */
export function fixedBatchOf(
  { inputNames, inputMetadata }: InferenceSession,
  card: ModelCard,
): number | null {
  const { name } = card.input;
  const input = inputMetadata[name === undefined ? 0 : inputNames.indexOf(name)];
  const batch = input?.isTensor === true ? input.shape[0] : undefined;
  return typeof batch === "number" && batch > 0 ? batch : null;
}
