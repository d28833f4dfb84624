import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { type DeepnessKeys, deepnessKeys } from "./deepness.ts";
import { DEFAULT_SIDE } from "./derive-card.ts";
import { loadingFault } from "./loading-fault.ts";
import { readOnnxMetadata } from "./onnx-metadata.ts";
import type { Trial, TrialOptions } from "./try-model.ts";

const TRIAL = fileURLToPath(new URL("../../dist/inference/model-trial.js", import.meta.url));
const TRIAL_SECONDS = 120;
const MAX_OUTPUT_BYTES = 1 << 24;

/** What a model file tells without a card. */
export interface BareFacts {
  readonly metadata: ReadonlyMap<string, string>;
  /** Its settings for the QGIS plugin Deepness; null where it has none. */
  readonly keys: DeepnessKeys | null;
}

/** Reads the metadata of a model file; the graph is not loaded. Throws UserError "bad-metadata". */
export async function bareFacts(path: string): Promise<BareFacts> {
  const metadata = await readOnnxMetadata(path);
  return { metadata, keys: deepnessKeys(path, metadata) };
}

/** How a model without a card is tried. */
export function trialOptions(keys: DeepnessKeys | null): TrialOptions {
  return { side: keys?.tilesSize ?? DEFAULT_SIDE, mean: keys?.mean ?? null, std: keys?.std ?? null };
}

/** Lets a model answer a chip in a process of its own: a hostile one may loop for ever. Throws UserError "bad-model". */
export async function trialOf(path: string, options: TrialOptions): Promise<Trial> {
  const answer = await runTrial(path, options);
  if (typeof answer !== "string") return answer;
  throw new UserError(
    "bad-model",
    `${path}: ${answer}.`,
    "Get the file again, or choose another model with -m.",
  );
}

/** The trial, or why there is none. */
function runTrial(path: string, options: TrialOptions): Promise<Trial | string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [TRIAL, path, JSON.stringify(options)],
      { timeout: TRIAL_SECONDS * 1000, killSignal: "SIGKILL", maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout) => {
        if (error?.killed === true) return resolve(`it did not answer a chip in ${TRIAL_SECONDS} s`);
        if (error !== null)
          return resolve(`trying it failed (${error.signal ?? error.code ?? error.message})`);
        const result = JSON.parse(stdout) as Trial | { readonly error: string };
        resolve(
          "error" in result ? `not an ONNX model that can be loaded: ${loadingFault(result.error)}` : result,
        );
      },
    );
  });
}
