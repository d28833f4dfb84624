import { Piscina } from "piscina";
import { messageOf, oneLine } from "../errors.ts";
import { ThreadLoading } from "../thread-loading.ts";
import { noteHungThread } from "./hung-threads.ts";
import type { InferenceResult, InferenceTask } from "./inference-task.ts";
import { Patience, type PatienceLimits } from "./patience.ts";

/** A worker thread ended before it answered: what it was asked is not done. */
export class WorkerDiedError extends Error {
  constructor(cause: unknown) {
    super(oneLine(messageOf(cause)), { cause });
    this.name = "WorkerDiedError";
  }
}

/** Which worker file runs, how often, and what it is given. */
export interface ThreadOptions {
  readonly file: string;
  readonly threads: number;
  /** Tasks that a worker holds at a time: 2 where it must not wait for the main thread in between. */
  readonly tasksPerThread: number;
  readonly setup: unknown;
  /** For workers that may hang; for ever where not given. */
  readonly patience?: PatienceLimits;
}

/** Worker threads that infer. A dead one is replaced; where none can start every call fails, and none waits for ever. */
export class WorkerThreads {
  readonly #pool: Piscina<InferenceTask, InferenceResult>;
  readonly #loading: ThreadLoading;
  readonly #patience: Patience | null;
  /** Tasks that are not answered, whether they are waited for or not. */
  #unanswered = 0;
  /** Why a worker ended that had no task. */
  #failure: unknown = null;
  #isClosing = false;

  constructor({ file, threads, tasksPerThread, setup, patience }: ThreadOptions) {
    this.#patience = patience === undefined ? null : new Patience(patience);
    this.#pool = new Piscina({
      filename: file,
      name: "infer",
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: tasksPerThread,
      workerData: setup,
    });
    this.#loading = new ThreadLoading(this.#pool);
    this.#pool.on("error", (error: Error) => {
      this.#failure ??= error;
      this.#failWaiting();
    });
    this.#pool.on("workerDestroy", () => setImmediate(() => this.#failWaiting()));
  }

  /** With no worker left, tasks that wait for one would wait for ever. A pool that is destroyed twice at a time starts new workers. */
  #failWaiting(): void {
    if (this.#pool.threads.length === 0 && !this.#isClosing) void this.#pool.destroy();
  }

  /** Throws WorkerDiedError where the worker ended meanwhile or none could start, HungDeviceError where it loses patience. */
  async run(task: InferenceTask): Promise<InferenceResult> {
    const answer = this.#answer(task);
    return this.#patience === null ? answer : this.#patience.wait(answer);
  }

  async #answer(task: InferenceTask): Promise<InferenceResult> {
    this.#unanswered++;
    try {
      return await this.#pool.run(task);
    } catch (cause) {
      throw new WorkerDiedError(this.#failure ?? cause);
    } finally {
      this.#unanswered--;
    }
  }

  /**
   * Ends the workers. Every call must have settled: stopping a busy session would abort the process. A worker that hangs is left as it
   * is: see hung-threads.
   */
  async close(): Promise<void> {
    if (this.#unanswered > 0) {
      noteHungThread();
      return;
    }
    await this.#loading.settled();
    this.#isClosing = true;
    await this.#pool.destroy();
  }
}
