import { createKernels, type Kernels } from "./kernels.ts";

let kernels: Kernels<"top" | "bottom" | "half"> | null = null;

/**
 * Halves two rows of as many bytes into a row of half as many: the mode of each four (ties to the lowest) or their mean (half up). With
 * `holes`, 255 is no data (see assembly/halve.ts). An odd last column is read as if doubled.
 */
export function halveRows(
  top: Uint8Array,
  bottom: Uint8Array,
  half: Uint8Array,
  { method, holes }: { readonly method: "mode" | "average"; readonly holes: boolean },
): void {
  const length = 2 * half.length;
  if (kernels === null || kernels.bytes.top.length < length)
    kernels = createKernels({ top: length, bottom: length, half: half.length });
  const { run, at, bytes } = kernels;
  bytes.top.set(top);
  bytes.bottom.set(bottom);
  if (top.length < length) {
    bytes.top[top.length] = top[top.length - 1]!;
    bytes.bottom[top.length] = bottom[top.length - 1]!;
  }
  const halve = method === "mode" ? run.halveByMode : run.halveByMean;
  halve(at.top, at.bottom, half.length, holes, at.half);
  half.set(bytes.half.subarray(0, half.length));
}
