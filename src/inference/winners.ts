import { createKernels, type Kernels } from "../kernels/kernels.ts";

/** The winning class of each cell, by its id, and its score in percent (0–100, rounded). */
export interface Winners {
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
}

/** Cells that are looked at together: their scores stay in the processor's cache. */
const CELLS = 16_384;
const FLOAT = 4;

/** Kernels for so many classes. */
interface Finder {
  readonly classes: number;
  readonly kernels: Kernels<"ids" | "scores" | "labels" | "confidence">;
  /** [classes][CELLS]. */
  readonly scores: Float32Array;
}

let latest: Finder | null = null;

/**
 * Finds the winners of cells `from` to `to` of scores [classes][cells], ties to the first class, what is negative as zero, and puts
 * them into `winners` from place `at` on.
 */
export function findWinners(
  scores: Float32Array,
  classIds: Uint8Array,
  { labels, confidence }: Winners,
  { from, to, at }: { readonly from: number; readonly to: number; readonly at: number },
): void {
  const classes = classIds.length;
  const cells = scores.length / classes;
  latest = latest?.classes === classes ? latest : createFinder(classes);
  const { run, at: place, bytes } = latest.kernels;
  bytes.ids.set(classIds);
  run.setClasses(place.ids, classes);
  for (let start = from; start < to; start += CELLS) {
    const count = Math.min(CELLS, to - start);
    for (let k = 0; k < classes; k++) {
      const plane = k * cells + start;
      latest.scores.set(scores.subarray(plane, plane + count), k * CELLS);
    }
    run.findWinners(place.scores, FLOAT * CELLS, classes, count, place.labels, place.confidence);
    labels.set(bytes.labels.subarray(0, count), at + start - from);
    confidence.set(bytes.confidence.subarray(0, count), at + start - from);
  }
}

function createFinder(classes: number): Finder {
  const length = classes * CELLS;
  const kernels = createKernels({ ids: classes, scores: FLOAT * length, labels: CELLS, confidence: CELLS });
  const scores = new Float32Array(kernels.bytes.scores.buffer, kernels.at.scores, length);
  return { classes, kernels, scores };
}
