import type { SampleArray } from "../scene/raster-block.ts";
import type { LoadedChips } from "./batch-runner.ts";
import type { Winners } from "./winners.ts";

/** Size of a chip in px, and of the answer to it. */
export interface ChipSize {
  readonly width: number;
  readonly height: number;
  readonly classes: number;
  /** Px per cell of the answer, per side. */
  readonly stride: number;
}

/**
 * Memory shared with the workers for a batch of chips and their scores, used again for the next one: no chip allocates any, and a
 * worker that dies takes none with it. Grows when a batch needs more.
 */
export class BatchMemory {
  #samples = new SharedArrayBuffer(0);
  #scores = new SharedArrayBuffer(0);
  #winners = new SharedArrayBuffer(0);

  /** Copies the chips' samples, which are all of one type and length, in; what was loaded before is gone. */
  load(data: readonly SampleArray[], { width, height, classes, stride }: ChipSize): LoadedChips {
    const bytes = data[0]?.byteLength ?? 0;
    const cells = (width / stride) * (height / stride);
    const scoreBytes = classes * cells * Float32Array.BYTES_PER_ELEMENT;
    this.#samples = grown(this.#samples, bytes * data.length);
    this.#scores = grown(this.#scores, scoreBytes * data.length);
    if (stride === 1) this.#winners = grown(this.#winners, 2 * cells * data.length);
    const chips = data.map((samples, i) => copied(samples, this.#samples, i * bytes));
    const answers = data.map((_, i) => ({
      scores: new Float32Array(this.#scores, i * scoreBytes, classes * cells),
      winners: stride === 1 ? winnersIn(this.#winners, 2 * i * cells, cells) : null,
    }));
    return { chips, answers, width, height };
  }

  /** Whether scores lie in this memory. */
  holds(scores: Float32Array): boolean {
    return scores.buffer === this.#scores;
  }
}

function winnersIn(memory: SharedArrayBuffer, offset: number, cells: number): Winners {
  const labels = new Uint8Array(memory, offset, cells);
  return { labels, confidence: new Uint8Array(memory, offset + cells, cells) };
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
