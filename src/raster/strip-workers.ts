import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { ThreadLoading } from "../thread-loading.ts";
import type { DeflateOptions } from "./block-codec.ts";
import type { EncodedBlock, EncodingOptions, StripEncoder } from "./strip-encoder.ts";
import type { StripResult, StripTask } from "./strip-task.ts";

/** The compiled worker, from src and from dist alike. */
const WORKER = fileURLToPath(new URL("../../dist/raster/strip-worker.js", import.meta.url));

/** Threads that encode strips of any number of rasters while the next rows are stitched. */
export class StripWorkers {
  readonly #threads: number;
  readonly #pool: Piscina<StripTask, StripResult>;
  readonly #loading: ThreadLoading;

  constructor(threads: number) {
    this.#threads = threads;
    this.#pool = new Piscina({
      filename: WORKER,
      name: "encodeColumns",
      minThreads: threads,
      maxThreads: threads,
    });
    this.#loading = new ThreadLoading(this.#pool);
  }

  /** What encodes a level, whose codec is deflate with these settings. Strips must lie in shared memory and rest meanwhile. */
  encoder(options: EncodingOptions, deflate: DeflateOptions): StripEncoder {
    const { width, bands, nodata, method, sampleType, masked, blockSize } = options;
    const level = { width, bands, nodata, method, sampleType, masked, blockSize, deflate };
    const share = Math.ceil(width / blockSize / this.#threads) * blockSize;
    const run = (task: StripTask): Promise<StripResult> => this.#pool.run(task);
    return {
      async *encode(strip, half): AsyncGenerator<EncodedBlock> {
        const tasks: Promise<StripResult>[] = [];
        for (let from = 0; from < width; from += share) {
          const columns = { from, to: Math.min(width, from + share) };
          tasks.push(run({ strip, half, columns, options: level }));
        }
        for (const blocks of await Promise.all(tasks)) yield* blocks;
      },
    };
  }

  /** Ends the threads; every raster must be finished or aborted. */
  async close(): Promise<void> {
    await this.#loading.settled();
    await this.#pool.destroy();
  }
}
