import { createKernels, type Kernels } from "../kernels/kernels.ts";

/** Values that are summed together: they stay in the processor's cache. */
const TOGETHER = 16_384;

let kernels: Kernels<"values"> | null = null;

/** The sum of all values; NaN or infinite where any of them is. */
export function sumOf(values: Float32Array): number {
  kernels ??= createKernels({ values: 4 * TOGETHER });
  const { run, at, bytes } = kernels;
  const part = new Float32Array(bytes.values.buffer, at.values, TOGETHER);
  let sum = 0;
  for (let from = 0; from < values.length; from += TOGETHER) {
    const count = Math.min(TOGETHER, values.length - from);
    part.set(values.subarray(from, from + count));
    part.fill(0, count, count + 3);
    sum += run.sumFloats(at.values, 4 * Math.ceil(count / 4));
  }
  return sum;
}
