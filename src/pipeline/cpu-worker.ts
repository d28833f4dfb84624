/** What the threads of a run do beside inference: see CpuThreads. */
export { encodeColumns } from "../raster/encode-columns.ts";
export { resolveChips } from "../stitcher/resolve-chips.ts";
