import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { CpuThreads } from "../cpu-threads.ts";
import type { Device } from "../inference/device.ts";

/** The compiled worker, from src and from dist alike. */
const WORKER = fileURLToPath(new URL("../../dist/pipeline/cpu-worker.js", import.meta.url));

/** The threads of a run that blend chips, find their pixels and encode the rasters while the next chips are inferred. */
export function openThreads(device: Device): CpuThreads {
  return new CpuThreads(WORKER, threadCount(device));
}

/**
 * How many: a GPU infers faster than one thread can stitch and write and leaves the cores to them: all but the one that hands chips over,
 * up to six. On the CPU one keeps up with eight that infer.
 */
export function threadCount(device: Device): number {
  const cores = availableParallelism();
  return device === "cpu" ? Math.ceil(cores / 8) : Math.max(1, Math.min(6, cores - 1));
}
