import type { SampleArray } from "../scene/raster-block.ts";
import type { Flip } from "./flips.ts";
import type { ModelCard } from "./model-card.ts";
import type { Overlap } from "./reduced-model.ts";
import type { Winners } from "./winners.ts";

/** What every worker of a pool is given. */
export interface WorkerSetup {
  readonly modelPath: string;
  readonly card: ModelCard;
  readonly executionProvider: "cpu" | "cuda" | "webgpu";
  /** What each chip is shown as, one after the other, at last as it is: its scores are the mean over these. */
  readonly flips: readonly Flip[];
  /** Where the scores of a model that answers for every pixel are asked for: in the overlaps. Null: everywhere. */
  readonly overlap: Overlap | null;
}

/** Where the answer to a chip goes. */
export interface AnswerMemory {
  /** Probabilities, [classes][height/stride][width/stride]. */
  readonly scores: Float32Array;
  /** What wins by them, for a model that answers for every pixel: found where the scores are still at hand. Else null. */
  readonly winners: Winners | null;
}

/** Chips for one run of the model, all in memory that is shared with the worker. */
export interface InferenceTask {
  /** Interleaved samples of height · width · bands, one array a chip. */
  readonly chips: readonly SampleArray[];
  readonly width: number;
  readonly height: number;
  /** Chips that the tensor holds, at least those given: always the same shape, so that a chip's answer does not depend on its company. */
  readonly batch: number;
  /** One a chip. */
  readonly answers: readonly AnswerMemory[];
}

/** How a run of the model went. */
export type InferenceResult =
  | {
      readonly kind: "answers";
      /** Per chip, why it has no scores; null where it has. */
      readonly failures: readonly (string | null)[];
      /** Seconds inside the inference session. */
      readonly seconds: number;
    }
  /** The graph takes only batches of this size: nothing was run. */
  | { readonly kind: "fixed-batch"; readonly batch: number }
  /** The runtime's own message: no chip has scores. */
  | { readonly kind: "failed"; readonly message: string };
