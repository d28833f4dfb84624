import type { CpuThreads } from "../cpu-threads.ts";
import type { Winners } from "../inference/winners.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { AxisPlan, ChipPlan, PlannedChip } from "../tiler/chip-plan.ts";
import { type Blend, cellSizes } from "./blend.ts";
import { ChipBlender, type Scores } from "./chip-blender.ts";
import { type OwnAnswer, PixelResolver, type Resolver, type ResolverState } from "./resolve.ts";
import { UpsamplingResolver } from "./upsample.ts";

/** A chip with the model's answer. */
export interface ScoredChip extends PlannedChip {
  /** [classes][height][width] cells of the chip, probabilities; null for a chip without data. The stitcher overwrites it. */
  readonly scores: Scores | null;
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
  readonly waiting: Float32Array;
  readonly resolver: ResolverState | null;
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
  /** Threads that find the pixels between cells: see resolveColumns; by default this one does. The answer is the same. */
  readonly threads?: CpuThreads | null;
}

/**
 * Merges scored chips, which must come in plan order, into strips of labels and confidence: the same bytes whatever the
 * number of workers. Holds one row of chips as labels and classes · overlap · width cells of scores.
 */
export async function* stitch(
  source: AsyncIterable<ScoredChip>,
  options: StitcherOptions,
): AsyncGenerator<LabelStrip> {
  const stitcher = new Stitcher(options);
  for await (const chip of source) {
    stitcher.add(chip);
    if (chip.latticeCol < options.plan.x.count - 1) continue;
    const strip = await stitcher.finishRow(chip);
    if (strip.rows > 0) yield strip;
  }
}

class Stitcher {
  readonly #plan: ChipPlan;
  readonly #stride: number;
  readonly #classes: number;
  readonly #blender: ChipBlender;
  readonly #resolver: Resolver;
  readonly #chip: { readonly width: number; readonly height: number };
  /** Validity of the rows from #row on, those that wait and those of the current row of chips; null while all are valid. */
  #mask: Uint8Array | null = null;
  /** First row that is not done, and the one after the current row of chips. */
  #row = 0;
  #end = 0;

  constructor({ plan, classIds, stride, margin, blend, resume, threads = null }: StitcherOptions) {
    const x = inCells(plan.x, stride, margin);
    const y = inCells(plan.y, stride, margin);
    const ids = Uint8Array.from(classIds);
    this.#plan = plan;
    this.#stride = stride;
    this.#classes = ids.length;
    this.#chip = { width: x.chip, height: y.chip };
    this.#blender = new ChipBlender({ x, y, classes: ids.length, margin: Math.ceil(margin / stride), blend });
    const width = plan.x.size;
    const cellCols = (x.count - 1) * x.stride + x.chip;
    this.#resolver =
      stride === 1
        ? new PixelResolver({ width, classIds: ids })
        : new UpsamplingResolver({
            width,
            height: plan.y.size,
            stride,
            cellCols,
            chipRows: y.chip,
            classIds: ids,
            threads,
          });
    if (resume != null) this.#resume(resume);
  }

  #resume({ row, mask, waiting, resolver }: StitcherState): void {
    this.#row = row;
    this.#end = row + mask.length / this.#plan.x.size;
    this.#mask = mask.includes(0) ? new Uint8Array(mask) : null;
    this.#blender.resume(waiting);
    if (resolver !== null) this.#resolver.resume(resolver);
  }

  /** Adds the next chip of the plan. */
  add(chip: ScoredChip): void {
    if (chip.latticeCol === 0) this.#startRow(chip);
    const scores = chip.scores ?? this.#noScores();
    this.#blender.blend(scores, chip);
    this.#resolver.accept(scores, this.#ownedCells(chip), this.#chip, this.#ownAnswer(chip));
    this.#keepMask(chip);
  }

  #noScores(): Scores {
    return new Float32Array(this.#classes * this.#chip.width * this.#chip.height);
  }

  /** What of a chip's own answer no other chip changes: all owned cells beyond the overlaps with those before it. */
  #ownAnswer({ winners, latticeCol, latticeRow }: ScoredChip): OwnAnswer | null {
    if (winners == null) return null;
    const { x, y } = this.#plan;
    return {
      winners,
      fromCol: latticeCol === 0 ? 0 : x.overlap / this.#stride,
      fromRow: latticeRow === 0 ? 0 : y.overlap / this.#stride,
    };
  }

  /** The owned window in cells; at the end of an axis all cells to the chip's edge, for the interpolation. */
  #ownedCells({ latticeCol, latticeRow, owned }: PlannedChip): {
    col: number;
    row: number;
    width: number;
    height: number;
  } {
    const { x, y } = this.#plan;
    const stride = this.#stride;
    if (stride === 1) return owned;
    return {
      col: owned.col / stride,
      row: owned.row / stride,
      width: (latticeCol === x.count - 1 ? x.chip : x.stride) / stride,
      height: (latticeRow === y.count - 1 ? y.chip : y.stride) / stride,
    };
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
    const resolved = await this.#resolver.endOfRow(latticeRow === this.#plan.y.count - 1);
    const { rows, labels, confidence } = resolved;
    if (this.#mask !== null) this.#mask = blankHoles(this.#mask, labels, confidence);
    const row = this.#row;
    this.#row += rows;
    return { row, rows, labels, confidence, state: () => this.#state(latticeRow + 1) };
  }

  #state(latticeRows: number): StitcherState {
    const waiting = this.#blender.waiting;
    return {
      latticeRows,
      row: this.#row,
      mask: this.#mask ?? this.#allValid(),
      waiting,
      resolver: this.#resolver.state(),
    };
  }
}

/** Sets the invalid pixels of finished rows to NODATA; the mask of the rows after them, null when all are valid. */
function blankHoles(mask: Uint8Array, labels: Uint8Array, confidence: Uint8Array): Uint8Array | null {
  for (let i = 0; i < labels.length; i++) if (mask[i] === 0) labels[i] = confidence[i] = NODATA;
  const waiting = mask.subarray(labels.length);
  return waiting.includes(0) ? waiting : null;
}

/** An axis of the plan in cells of the model's answer. */
function inCells(axis: AxisPlan, stride: number, margin: number): AxisPlan {
  const { chip, overlap } = cellSizes({ chip: axis.chip, overlap: axis.overlap, margin, stride });
  return { size: Math.ceil(axis.size / stride), chip, overlap, stride: chip - overlap, count: axis.count };
}
