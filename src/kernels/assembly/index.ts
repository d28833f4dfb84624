/**
 * The hottest loops of the program, over flat memory: pixels and blocks (for scene/, inference/, stitcher/ and raster/), lines, rings and
 * columns (for vector/). Each is described in its file; kernels.ts gives callers their memory.
 */
export { dropUnknown, gather, greatestOf, leastOf, packRuns, toFloats, toIntegers } from "./columns";
export { cutBlock } from "./cut";
export { deflate } from "./deflate";
export { halveByMean, halveByMode } from "./halve";
export { boxesOfKeys, hilbertIndex, hilbertKeys } from "./hilbert";
export { findAgreements, interpolateRow, mixRows, rankCells } from "./interpolate";
export { placePoints } from "./known-points";
export { placeLattice } from "./lattice";
export { placeLine } from "./line";
export { decodeLzw } from "./lzw";
export { placeScales, ringArea, ringLength } from "./measure-ring";
export { placeLonLat, placeRing } from "./place-ring";
export { addUp, differenceBytes } from "./predictor";
export { findByteRuns } from "./runs";
export { sumFloats } from "./sum";
export { thinLine } from "./thin-line";
export { isTriangleClear } from "./triangle";
export { findWinners, setClasses } from "./winners";

/** The first address that is free for the caller's arrays. */
export function heapBase(): usize {
  return __heap_base;
}
