import type { CpuThreads } from "../cpu-threads.ts";
import type { DeflateOptions } from "./block-codec.ts";
import type { EncodedBlock, EncodingOptions, StripEncoder } from "./strip-encoder.ts";
import type { StripResult, StripTask } from "./strip-task.ts";

/** What encodes a level on threads that know encodeColumns; its codec is deflate with these settings. Strips must lie in shared memory and rest meanwhile. */
export function threadedEncoder(
  threads: CpuThreads,
  options: EncodingOptions,
  deflate: DeflateOptions,
): StripEncoder {
  const { width, bands, nodata, method, sampleType, masked, blockSize } = options;
  const level = { width, bands, nodata, method, sampleType, masked, blockSize, deflate };
  const share = Math.ceil(width / blockSize / threads.count) * blockSize;
  return {
    async *encode(strip, half): AsyncGenerator<EncodedBlock> {
      const tasks: Promise<StripResult>[] = [];
      for (let from = 0; from < width; from += share) {
        const columns = { from, to: Math.min(width, from + share) };
        tasks.push(
          threads.run<StripTask, StripResult>("encodeColumns", { strip, half, columns, options: level }),
        );
      }
      for (const blocks of await Promise.all(tasks)) yield* blocks;
    },
  };
}
