import type { Window } from "../geo/window.ts";
import type { Scores } from "./chip-blender.ts";

/** Rows of finished answers: class id per pixel and the winner's score in percent (0–100). The next rows overwrite them. */
export interface ResolvedRows {
  readonly rows: number;
  readonly labels: Uint8Array<ArrayBuffer>;
  readonly confidence: Uint8Array<ArrayBuffer>;
}

/** What a resolver keeps from one row of chips to the next: the last row of cells and where the pixels go on. */
export interface ResolverState {
  readonly cells: Float32Array;
  /** The winning class of each of them. */
  readonly winners: Uint8Array;
  readonly cellRow: number;
  readonly pixelRow: number;
}

/** Turns blended scores into labels: one row of chips at a time. */
export interface Resolver {
  /** Takes the owned cells of a chip; `owned` is in cells, `chipWidth` and `chipHeight` the size of the planes in `scores`. */
  accept(scores: Scores, owned: Window, chip: { readonly width: number; readonly height: number }): void;
  /** The pixel rows that are final when a row of chips is complete; `last` when no more will come. */
  endOfRow(last: boolean): ResolvedRows;
  /** What must be kept between two rows of chips; null for nothing. */
  state(): ResolverState | null;
  /** Goes on from a state; called before the first chip. */
  resume(state: ResolverState): void;
}

/** Percent of a probability, 0–100, rounded. */
export function percent(score: number): number {
  return (score * 100 + 0.5) | 0;
}

/** The bits of a float, of zero where it is negative. */
function positive(bits: number): number {
  return bits & ~(bits >> 31);
}

/** Memory for resolved rows, taken again and again: large arrays that come and go cost the garbage collector dearly. */
export class RowBuffers {
  readonly #width: number;
  #labels = new Uint8Array(0);
  #confidence = new Uint8Array(0);

  constructor(width: number) {
    this.#width = width;
  }

  /** Rows of any content; they share their memory with those taken before. */
  take(rows: number): ResolvedRows {
    const length = rows * this.#width;
    if (this.#labels.length < length) {
      this.#labels = new Uint8Array(length);
      this.#confidence = new Uint8Array(length);
    }
    return {
      rows,
      labels: this.#labels.subarray(0, length),
      confidence: this.#confidence.subarray(0, length),
    };
  }
}

/** For models that answer for every pixel: the class with the highest score, ties to the first. */
export class PixelResolver implements Resolver {
  readonly #width: number;
  readonly #classIds: Uint8Array;
  readonly #buffers: RowBuffers;
  #resolved: ResolvedRows;

  constructor({ width, classIds }: { readonly width: number; readonly classIds: Uint8Array }) {
    this.#width = width;
    this.#classIds = classIds;
    this.#buffers = new RowBuffers(width);
    this.#resolved = this.#buffers.take(0);
  }

  accept(scores: Scores, owned: Window, chip: { readonly width: number; readonly height: number }): void {
    if (owned.col === 0) this.#resolved = this.#buffers.take(owned.height);
    const { labels, confidence } = this.#resolved;
    const classIds = this.#classIds;
    const classes = classIds.length;
    const plane = chip.width * chip.height;
    const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length);
    for (let row = 0; row < owned.height; row++) {
      let target = row * this.#width + owned.col;
      const start = row * chip.width;
      for (let cell = start; cell < start + owned.width; cell++, target++) {
        // numbers that are not negative rank as their bits do; without a branch, whose outcome in a city nobody can guess
        let best = 0;
        let bestBits = positive(bits[cell]!);
        for (let k = 1, at = cell + plane; k < classes; k++, at += plane) {
          const behind = (bestBits - positive(bits[at]!)) | 0;
          const isBetter = behind >> 31;
          bestBits = (bestBits - (behind & isBetter)) | 0;
          best ^= (best ^ k) & isBetter;
        }
        labels[target] = classIds[best]!;
        confidence[target] = percent(scores[best * plane + cell]!);
      }
    }
  }

  endOfRow(): ResolvedRows {
    return this.#resolved;
  }

  state(): null {
    return null;
  }

  resume(): void {
    // a row of pixels needs nothing of the rows before it
  }
}
