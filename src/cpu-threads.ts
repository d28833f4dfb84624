import { Piscina } from "piscina";
import { ThreadLoading } from "./thread-loading.ts";

/** Threads that call the functions of one file, on memory that they share with the caller. */
export class CpuThreads {
  readonly count: number;
  readonly #pool: Piscina;
  readonly #loading: ThreadLoading;

  constructor(file: string, count: number) {
    this.count = count;
    this.#pool = new Piscina({ filename: file, minThreads: count, maxThreads: count });
    this.#loading = new ThreadLoading(this.#pool);
  }

  /** Calls the function `name`, on the first thread that is free. */
  run<Task, Result>(name: string, task: Task): Promise<Result> {
    return this.#pool.run(task, { name });
  }

  /** Ends the threads; every call must have settled. */
  async close(): Promise<void> {
    await this.#loading.settled();
    await this.#pool.destroy();
  }
}
