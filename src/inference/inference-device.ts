import { fileURLToPath } from "node:url";
import { oneLine } from "../errors.ts";
import { type Answer, BatchRunner, DeviceFailure, type LoadedChips } from "./batch-runner.ts";
import { BusyMeter } from "./busy-meter.ts";
import { NO_FLIPS } from "./flips.ts";
import type { WorkerSetup } from "./inference-task.ts";
import type { Model } from "./model.ts";
import { GPU_PATIENCE, HungDeviceError, type PatienceLimits } from "./patience.ts";
import type { Overlap } from "./reduced-model.ts";
import { WorkerDiedError, WorkerThreads } from "./worker-threads.ts";

/** The compiled worker, from src and from dist alike. */
const WORKER = fileURLToPath(new URL("../../dist/inference/onnx-worker.js", import.meta.url));

/** Px of a batch on a GPU where nobody says otherwise: 16 chips of 512 px. More gains little, and where memory is short it is halved. */
const GPU_BATCH_PX = 2 ** 22;
const LARGEST_BATCH = 64;

/** Something that a user should know of the device; `code` does not change with the wording. */
export interface DeviceWarning {
  readonly code: "batch-halved" | "device-lost" | "redone-on-cpu" | "worker-died";
  readonly message: string;
}

/** How many workers infer, on what, and how. */
export interface DeviceOptions {
  /** On the CPU, also where it must take a GPU's place. A GPU has one: two WebGPU sessions at once crash, and one fills it. */
  readonly workers: number;
  readonly executionProvider: WorkerSetup["executionProvider"];
  /** What each chip is shown as; only as it is by default. */
  readonly flips?: WorkerSetup["flips"];
  /** How the chips overlap: of a model that answers for every pixel scores may then hold in the overlaps only. */
  readonly overlap?: Overlap;
  /** Chips to a run of the model; auto, the default: 1 on the CPU, on a GPU what fits its memory. */
  readonly batch?: "auto" | number;
  /** How many chips there are: auto makes no larger batches. */
  readonly chips?: number;
  readonly onWarning?: (warning: DeviceWarning) => void;
  /** How long a GPU may take to answer before it is given up. */
  readonly patience?: PatienceLimits;
  /** Another worker in the device's place, and what it is given beside the usual: a simulated device. */
  readonly simulated?: { readonly file: string; readonly settings: unknown };
}

/** How a device has worked so far. */
export interface DeviceReport {
  /** Chips to a run of the model. */
  readonly batch: number;
  /** Share of the time that the device's sessions ran, from the first batch to the last answer; null before. */
  readonly busyShare: number | null;
  /** Chips that the device could not answer and that the CPU was asked for. */
  readonly redoneOnCpu: number;
  /** Why the CPU has taken over; null where it has not. */
  readonly lost: string | null;
}

/** Workers on the CPU or on a GPU; what a GPU cannot do the CPU does, and its user is told. */
export class InferenceDevice {
  readonly #model: Model;
  readonly #options: DeviceOptions;
  readonly #threads: WorkerThreads;
  readonly #runner: BatchRunner;
  readonly #busy: BusyMeter;
  /** The CPU in a GPU's place, from the first time on that it is needed. */
  #cpu: { readonly threads: WorkerThreads; readonly runner: BatchRunner } | null = null;
  #checking = false;
  #redoneOnCpu = 0;
  #lost: string | null = null;

  constructor(model: Model, options: DeviceOptions) {
    const { workers, executionProvider, batch = "auto", chips = LARGEST_BATCH, simulated } = options;
    this.#model = model;
    this.#options = options;
    const threads = executionProvider === "cpu" ? workers : 1;
    this.#busy = new BusyMeter(threads);
    const setup = this.#setup(executionProvider);
    this.#threads = new WorkerThreads({
      file: simulated?.file ?? WORKER,
      threads,
      tasksPerThread: this.#isGpu ? 2 : 1,
      setup: simulated === undefined ? setup : { ...setup, settings: simulated.settings },
      ...(this.#isGpu ? { patience: options.patience ?? GPU_PATIENCE } : {}),
    });
    const first = batch === "auto" ? (this.#isGpu ? gpuBatch(model.card.chip, chips) : 1) : batch;
    this.#runner = new BatchRunner(this.#threads, first, (size) => this.#tellHalved(size));
  }

  get #isGpu(): boolean {
    return this.#options.executionProvider !== "cpu";
  }

  #setup(executionProvider: WorkerSetup["executionProvider"]): WorkerSetup {
    const { card, path } = this.#model;
    const { flips = NO_FLIPS, overlap = null } = this.#options;
    return { modelPath: path, card, executionProvider, flips, overlap };
  }

  get report(): DeviceReport {
    const { batch } = this.#runner;
    return { batch, busyShare: this.#busy.share, redoneOnCpu: this.#redoneOnCpu, lost: this.#lost };
  }

  /** Chips to hand over at a time, to keep all workers busy. */
  get group(): number {
    return this.#lost === null ? this.#runner.batch : this.#options.workers;
  }

  /** Groups to hand over before the first is answered: one for each worker, and one that waits; for a GPU two. */
  get underWay(): number {
    return this.#isGpu ? 3 : this.#options.workers + 1;
  }

  /** Finds the batch that the memory takes. Throws DeviceFailure and WorkerDiedError as answer does; counts nothing. */
  async check(loaded: LoadedChips): Promise<readonly Answer[]> {
    this.#checking = true;
    try {
      return await this.#answer(loaded);
    } finally {
      this.#checking = false;
    }
  }

  /** Answers chips in their order. Throws DeviceFailure or WorkerDiedError where the CPU cannot do it either. */
  async answer(loaded: LoadedChips): Promise<readonly Answer[]> {
    this.#busy.started(performance.now() / 1000);
    return this.#answer(loaded);
  }

  async #answer(loaded: LoadedChips): Promise<readonly Answer[]> {
    if (this.#lost !== null) return this.#onCpu(loaded);
    try {
      const answers = await this.#runner.run(loaded);
      if (!this.#checking) this.#count(answers);
      return this.#isGpu ? await this.#withoutFailures(loaded, answers) : answers;
    } catch (error) {
      if (error instanceof HungDeviceError) return this.#giveUp(withOwnMemory(loaded), error);
      if (!(error instanceof DeviceFailure || error instanceof WorkerDiedError)) throw error;
      if (this.#isGpu) return this.#giveUp(loaded, error);
      if (error instanceof DeviceFailure) throw error;
      this.#warn("worker-died", `an inference worker ended (${error.message}): its chips are inferred again`);
      return this.#runner.run(loaded);
    }
  }

  #count(answers: readonly Answer[]): void {
    const seconds = answers.reduce((sum, answer) => sum + answer.seconds, 0);
    this.#busy.answered(performance.now() / 1000, seconds);
  }

  /** The CPU does what a GPU was asked for, now and from now on. */
  #giveUp(loaded: LoadedChips, { message }: Error): Promise<readonly Answer[]> {
    if (this.#lost === null) {
      this.#lost = oneLine(message);
      const name = this.#options.executionProvider;
      this.#warn("device-lost", `${name} failed (${this.#lost}): the CPU goes on in its place`);
    }
    return this.#onCpu(loaded);
  }

  #onCpu(loaded: LoadedChips): Promise<readonly Answer[]> {
    if (!this.#checking) this.#redoneOnCpu += loaded.chips.length;
    if (this.#cpu === null) {
      const threads = new WorkerThreads({
        file: WORKER,
        threads: this.#options.workers,
        tasksPerThread: 1,
        setup: this.#setup("cpu"),
      });
      this.#cpu = { threads, runner: new BatchRunner(threads, 1, () => undefined) };
    }
    return this.#cpu.runner.run(loaded);
  }

  /** Chips that a GPU answered with what is no answer (NaN) are asked of the CPU. */
  async #withoutFailures(loaded: LoadedChips, answers: readonly Answer[]): Promise<readonly Answer[]> {
    const failed = answers.flatMap(({ failure }, i) => (failure === null ? [] : [i]));
    if (failed.length === 0) return answers;
    if (this.#redoneOnCpu === 0) {
      const { executionProvider } = this.#options;
      const reason = `${executionProvider} is not to be trusted with every chip (${answers[failed[0]!]!.failure})`;
      this.#warn("redone-on-cpu", `${reason}: the CPU infers such chips again`);
    }
    const chips = failed.map((i) => loaded.chips[i]!);
    const again = await this.#onCpu({ ...loaded, chips, answers: failed.map((i) => loaded.answers[i]!) });
    return answers.map((answer, i) => (answer.failure === null ? answer : again[failed.indexOf(i)]!));
  }

  #tellHalved(batch: number): void {
    if (this.#checking && (this.#options.batch ?? "auto") === "auto") return;
    const name = this.#options.executionProvider;
    this.#warn("batch-halved", `${name} ran out of memory: batches of ${batch} from now on`);
  }

  #warn(code: DeviceWarning["code"], message: string): void {
    this.#options.onWarning?.({ code, message });
  }

  /** Ends the workers. Every task must have settled: stopping a busy session would abort the process. */
  async close(): Promise<void> {
    await Promise.all([this.#threads.close(), this.#cpu?.threads.close()]);
  }
}

/** The chips with other memory for the answers: a device that hangs may wake up and write to the one that it was given. */
function withOwnMemory({ answers, ...loaded }: LoadedChips): LoadedChips {
  const bytes = ({ byteLength }: Uint8Array) => new Uint8Array(new SharedArrayBuffer(byteLength));
  return {
    ...loaded,
    answers: answers.map(({ scores, winners }) => ({
      scores: new Float32Array(new SharedArrayBuffer(scores.byteLength)),
      winners: winners && { labels: bytes(winners.labels), confidence: bytes(winners.confidence) },
    })),
  };
}

function gpuBatch(chip: number, chips: number): number {
  return Math.max(1, Math.min(chips, LARGEST_BATCH, Math.floor(GPU_BATCH_PX / chip ** 2)));
}
