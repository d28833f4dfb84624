import type { Window } from "../geo/window.ts";
import { findWinners, type Winners } from "../inference/winners.ts";
import type { Scores } from "./chip-blender.ts";

/** Rows of finished answers: class id per pixel and the winner's score in percent (0–100). The next rows overwrite them. */
export interface ResolvedRows {
  readonly rows: number;
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
}

/** What a resolver keeps from one row of chips to the next: the last row of cells and where the pixels go on. */
export interface ResolverState {
  /** [classes][columns]. */
  readonly cells: Float32Array;
  readonly cellRow: number;
  readonly pixelRow: number;
}

/** Size of a chip in cells. */
export interface ChipCells {
  readonly width: number;
  readonly height: number;
}

/** The answer of a chip by itself, which stands from a column and a row of it on: before them it is blended with other chips. */
export interface OwnAnswer {
  /** [height][width] of the chip. */
  readonly winners: Winners;
  readonly fromCol: number;
  readonly fromRow: number;
}

/** Turns blended scores into labels: one row of chips at a time. */
export interface Resolver {
  /** Takes the owned cells of a chip; `owned` is in cells, `chip` the size of the planes in `scores`. */
  accept(scores: Scores, owned: Window, chip: ChipCells, own: OwnAnswer | null): void;
  /** The pixel rows that are final when a row of chips is complete; `last` when no more will come. No chip may be taken meanwhile. */
  endOfRow(last: boolean): Promise<ResolvedRows>;
  /** What must be kept between two rows of chips; null for nothing. */
  state(): ResolverState | null;
  /** Goes on from a state; called before the first chip. */
  resume(state: ResolverState): void;
}

/** Memory for resolved rows, taken again and again: large arrays that come and go cost the garbage collector dearly. */
export class RowBuffers {
  readonly #width: number;
  readonly #isShared: boolean;
  #labels: Uint8Array = new Uint8Array(0);
  #confidence: Uint8Array = new Uint8Array(0);

  /** `isShared`: other threads see them too. */
  constructor(width: number, isShared: boolean) {
    this.#width = width;
    this.#isShared = isShared;
  }

  /** Rows of any content; they share their memory with those taken before. */
  take(rows: number): ResolvedRows {
    const length = rows * this.#width;
    if (this.#labels.length < length) {
      this.#labels = this.#bytes(length);
      this.#confidence = this.#bytes(length);
    }
    return {
      rows,
      labels: this.#labels.subarray(0, length),
      confidence: this.#confidence.subarray(0, length),
    };
  }

  #bytes(length: number): Uint8Array {
    return new Uint8Array(this.#isShared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
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
    this.#buffers = new RowBuffers(width, false);
    this.#resolved = this.#buffers.take(0);
  }

  accept(scores: Scores, owned: Window, { width }: ChipCells, own: OwnAnswer | null): void {
    if (owned.col === 0) this.#resolved = this.#buffers.take(owned.height);
    const { labels, confidence } = this.#resolved;
    for (let row = 0; row < owned.height; row++) {
      const [start, at] = [row * width, row * this.#width + owned.col];
      const blended = own === null || row < own.fromRow ? owned.width : Math.min(own.fromCol, owned.width);
      findWinners(scores, this.#classIds, this.#resolved, { from: start, to: start + blended, at });
      if (own === null || blended === owned.width) continue;
      const { winners } = own;
      labels.set(winners.labels.subarray(start + blended, start + owned.width), at + blended);
      confidence.set(winners.confidence.subarray(start + blended, start + owned.width), at + blended);
    }
  }

  async endOfRow(): Promise<ResolvedRows> {
    return this.#resolved;
  }

  state(): null {
    return null;
  }

  resume(): void {
    // a row of pixels needs nothing of the rows before it
  }
}
