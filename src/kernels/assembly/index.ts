export { deflate } from "./deflate";
export { halveByMean, halveByMode } from "./halve";
export { addUpBytes, differenceBytes } from "./predictor";

/** The first address that is free for the caller's arrays. */
export function heapBase(): usize {
  return __heap_base;
}
