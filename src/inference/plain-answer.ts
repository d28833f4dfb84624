import { Tensor } from "onnxruntime-node";
import { addFlipped, type Flip } from "./flips.ts";
import type { AnswerMemory } from "./inference-task.ts";
import type { ModelCard } from "./model-card.ts";
import { scoresOf } from "./output-scores.ts";
import { findWinners } from "./winners.ts";

/** What a model answered, by its own output, for a batch of chips of `side` px. */
export interface PlainRun {
  /** One for each flip. */
  readonly outputs: readonly Tensor[];
  readonly flips: readonly Flip[];
  readonly batch: number;
  readonly side: number;
  readonly card: ModelCard;
}

/** Puts the answer to a chip of the batch into its memory, the mean over the flips. Throws Error as scoresOf does. */
export function readPlain(
  { outputs, flips, batch, side, card }: PlainRun,
  index: number,
  { scores, winners }: AnswerMemory,
): void {
  const cells = side / card.output.stride;
  const size = { width: cells, height: cells };
  const own = outputs.map((output) => chipOf(output, index, batch));
  if (own.length === 1) scoresOf(own[0]!, card, size, scores);
  else {
    scores.fill(0);
    for (const [i, flip] of flips.entries()) {
      const found = scoresOf(own[i]!, card, size);
      for (let at = 0; at < found.length; at++) found[at]! /= flips.length;
      addFlipped(scores, found, size, flip);
    }
  }
  if (winners === null) return;
  const classIds = Uint8Array.from(card.classes, ({ id }) => id);
  findWinners(scores, classIds, winners, { from: 0, to: winners.labels.length, at: 0 });
}

/** The part of an output that answers one chip of the batch, as a tensor of batch 1. */
function chipOf(output: Tensor, index: number, batch: number): Tensor {
  if (batch === 1 || output.dims[0] !== batch) return output;
  const data = output.data as Float32Array;
  const length = data.length / batch;
  const part = data.subarray(index * length, (index + 1) * length);
  return new Tensor(output.type as "float32", part, [1, ...output.dims.slice(1)]);
}
