import { createKernels, type Kernels } from "../kernels/kernels.ts";

/** The value of everything that is no class: nodata and what lies outside the raster. */
export const VOID = -1;

/** A start column behind every real one: it ends the last run of a row. */
export const FAR = 0x7fffffff;

/** Labels of a raster, or of one row of it. */
export type Labels = Uint8Array | Uint32Array;

/**
 * One row as runs of equal value: run i covers the columns start[i] … start[i + 1] − 1. The first and the last run are
 * always VOID (the outside of the raster, grown by nodata at the row's ends), so every border of the row lies between two runs.
 */
export interface Runs {
  count: number;
  /** First column (px) of each run; start[count] is FAR. */
  readonly start: Int32Array;
  /** Label, or VOID. */
  readonly value: Float64Array;
  /** Index in the RegionTable; meaningless for VOID runs. */
  readonly region: Int32Array;
  /** The open end in the BorderGraph of the border at start[i]; meaningless for the first run. */
  readonly end: Int32Array;
  /** Where bytes are compared; a row of them, `start` and `value` lie in its memory. */
  readonly kernels: Kernels<"row" | "start" | "value">;
}

/** Room for the runs of a row of `width` px; holds an empty (all VOID) row. */
export function emptyRuns(width: number): Runs {
  const capacity = width + 3;
  const kernels = createKernels({ row: width, start: 4 * capacity, value: 8 * capacity });
  const { buffer } = kernels.bytes.row;
  const runs: Runs = {
    count: 1,
    start: new Int32Array(buffer, kernels.at.start, capacity),
    value: new Float64Array(buffer, kernels.at.value, capacity),
    region: new Int32Array(capacity),
    end: new Int32Array(capacity),
    kernels,
  };
  findRuns(new Uint8Array(0), 0, runs);
  return runs;
}

/** Fills `runs` with the runs of a row; `nodata` becomes VOID. */
export function findRuns(row: Labels, nodata: number, runs: Runs): void {
  if (row instanceof Uint8Array) findByteRuns(row, nodata, runs);
  else findLongRuns(row, nodata, runs);
}

function findByteRuns(row: Uint8Array, nodata: number, runs: Runs): void {
  const { run, bytes, at } = runs.kernels;
  bytes.row.set(row);
  runs.count = run.findByteRuns(at.row, row.length, nodata, VOID, FAR, at.start, at.value);
}

function findLongRuns(row: Uint32Array, nodata: number, runs: Runs): void {
  const { start, value } = runs;
  const width = row.length;
  start[0] = -1;
  value[0] = VOID;
  let count = 1;
  let last = VOID;
  for (let col = 0; col < width; ) {
    const raw = row[col]!;
    const first = col;
    do col++;
    while (col < width && row[col] === raw);
    const label = raw === nodata ? VOID : raw;
    if (label === last) continue;
    start[count] = first;
    value[count++] = label;
    last = label;
  }
  if (last !== VOID) {
    start[count] = width;
    value[count++] = VOID;
  }
  start[count] = FAR;
  runs.count = count;
}
