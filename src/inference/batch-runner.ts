import type { AnswerMemory, InferenceResult, InferenceTask } from "./inference-task.ts";
import { isOutOfMemory } from "./out-of-memory.ts";
import type { WorkerThreads } from "./worker-threads.ts";

/** Chips in memory that is shared with the workers, and room for the answers. */
export type LoadedChips = Omit<InferenceTask, "batch">;

/** What a device says of one chip. */
export interface Answer {
  /** The memory that was loaded for it; null where there are no scores. */
  readonly found: AnswerMemory | null;
  /** Why there are no scores; null where there are. */
  readonly failure: string | null;
  /** The chip's share of the seconds inside the session. */
  readonly seconds: number;
}

/** A device that could not run the model, whatever the chips. */
export class DeviceFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DeviceFailure";
  }
}

/** Infers on one device in batches that fit its memory. */
export class BatchRunner {
  readonly #threads: Pick<WorkerThreads, "run">;
  readonly #onHalved: (batch: number) => void;
  #batch: number;
  /** True when the graph takes no other batch. */
  #fixed = false;

  constructor(threads: Pick<WorkerThreads, "run">, batch: number, onHalved: (batch: number) => void) {
    this.#threads = threads;
    this.#batch = batch;
    this.#onHalved = onHalved;
  }

  /** Chips to a run of the model. */
  get batch(): number {
    return this.#batch;
  }

  /**
   * Answers chips in their order. A batch that is too large for the device's memory is halved, for good. Throws DeviceFailure where
   * the device cannot run even the smallest, and WorkerDiedError.
   */
  async run(loaded: LoadedChips): Promise<readonly Answer[]> {
    const batch = this.#batch;
    if (loaded.chips.length > batch) return this.#runParts(loaded, batch);
    const result = await this.#threads.run({ ...loaded, batch });
    switch (result.kind) {
      case "answers":
        return answersOf(loaded, result);
      case "fixed-batch":
        if (result.batch === batch) throw new DeviceFailure(`the model refuses its own batch of ${batch}`);
        this.#fixed = true;
        this.#batch = result.batch;
        return this.run(loaded);
      case "failed":
        if (isOutOfMemory(result.message) && this.#halved(batch)) return this.run(loaded);
        throw new DeviceFailure(result.message);
      default:
        throw new RangeError(`unknown result ${String(result satisfies never)}`);
    }
  }

  /** All parts are waited for, also when one fails: they write into memory that is used again. */
  async #runParts(loaded: LoadedChips, size: number): Promise<readonly Answer[]> {
    const starts = Array.from({ length: Math.ceil(loaded.chips.length / size) }, (_, i) => i * size);
    const parts = await Promise.allSettled(
      starts.map((start) => this.run(slice(loaded, start, start + size))),
    );
    return parts.flatMap((part) => {
      if (part.status === "rejected") throw part.reason;
      return part.value;
    });
  }

  /** Whether there is a smaller batch than the one that failed; several may fail at the same size and halve it once. */
  #halved(failed: number): boolean {
    if (this.#fixed || failed === 1) return false;
    if (this.#batch === failed) {
      this.#batch = Math.floor(failed / 2);
      this.#onHalved(this.#batch);
    }
    return true;
  }
}

function slice({ chips, answers, ...size }: LoadedChips, start: number, end: number): LoadedChips {
  return { ...size, chips: chips.slice(start, end), answers: answers.slice(start, end) };
}

function answersOf(
  { answers }: LoadedChips,
  { failures, seconds }: InferenceResult & { kind: "answers" },
): readonly Answer[] {
  return failures.map((failure, i) => ({
    found: failure === null ? answers[i]! : null,
    failure,
    seconds: seconds / failures.length,
  }));
}
