export { cutBlock } from "./cut";
export { deflate } from "./deflate";
export { halveByMean, halveByMode } from "./halve";
export { findAgreements, interpolateRow, mixRows, rankCells } from "./interpolate";
export { decodeLzw } from "./lzw";
export { addUp, differenceBytes } from "./predictor";
export { findWinners, setClasses } from "./winners";

/** The first address that is free for the caller's arrays. */
export function heapBase(): usize {
  return __heap_base;
}
