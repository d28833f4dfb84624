import { throwIfAborted } from "../errors.ts";
import type { Window } from "../geo/window.ts";
import { writeError } from "../raster/write-error.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import { groundOf } from "../vector/ground.ts";
import { emptyRuns, findRuns, type Runs, VOID } from "../vector/runs.ts";
import { Sieve, SievedRows } from "../vector/sieve.ts";
import { readLabels } from "./read-labels.ts";
import { doubled, RegionForest } from "./region-forest.ts";
import { type Extent, Spool } from "./spool.ts";

/** The region of a pixel without data. */
export const NO_REGION = 0xffffffff;

/** The pixels of a window, row by row: NO_REGION and class 255 where there is no data. */
export interface RegionWindow {
  readonly regions: Uint32Array;
  readonly labels: Uint8Array;
}

/** Which region (4-connected, of one class) each pixel of a map belongs to. */
export interface RegionIndex {
  /** The regions of a window of the map and their classes, row by row. Valid until the next call. */
  read(window: Window): RegionWindow;
  /** The id of a region: the row-major index of its first pixel, which is the id of its row in landcover.parquet. */
  idOf(region: number): number;
  /** The class of a region. */
  labelOf(region: number): number;
  /** Removes the temporary file. */
  close(): Promise<void>;
}

/** Side of the blocks (px) in which runs are stored and found again. */
const BLOCK = 256;

/** How regions are found. */
export interface RegionOptions {
  /** Regions of less (m²) go to their neighbours, as in landcover.parquet (see Sieve); none where not given. */
  readonly minArea?: number;
  readonly signal?: AbortSignal;
}

/**
 * Finds the regions of a map in one pass over its rows (two with `minArea`); disk errors are UserErrors (see write-error). Runs of
 * pixels wait in a temporary file at `path`, each with the number that its region had when it was met; what is kept in memory is 13
 * bytes for each such number, and one strip of the map.
 */
export async function indexRegions(
  path: string,
  labels: Scene,
  options: RegionOptions = {},
): Promise<RegionIndex> {
  const { width } = labels.grid;
  const sieved = await sieveOf(labels, options);
  let spool: Spool | null = null;
  try {
    spool = await Spool.create(path);
    const forest = new RegionForest();
    const extents: Extent[] = [];
    const packer = new StripPacker(width);
    let [above, below] = [emptyRuns(width), emptyRuns(width)];
    for await (const { row, codes } of labelRowsOf(labels, options.signal)) {
      sieved?.apply(codes);
      findRuns(codes, NODATA, below);
      connect(above, below, row * width, forest);
      packer.add(below);
      [above, below] = [below, above];
      if ((row + 1) % BLOCK !== 0 && row + 1 < labels.grid.height) continue;
      for (const block of packer.take()) extents.push(await spool.append(block));
    }
    await spool.flush();
    return indexOf(spool, extents, Math.ceil(width / BLOCK), forest);
  } catch (error) {
    await spool?.remove();
    throw writeError(path, error);
  }
}

/** The rows of a map in strips of BLOCK: a row's labels are the caller's own to change. */
async function* labelRowsOf(
  labels: Scene,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly row: number; readonly codes: Uint8Array }> {
  const { width, height } = labels.grid;
  for (let top = 0; top < height; top += BLOCK) {
    throwIfAborted(signal);
    const rows = Math.min(BLOCK, height - top);
    const strip = await readLabels(labels, { col: 0, row: top, width, height: rows });
    for (let k = 0; k < rows; k++) yield { row: top + k, codes: strip.subarray(k * width, (k + 1) * width) };
  }
}

/** What merges the regions that are too small, after a pass over the map; null when none is. */
async function sieveOf(labels: Scene, { minArea = 0, signal }: RegionOptions): Promise<SievedRows | null> {
  const ground = minArea > 0 ? groundOf(labels.grid) : null;
  if (ground === null) return null;
  const { width } = labels.grid;
  const sieve = new Sieve(width, NODATA, minArea, (x, y) => ground.pixelArea(x, y));
  for await (const { codes } of labelRowsOf(labels, signal)) sieve.pushRow(codes);
  return new SievedRows(width, NODATA, sieve.merge());
}

function indexOf(
  spool: Spool,
  extents: readonly Extent[],
  across: number,
  forest: RegionForest,
): RegionIndex {
  const roots = forest.roots();
  const room = { regions: new Uint32Array(0), labels: new Uint8Array(0) };
  return {
    read(window) {
      const size = window.width * window.height;
      if (room.regions.length < size) {
        room.regions = new Uint32Array(size);
        room.labels = new Uint8Array(size);
      }
      const regions = room.regions.subarray(0, size).fill(NO_REGION);
      const labels = room.labels.subarray(0, size).fill(NODATA);
      const [right, bottom] = [window.col + window.width, window.row + window.height];
      for (let y = Math.floor(window.row / BLOCK); y * BLOCK < bottom; y++)
        for (let x = Math.floor(window.col / BLOCK); x * BLOCK < right; x++) {
          const words = wordsOf(spool, extents[y * across + x]!);
          const place = { col: x * BLOCK - window.col, row: y * BLOCK - window.row };
          unpack(words, roots, forest, place, window, { regions, labels });
        }
      return { regions, labels };
    },
    labelOf: (region) => forest.labelOf(region),
    idOf: (region) => forest.firstPixel(region),
    close: () => spool.remove(),
  };
}

/** Gives every run of a row its region: one of those that it touches in the row above, all of which it joins, or a new one. */
function connect(above: Runs, below: Runs, rowStart: number, forest: RegionForest): void {
  let i = 0;
  for (let j = 1; j < below.count - 1; j++) {
    if (below.value[j] === VOID) continue;
    const start = below.start[j]!;
    const stop = below.start[j + 1]!;
    let region: number | null = null;
    while (above.start[i + 1]! <= start) i++;
    for (let k = i; k < above.count && above.start[k]! < stop; k++) {
      if (above.value[k] !== below.value[j]) continue;
      const other = above.region[k]!;
      region = region === null ? other : forest.join(region, other);
    }
    below.region[j] = region ?? forest.add(below.value[j]!, rowStart + start);
  }
}

/**
 * Packs the rows of a strip into its blocks: for each row of a block pairs of 32-bit words, the column in the block where a run ends
 * (the last one at BLOCK) and its region.
 */
class StripPacker {
  readonly #blocks: { words: Uint32Array; length: number }[];

  constructor(width: number) {
    this.#blocks = Array.from({ length: Math.ceil(width / BLOCK) }, () => ({
      words: new Uint32Array(1 << 12),
      length: 0,
    }));
  }

  add({ start, value, region }: Runs): void {
    let run = 0;
    for (const [index, block] of this.#blocks.entries()) {
      const left = index * BLOCK;
      const right = left + BLOCK;
      if (block.length + 2 * BLOCK + 2 > block.words.length) block.words = doubled(block.words);
      for (let stop = left; stop < right; ) {
        stop = Math.min(start[run + 1]!, right);
        block.words[block.length++] = stop - left;
        block.words[block.length++] = value[run] === VOID ? NO_REGION : region[run]!;
        if (stop === start[run + 1]) run++;
      }
    }
  }

  /** The bytes of the blocks, west to east; begins the next strip. */
  *take(): Generator<Uint8Array> {
    for (const block of this.#blocks) {
      yield new Uint8Array(block.words.slice(0, block.length).buffer);
      block.length = 0;
    }
  }
}

function wordsOf(spool: Spool, extent: Extent): Uint32Array {
  const bytes = new Uint8Array(extent.length);
  spool.readInto(bytes, extent);
  return new Uint32Array(bytes.buffer);
}

/** Writes the part of a block, which begins at `place` of a window, that lies in it. */
function unpack(
  words: Uint32Array,
  roots: Uint32Array,
  forest: RegionForest,
  place: { readonly col: number; readonly row: number },
  { width, height }: Window,
  { regions, labels }: RegionWindow,
): void {
  let row = place.row;
  for (let i = 0, col = 0; i < words.length && row < height; i += 2) {
    const stop = words[i]!;
    if (row >= 0 && words[i + 1]! !== NO_REGION) {
      const region = roots[words[i + 1]!]!;
      const label = forest.labelOf(region);
      const last = row * width + Math.min(width, stop + place.col);
      for (let at = row * width + Math.max(0, col + place.col); at < last; at++) {
        regions[at] = region;
        labels[at] = label;
      }
    }
    col = stop;
    if (stop < BLOCK) continue;
    col = 0;
    row++;
  }
}
