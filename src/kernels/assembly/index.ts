export { addUpBytes } from "./predictor";

/** The first address that is free for the caller's arrays. */
export function heapBase(): usize {
  return __heap_base;
}
