import type { Tensor } from "onnxruntime-node";
import type { AnswerMemory } from "./inference-task.ts";
import type { ModelCard } from "./model-card.ts";
import { checkSum } from "./output-scores.ts";
import type { Overlap, ReducedModel, ReducedStrips } from "./reduced-model.ts";
import { SCORE_LEVELS } from "./reduced-nodes.ts";
import type { Winners } from "./winners.ts";

/** What a reduced model answered for a batch of chips of `side` px. */
export interface ReducedRun {
  /** Of the last look at the chips. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** The sums of each look. */
  readonly sums: readonly Tensor[];
  readonly names: Omit<ReducedModel, "nodes">;
  readonly batch: number;
  readonly side: number;
  readonly overlap: Overlap;
  readonly card: ModelCard;
}

/**
 * Puts the answer to a chip of the batch into its memory: what wins, and the scores in the overlaps; those of the interior, which nobody
 * needs, stay what they were. Throws Error where the answer is not a number or no probabilities, as scoresOf does.
 */
export function readReduced(run: ReducedRun, index: number, { scores, winners }: AnswerMemory): void {
  const { outputs, names, side, overlap, card } = run;
  const size = { classes: card.classes.length, cells: side * side };
  for (const look of run.sums) {
    const sums = partOf<Float32Array>(look, run.batch, index);
    checkSum(
      sums.reduce((sum, each) => sum + each),
      card.output.kind,
      size,
    );
  }
  const codes = partOf<Int32Array>(outputs[names.codes]!, run.batch, index);
  const ids = Uint8Array.from(card.classes, ({ id }) => id);
  readWinners(codes, ids, winners!);
  if (names.strips !== null) readStrips(run, names.strips, index, scores);
  else if (overlap.px > 0) letWinnersStand(winners!, { ids, side, px: overlap.px }, scores);
}

/** Outputs to ask for: of the last look what a map needs, of those before what is handed on. */
export function wantedOutputs(names: ReducedRun["names"], isLast: boolean): readonly string[] {
  return isLast ? [names.codes, names.sums, ...stripsOf(names)] : [names.sums, names.mean!.sum];
}

function stripsOf({ strips }: ReducedRun["names"]): readonly string[] {
  return strips === null ? [] : [strips.rows, strips.columns];
}

/** Whether the outputs have the shapes that the card promises. */
export function hasReducedShapes(run: ReducedRun): boolean {
  const { outputs, names, batch, side, card } = run;
  const length = (name: string): number => outputs[name]!.data.length / batch;
  const strip = card.classes.length * run.overlap.px * side;
  const half = Math.ceil(side / 2) * side;
  if (length(names.sums) !== card.classes.length || length(names.codes) !== half) return false;
  return stripsOf(names).every((name) => length(name) === strip);
}

function partOf<T extends Int32Array | Float32Array>(output: Tensor, batch: number, index: number): T {
  const data = output.data as T;
  const length = data.length / batch;
  return data.subarray(index * length, (index + 1) * length) as T;
}

/** Both halves of the chip from words of two codes: see addCodes. */
function readWinners(codes: Int32Array, classIds: Uint8Array, { labels, confidence }: Winners): void {
  const lower = labels.length - codes.length;
  const ids = idsByRank(classIds);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    labels[i] = ids[code & 255]!;
    confidence[i] = (code >> 8) & 255;
    labels[lower + i] = ids[(code >> 16) & 255]!;
    confidence[lower + i] = code >> 24;
  }
}

function idsByRank(classIds: Uint8Array): Uint8Array {
  return Uint8Array.from(
    { length: 256 },
    (_, rank) => classIds[(classIds.length - rank) % classIds.length] ?? 0,
  );
}

function readStrips(
  { outputs, batch, side, overlap: { px } }: ReducedRun,
  { rows, columns }: ReducedStrips,
  index: number,
  scores: Float32Array,
): void {
  const [across, down] = [rows, columns].map((name) => partOf<Int32Array>(outputs[name]!, batch, index));
  const classes = scores.length / side / side;
  const step = 1 / SCORE_LEVELS;
  for (let k = 0; k < classes; k++) {
    const top = k * side * side;
    const bottom = top + (side - px) * side;
    const from = k * px * side;
    for (let i = 0; i < px * side; i++) {
      const pair = across![from + i]!;
      scores[top + i] = (pair & 0xffff) * step;
      scores[bottom + i] = (pair >> 16) * step;
    }
    for (let row = 0; row < side; row++) {
      const left = top + row * side;
      const right = left + side - px;
      for (let i = 0; i < px; i++) {
        const pair = down![from + row * px + i]!;
        scores[left + i] = (pair & 0xffff) * step;
        scores[right + i] = (pair >> 16) * step;
      }
    }
  }
}

/**
 * Where one chip's answer stands in an overlap and the other's weighs nothing, any scores do that have the same winner and percent: the
 * winner's alone, a quarter percent above its own, so that it is above zero and yet rounded to it.
 */
function letWinnersStand(
  { labels, confidence }: Winners,
  { ids, side, px }: { readonly ids: Uint8Array; readonly side: number; readonly px: number },
  scores: Float32Array,
): void {
  const cells = side * side;
  const places = new Uint8Array(256);
  for (const [place, id] of ids.entries()) places[id] = place;
  for (let row = 0; row < side; row++) {
    const isWhole = row < px || row >= side - px;
    for (let col = 0; col < side; col++) {
      if (!isWhole && col === px) col = side - px;
      const cell = row * side + col;
      for (let at = cell; at < scores.length; at += cells) scores[at] = 0;
      scores[places[labels[cell]!]! * cells + cell] = (confidence[cell]! + 0.25) / 100;
    }
  }
}
