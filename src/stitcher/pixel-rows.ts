import type { ResolvedRows } from "./resolve.ts";

/** Bytes of a word: pixels that are written at a time. */
const WORD = 4;
/** A byte in every place of a word. */
const EVERY = 0x01010101;

/** A cell of the model's answer: its side, and where its centre is from its first pixel (px). */
export interface CellSize {
  readonly stride: number;
  readonly centre: number;
}

/**
 * The pixel rows between two rows of cell centres. They lie in memory so that the pixels from a centre on fill whole words (of
 * little-endian machines, as Node's are), which are written at once: these loops are the stitcher's hottest.
 */
export class PixelRows {
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
  readonly #labelWords: Uint32Array;
  readonly #confidenceWords: Uint32Array;
  readonly #width: number;
  /** Bytes from one row to the next, and before the first pixel. */
  readonly #pitch: number;
  readonly #pad: number;

  constructor(width: number, { stride, centre }: CellSize) {
    this.#width = width;
    this.#pad = (WORD - (centre % WORD)) % WORD;
    this.#pitch = Math.ceil((this.#pad + width) / WORD) * WORD;
    this.labels = new Uint8Array(this.#pitch * stride);
    this.confidence = new Uint8Array(this.#pitch * stride);
    this.#labelWords = new Uint32Array(this.labels.buffer);
    this.#confidenceWords = new Uint32Array(this.confidence.buffer);
  }

  /** Where a pixel lies in `labels` and `confidence`. */
  at(row: number, col: number): number {
    return row * this.#pitch + this.#pad + col;
  }

  /** Pixels `start` to `end` of one class whose score begins with `first` and changes by `step` from one to the next. */
  fill(start: number, end: number, id: number, first: number, step: number): void {
    const word = Math.imul(id, EVERY);
    const { labels, confidence } = this;
    let pixel = start;
    let value = first * 100 + 0.5;
    const change = step * 100;
    if ((start & 3) === 0) {
      const labelWords = this.#labelWords;
      const confidenceWords = this.#confidenceWords;
      for (; pixel + WORD <= end; pixel += WORD, value += 4 * change) {
        labelWords[pixel >> 2] = word;
        confidenceWords[pixel >> 2] =
          value | ((value + change) << 8) | ((value + 2 * change) << 16) | ((value + 3 * change) << 24);
      }
    }
    for (; pixel < end; pixel++, value += change) {
      labels[pixel] = id;
      confidence[pixel] = value;
    }
  }

  /** Pixels `start` to `end`, each of that of two classes whose score is higher: the first one's where they are equal. */
  duel(
    start: number,
    end: number,
    id: number,
    otherId: number,
    first: number,
    step: number,
    otherFirst: number,
    otherStep: number,
  ): void {
    const { labels, confidence } = this;
    const change = otherId - id;
    let pixel = start;
    let a = first * 100 + 0.5;
    let b = otherFirst * 100 + 0.5;
    const rise = step * 100;
    const otherRise = otherStep * 100;
    if ((start & 3) === 0) {
      const labelWords = this.#labelWords;
      const confidenceWords = this.#confidenceWords;
      const word = Math.imul(id, EVERY);
      for (; pixel + WORD <= end; pixel += WORD, a += 4 * rise, b += 4 * otherRise) {
        const [a1, a2, a3] = [a + rise, a + 2 * rise, a + 3 * rise];
        const [b1, b2, b3] = [b + otherRise, b + 2 * otherRise, b + 3 * otherRise];
        const won =
          Number(b > a) | (Number(b1 > a1) << 8) | (Number(b2 > a2) << 16) | (Number(b3 > a3) << 24);
        labelWords[pixel >> 2] = word + Math.imul(won, change);
        confidenceWords[pixel >> 2] =
          Math.max(a, b) | (Math.max(a1, b1) << 8) | (Math.max(a2, b2) << 16) | (Math.max(a3, b3) << 24);
      }
    }
    for (; pixel < end; pixel++, a += rise, b += otherRise) {
      labels[pixel] = id + change * Number(b > a);
      confidence[pixel] = Math.max(a, b);
    }
  }

  /** Copies the first rows to others, from row `row` of those on. */
  copyTo(resolved: ResolvedRows, row: number, rows: number): void {
    const width = this.#width;
    for (let i = 0; i < rows; i++) {
      const start = this.at(i, 0);
      resolved.labels.set(this.labels.subarray(start, start + width), (row + i) * width);
      resolved.confidence.set(this.confidence.subarray(start, start + width), (row + i) * width);
    }
  }
}
