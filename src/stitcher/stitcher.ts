import type { CpuThreads } from "../cpu-threads.ts";
import type { Winners } from "../inference/winners.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { ChipPlan, PlannedChip } from "../tiler/chip-plan.ts";
import type { Blend } from "./blend.ts";
import { RowResolver } from "./row-resolver.ts";

/** A chip with the model's answer. */
export interface ScoredChip extends PlannedChip {
  /** [classes][height][width] cells of the chip, probabilities; null for a chip without data. Read until the next chip is asked for. */
  readonly scores: Float32Array | null;
  /** What wins by these scores alone, [height][width] cells, where a worker has found it already. */
  readonly winners?: Winners | null;
  /** Validity of the owned window: 1 = data; null when all of it is valid. */
  readonly ownedMask: Uint8Array | null;
}

/** Finished rows of the map, full width: class ids and confidence in percent, NODATA where there is no data. The next strip overwrites them. */
export interface LabelStrip {
  /** First row of the strip in the scene. */
  readonly row: number;
  readonly rows: number;
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
  /** Where the stitcher stands after this strip. Call it before the next strip is asked for; the arrays hold until then. */
  readonly state: () => StitcherState;
}

/** What the stitcher must remember to go on with the next row of chips in another process. */
export interface StitcherState {
  /** Rows of chips that are done. */
  readonly latticeRows: number;
  /** Pixel rows that are done. */
  readonly row: number;
  readonly mask: Uint8Array;
  /** Scores that the next row of chips is blended with: ChipRow.above. */
  readonly waiting: Float32Array;
}

/** What the stitcher must know of the model and of the wish of the user. */
export interface StitcherOptions {
  readonly plan: ChipPlan;
  /** Class id (0–254) of each channel of the scores. */
  readonly classIds: readonly number[];
  /** Input px per cell of the scores. */
  readonly stride: number;
  /** Px at a chip's edge that are not to be trusted. */
  readonly margin: number;
  readonly blend: Blend;
  /** Goes on from here; the chips begin at that row of the lattice. */
  readonly resume?: StitcherState | null;
  /** Threads that blend chips and find their pixels: see resolveChips; by default this one does. The answer is the same. */
  readonly threads?: CpuThreads | null;
}

/**
 * Merges scored chips, which must come in plan order, into strips of labels and confidence: the same bytes whatever the
 * number of workers and threads. Holds one row of chips as labels, the scores of a few chips, and classes · overlap · width cells.
 */
export async function* stitch(
  source: AsyncIterable<ScoredChip>,
  options: StitcherOptions,
): AsyncGenerator<LabelStrip> {
  const stitcher = new Stitcher(options);
  try {
    for await (const chip of source) {
      await stitcher.add(chip);
      if (chip.latticeCol < options.plan.x.count - 1) continue;
      const strip = await stitcher.finishRow(chip);
      if (strip.rows > 0) yield strip;
    }
  } finally {
    await stitcher.settled();
  }
}

class Stitcher {
  readonly #plan: ChipPlan;
  readonly #resolver: RowResolver;
  /** Validity of the rows from #row on, those that wait and those of the current row of chips; null while all are valid. */
  #mask: Uint8Array | null = null;
  /** First row that is not done, and the one after the current row of chips. */
  #row = 0;
  #end = 0;

  constructor({ classIds, resume, threads = null, ...options }: StitcherOptions) {
    this.#plan = options.plan;
    this.#resolver = new RowResolver({ ...options, classIds: Uint8Array.from(classIds), threads });
    if (resume != null) this.#resume(resume);
  }

  #resume({ row, mask, waiting }: StitcherState): void {
    this.#row = row;
    this.#end = row + mask.length / this.#plan.x.size;
    this.#mask = mask.includes(0) ? new Uint8Array(mask) : null;
    this.#resolver.resume(waiting);
  }

  /** Adds the next chip of the plan. */
  async add(chip: ScoredChip): Promise<void> {
    if (chip.latticeCol === 0) this.#startRow(chip);
    this.#keepMask(chip);
    await this.#resolver.add(chip);
  }

  /** Resolves when no thread works on a chip any more. */
  settled(): Promise<void> {
    return this.#resolver.settled();
  }

  #startRow({ owned }: PlannedChip): void {
    this.#end = owned.row + owned.height;
    if (this.#mask === null) return;
    const waiting = this.#mask;
    this.#mask = this.#allValid();
    this.#mask.set(waiting);
  }

  #allValid(): Uint8Array {
    return new Uint8Array((this.#end - this.#row) * this.#plan.x.size).fill(1);
  }

  #keepMask({ owned, ownedMask }: ScoredChip): void {
    if (ownedMask === null) return;
    this.#mask ??= this.#allValid();
    const width = this.#plan.x.size;
    for (let row = 0; row < owned.height; row++) {
      const source = ownedMask.subarray(row * owned.width, (row + 1) * owned.width);
      this.#mask.set(source, (owned.row - this.#row + row) * width + owned.col);
    }
  }

  /** The strip that the last chip of a row completes. */
  async finishRow({ latticeRow }: PlannedChip): Promise<LabelStrip> {
    const { rows, labels, confidence } = await this.#resolver.endOfRow();
    if (this.#mask !== null) this.#mask = blankHoles(this.#mask, labels, confidence);
    const row = this.#row;
    this.#row += rows;
    return { row, rows, labels, confidence, state: () => this.#state(latticeRow + 1) };
  }

  #state(latticeRows: number): StitcherState {
    const mask = this.#mask ?? this.#allValid();
    return { latticeRows, row: this.#row, mask, waiting: this.#resolver.waiting };
  }
}

/** Sets the invalid pixels of finished rows to NODATA; the mask of the rows after them, null when all are valid. */
function blankHoles(mask: Uint8Array, labels: Uint8Array, confidence: Uint8Array): Uint8Array | null {
  for (let i = 0; i < labels.length; i++) if (mask[i] === 0) labels[i] = confidence[i] = NODATA;
  const waiting = mask.subarray(labels.length);
  return waiting.includes(0) ? waiting : null;
}
