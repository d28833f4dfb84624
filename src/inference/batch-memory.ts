import type { SampleArray } from "../scene/raster-block.ts";
import type { LoadedChips } from "./batch-runner.ts";

/** Size of a chip in px, and the scores that it has. */
export interface ChipSize {
  readonly width: number;
  readonly height: number;
  /** Scores of one chip: classes · cells. */
  readonly scores: number;
}

/**
 * Memory shared with the workers for a batch of chips and their scores, used again for the next one: no chip allocates any, and a
 * worker that dies takes none with it. Grows when a batch needs more.
 */
export class BatchMemory {
  #samples = new SharedArrayBuffer(0);
  #scores = new SharedArrayBuffer(0);

  /** Copies the chips' samples, which are all of one type and length, in; what was loaded before is gone. */
  load(data: readonly SampleArray[], { width, height, scores: length }: ChipSize): LoadedChips {
    const bytes = data[0]?.byteLength ?? 0;
    this.#samples = grown(this.#samples, bytes * data.length);
    this.#scores = grown(this.#scores, length * data.length * Float32Array.BYTES_PER_ELEMENT);
    const chips = data.map((samples, i) => copied(samples, this.#samples, i * bytes));
    const scores = data.map(
      (_, i) => new Float32Array(this.#scores, i * length * Float32Array.BYTES_PER_ELEMENT, length),
    );
    return { chips, scores, width, height };
  }

  /** Whether scores lie in this memory. */
  holds(scores: Float32Array): boolean {
    return scores.buffer === this.#scores;
  }
}

function grown(memory: SharedArrayBuffer, bytes: number): SharedArrayBuffer {
  return memory.byteLength >= bytes ? memory : new SharedArrayBuffer(bytes);
}

function copied(samples: SampleArray, memory: SharedArrayBuffer, offset: number): SampleArray {
  type OnShared = new (buffer: SharedArrayBuffer, offset: number, length: number) => SampleArray;
  const copy = new (samples.constructor as OnShared)(memory, offset, samples.length);
  copy.set(samples);
  return copy;
}
