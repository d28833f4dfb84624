import { percent, type ResolvedRows } from "./resolve.ts";

/** Scores along a line of pixels between two cell centres: they change linearly from one end to the other. */
export class ScoreLine {
  /** Per class: the scores at both ends. The caller fills them in. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly #classIds: Uint8Array;
  /** Where the pixels lie: 0 at the first end, towards 1 at the last. */
  readonly #fractions: Float64Array;

  constructor(classIds: Uint8Array, fractions: Float64Array) {
    this.first = new Float64Array(classIds.length);
    this.last = new Float64Array(classIds.length);
    this.#classIds = classIds;
    this.#fractions = fractions;
  }

  /**
   * Labels and confidence of the pixels `start` to `end`: one of the winners at the two ends wins, unless a third class
   * is higher than both are where they meet. Without a branch in the loop, for which of the two it is cannot be foreseen.
   */
  resolve(start: number, end: number, resolved: ResolvedRows): void {
    const first = this.first;
    const last = this.last;
    const from = highest(first);
    const to = highest(last);
    const lead = first[from]! - first[to]!;
    const meeting = from === to ? 1 : lead / (lead + last[to]! - last[from]!);
    const level = first[from]! + (last[from]! - first[from]!) * meeting;
    for (let k = 0; k < first.length; k++) {
      if (k === from || k === to || (first[k]! <= level && last[k]! <= level)) continue;
      this.#resolveEach(start, end, resolved);
      return;
    }
    const classIds = this.#classIds;
    const stride = this.#fractions.length;
    const { labels, confidence } = resolved;
    const id = classIds[from]!;
    const change = classIds[to]! - id;
    const fall = (last[from]! - first[from]!) / stride;
    const rise = (last[to]! - first[to]!) / stride;
    const offset = this.#fractions[0]! * stride;
    let held = first[from]! + fall * offset;
    let rising = first[to]! + rise * offset;
    for (let pixel = start; pixel < end; pixel++) {
      labels[pixel] = id + change * Number(rising > held);
      confidence[pixel] = percent(Math.max(held, rising));
      held += fall;
      rising += rise;
    }
  }

  /** The same, every class at every pixel. */
  #resolveEach(start: number, end: number, { labels, confidence }: ResolvedRows): void {
    const first = this.first;
    const last = this.last;
    for (let pixel = start; pixel < end; pixel++) {
      const fraction = this.#fractions[pixel - start]!;
      let best = 0;
      let bestScore = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < first.length; k++) {
        const score = first[k]! + (last[k]! - first[k]!) * fraction;
        if (score > bestScore) {
          best = k;
          bestScore = score;
        }
      }
      labels[pixel] = this.#classIds[best]!;
      confidence[pixel] = percent(bestScore);
    }
  }
}

/** The index of the highest score, the first among equals. */
function highest(scores: Float64Array): number {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k]! > scores[best]!) best = k;
  return best;
}

/** Pixels of one class whose score rises by `step` from one to the next. Written four at a time: this loop is the stitcher's hottest. */
export function ramp(
  { labels, confidence }: ResolvedRows,
  start: number,
  end: number,
  id: number,
  score: number,
  step: number,
): void {
  const percentStep = step * 100;
  let value = score * 100 + 0.5;
  let pixel = start;
  for (; pixel + 4 <= end; pixel += 4, value += 4 * percentStep) {
    labels[pixel] = id;
    labels[pixel + 1] = id;
    labels[pixel + 2] = id;
    labels[pixel + 3] = id;
    confidence[pixel] = value | 0;
    confidence[pixel + 1] = (value + percentStep) | 0;
    confidence[pixel + 2] = (value + 2 * percentStep) | 0;
    confidence[pixel + 3] = (value + 3 * percentStep) | 0;
  }
  for (; pixel < end; pixel++, value += percentStep) {
    labels[pixel] = id;
    confidence[pixel] = value | 0;
  }
}
