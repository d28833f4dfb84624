import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { messageOf, oneLine, UserError } from "../errors.ts";
import { describeWindow } from "../geo/window.ts";
import { mapOrdered } from "../stream.ts";
import type { Chip } from "../tiler/tiler.ts";
import { FLIPS } from "./flips.ts";
import type { Model } from "./model.ts";
import type { InferenceResult, InferenceTask, WorkerSetup } from "./onnx-worker.ts";

/** The compiled worker, from src and from dist alike. */
const WORKER = fileURLToPath(new URL("../../dist/inference/onnx-worker.js", import.meta.url));

/** How many workers infer, and on what. */
export interface PoolOptions {
  readonly workers: number;
  readonly executionProvider: WorkerSetup["executionProvider"];
  /** What each chip is shown as; only as it is by default. */
  readonly flips?: WorkerSetup["flips"];
}

/** A chip with its scores, [classes][height][width] cells; null for a chip without data. */
export interface InferredChip extends Omit<Chip, "data"> {
  readonly scores: Float32Array<ArrayBuffer> | null;
  /** Why the chip could not be inferred; null where it could. */
  readonly failure: string | null;
  /** Seconds inside the inference session; 0 for a chip without data. */
  readonly seconds: number;
}

/** Worker threads with one inference session each. */
export class WorkerPool {
  readonly #pool: Piscina<InferenceTask, InferenceResult>;
  readonly #model: Model;
  readonly workers: number;
  /** Why a worker could not start, where one could not. */
  #startFailure: Error | null = null;

  constructor(model: Model, { workers, executionProvider, flips = FLIPS.slice(0, 1) }: PoolOptions) {
    const workerData: WorkerSetup = { modelPath: model.path, card: model.card, executionProvider, flips };
    this.#model = model;
    this.workers = workers;
    this.#pool = new Piscina({
      filename: WORKER,
      name: "infer",
      minThreads: workers,
      maxThreads: workers,
      workerData,
    });
    this.#pool.on("error", (error: Error) => this.#workerFailed(error));
  }

  /** A worker ended without a task of its own, so no call has failed yet; with none left, those that wait would wait for ever. */
  #workerFailed(error: Error): void {
    this.#startFailure ??= error;
    if (this.#pool.threads.length === 0) void this.#pool.destroy();
  }

  /** What a failed call of the pool was about, on one line. */
  #reason(cause: unknown): string {
    return oneLine(messageOf(this.#startFailure ?? cause));
  }

  /**
   * Answers a blank chip, so that a model that does not load or does not match its card fails before anything is read.
   * Throws UserError "bad-model".
   */
  async check(chip: number): Promise<void> {
    const { bands } = this.#model.card.input;
    try {
      await this.#pool.run({ data: new Uint8Array(chip * chip * bands.length), width: chip, height: chip });
    } catch (cause) {
      throw new UserError(
        "bad-model",
        `${this.#model.path}: ${this.#reason(cause)}.`,
        "Get the file again or correct the model card beside it, or choose another model with -m.",
        { cause },
      );
    }
  }

  /**
   * Infers chips in order, with no more under way than keeps the workers busy. A chip that fails throws UserError "failed-chip", or,
   * with `skipFailed`, comes without scores and with its failure; where no worker is left it throws in any case.
   */
  infer(
    chips: AsyncIterable<Chip>,
    { skipFailed = false }: { readonly skipFailed?: boolean } = {},
  ): AsyncGenerator<InferredChip> {
    return mapOrdered(chips, (chip) => this.#inferChip(chip, skipFailed), { concurrency: this.workers + 1 });
  }

  async #inferChip({ data, ...chip }: Chip, skipFailed: boolean): Promise<InferredChip> {
    if (data === null) return { ...chip, scores: null, failure: null, seconds: 0 };
    const { width, height } = chip.window;
    try {
      const transferList = data.buffer instanceof ArrayBuffer ? [data.buffer] : [];
      const result = await this.#pool.run({ data, width, height }, { transferList });
      return { ...chip, ...result, failure: null };
    } catch (cause) {
      if (skipFailed && this.#startFailure === null)
        return { ...chip, scores: null, failure: this.#reason(cause), seconds: 0 };
      throw new UserError(
        "failed-chip",
        `Inference failed for the chip of ${describeWindow(chip.window)}: ${this.#reason(cause)}.`,
        "Look at the scene there, try another model with -m, or pass --on-error skip to leave nodata there.",
        { cause },
      );
    }
  }

  /** Ends the workers. Every task must have settled: stopping a busy session would abort the process. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
