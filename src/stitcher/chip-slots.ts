import { copyBytes } from "../copy-bytes.ts";
import type { Winners } from "../inference/winners.ts";
import { bytesOf } from "../kernels/kernels.ts";
import type { OwnWinners } from "./chip-row.ts";

/** What the number of slots depends on. */
export interface SlotFacts {
  /** Chips in a row of the lattice. */
  readonly count: number;
  /** Of a chip's answer. */
  readonly classes: number;
  readonly cells: number;
  /** Px per cell, per side. */
  readonly stride: number;
  /** Threads that resolve them; 0 where the stitcher's own does. */
  readonly threads: number;
}

/** Scores that are resolved together (bytes): they stay in a processor's cache, and what a call of a thread costs does not count. */
const GROUP_BYTES = 2 ** 21;
const FLOAT = 4;

/**
 * How many chips are resolved together, and how many there is room for at a time. A group is read with the `before` chips before it and,
 * where there are pixels between cells, with the one behind it: the column of cells on its left may itself lie where two chips overlap.
 * While each thread works on a group, the next is gathered.
 */
export function planSlots({ count, classes, cells, stride, threads }: SlotFacts): {
  readonly group: number;
  readonly slots: number;
  readonly before: number;
} {
  const share = Math.ceil(count / Math.max(1, threads));
  const group = Math.max(1, Math.min(share, Math.floor(GROUP_BYTES / (FLOAT * classes * cells))));
  const [before, behind] = stride === 1 ? [1, 0] : [2, 1];
  return { group, slots: Math.min(count, (threads + 1) * group + before + behind), before };
}

/** Bytes that a slot takes: scores, and for answers to every pixel what wins by them. */
export function slotBytes({
  classes,
  cells,
  stride,
}: Pick<SlotFacts, "classes" | "cells" | "stride">): number {
  return FLOAT * classes * cells + (stride === 1 ? 2 * cells : 0);
}

/** Room for the answers of some chips: that of chip i of a row is in slot i % count until another one is put there. */
export class ChipSlots {
  readonly count: number;
  /** [count][classes][cells]. */
  readonly scores: Float32Array;
  /** Null for answers of several pixels. */
  readonly own: OwnWinners | null;

  constructor(count: number, { classes, cells, stride, threads }: SlotFacts) {
    const isShared = threads > 0;
    this.count = count;
    this.scores = new Float32Array(memory(FLOAT * count * classes * cells, isShared));
    const bytes = (length: number): Uint8Array => new Uint8Array(memory(length, isShared));
    this.own =
      stride === 1
        ? { labels: bytes(count * cells), confidence: bytes(count * cells), known: bytes(count) }
        : null;
  }

  /** Copies the answer for chip `i` of a row in; a chip without scores has none for any class. */
  put(i: number, scores: Float32Array | null, winners: Winners | null): void {
    const slot = i % this.count;
    const length = this.scores.length / this.count;
    if (scores === null) this.scores.fill(0, slot * length, (slot + 1) * length);
    else copyBytes(bytesOf(this.scores), FLOAT * slot * length, bytesOf(scores));
    if (this.own === null) return;
    this.own.known[slot] = winners === null ? 0 : 1;
    if (winners === null) return;
    copyBytes(this.own.labels, slot * winners.labels.length, winners.labels);
    copyBytes(this.own.confidence, slot * winners.confidence.length, winners.confidence);
  }
}

/** Bytes, all zero; `isShared`: other threads see them too. */
export function memory(bytes: number, isShared: boolean): ArrayBuffer | SharedArrayBuffer {
  return isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
}
