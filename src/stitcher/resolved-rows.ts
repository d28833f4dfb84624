import { memory } from "./chip-slots.ts";

/** Rows of finished answers: class id per pixel and the winner's score in percent (0–100). The next rows overwrite them. */
export interface ResolvedRows {
  readonly rows: number;
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
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
    return new Uint8Array(memory(length, this.#isShared));
  }
}
