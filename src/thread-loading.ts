import type { Worker } from "node:worker_threads";
import type { Piscina } from "piscina";

/**
 * Follows which threads of a pool have loaded their file. One that is stopped while it loads an ES module aborts the whole process
 * (Node 20: "IsGraphAsync must be used on an instantiated module"), so a pool may only be destroyed after `settled()`.
 */
export class ThreadLoading {
  readonly #pool: Pick<Piscina, "threads">;
  readonly #seen = new WeakSet<Worker>();
  readonly #loading = new Map<Worker, Promise<void>>();

  /** Of a pool that was made in this very turn of the event loop: its threads have not answered yet. */
  constructor(pool: Pick<Piscina, "threads">) {
    this.#pool = pool;
    this.#follow();
  }

  /** Resolves when every thread has loaded or has ended. */
  async settled(): Promise<void> {
    while (this.#loading.size > 0) await Promise.all(this.#loading.values());
  }

  #follow(): void {
    for (const thread of this.#pool.threads) {
      if (this.#seen.has(thread)) continue;
      this.#seen.add(thread);
      const settled = new Promise<unknown>((resolve) => {
        thread.once("message", resolve); // Piscina's worker tells that it is ready
        thread.once("exit", () => {
          this.#follow(); // another one has taken its place
          resolve(null);
        });
      });
      this.#loading.set(
        thread,
        settled.then(() => void this.#loading.delete(thread)),
      );
    }
  }
}
