import type { AxisPlan, PlannedChip } from "../tiler/chip-plan.ts";
import { type Blend, risingWeights } from "./blend.ts";

/** Scores of a chip, [classes][height][width] cells. */
export type Scores = Float32Array;

/** What the blender must know: the lattice in cells, the number of classes, and the weights. */
export interface BlenderOptions {
  readonly x: AxisPlan;
  readonly y: AxisPlan;
  readonly classes: number;
  readonly margin: number;
  readonly blend: Blend;
}

/**
 * Merges the scores of chips that come in plan order. It keeps only what a later chip can still change: the right
 * overlap of the last chip, and the lower overlap of the last row of chips (classes · overlap · width cells).
 */
export class ChipBlender {
  readonly #x: AxisPlan;
  readonly #y: AxisPlan;
  readonly #classes: number;
  readonly #riseX: Float32Array;
  readonly #riseY: Float32Array;
  /** [classes][chip height][overlap]: weighted scores of the previous chip where it overlaps the next. */
  readonly #left: Float32Array;
  /** [classes][overlap][lattice width]: weighted scores of the previous row of chips where it overlaps the next. */
  readonly #top: Float32Array;
  readonly #width: number;

  constructor({ x, y, classes, margin, blend }: BlenderOptions) {
    this.#x = x;
    this.#y = y;
    this.#classes = classes;
    this.#riseX = risingWeights(x.overlap, margin, blend);
    this.#riseY = risingWeights(y.overlap, margin, blend);
    this.#width = (x.count - 1) * x.stride + x.chip;
    this.#left = new Float32Array(classes * y.chip * x.overlap);
    this.#top = new Float32Array(classes * y.overlap * this.#width);
  }

  /** What the next row of chips needs of those before it: scores of their lower overlap. A view: it holds until the next chip. */
  get waiting(): Float32Array {
    return this.#top;
  }

  /** Goes on from what `waiting` was after an earlier row of chips. */
  resume(waiting: Float32Array): void {
    this.#top.set(waiting);
  }

  /** Blends a chip's scores in place: afterwards its owned cells are final. Chips must come in plan order. */
  blend(scores: Scores, chip: PlannedChip): void {
    this.#weightColumns(scores, chip.latticeCol);
    this.#weightRows(scores, chip.latticeRow);
    if (chip.latticeCol > 0) this.#addLeft(scores);
    if (chip.latticeCol < this.#x.count - 1) this.#keepRight(scores);
    const ownedCols = chip.latticeCol === this.#x.count - 1 ? this.#x.chip : this.#x.stride;
    if (chip.latticeRow > 0) this.#addTop(scores, chip.latticeCol, ownedCols);
    if (chip.latticeRow < this.#y.count - 1) this.#keepBottom(scores, chip.latticeCol, ownedCols);
  }

  #weightColumns(scores: Scores, latticeCol: number): void {
    const { overlap, stride, chip: width, count } = this.#x;
    const rise = this.#riseX;
    const rows = this.#classes * this.#y.chip;
    for (let row = 0; row < rows; row++) {
      const start = row * width;
      if (latticeCol > 0) for (let i = 0; i < overlap; i++) scores[start + i]! *= rise[i]!;
      if (latticeCol < count - 1) {
        for (let i = 0; i < overlap; i++) scores[start + stride + i]! *= 1 - rise[i]!;
      }
    }
  }

  #weightRows(scores: Scores, latticeRow: number): void {
    const { overlap, stride, chip: height, count } = this.#y;
    const width = this.#x.chip;
    for (let plane = 0; plane < this.#classes; plane++) {
      for (let i = 0; i < overlap; i++) {
        const upper = (plane * height + i) * width;
        if (latticeRow > 0) multiply(scores, upper, width, this.#riseY[i]!);
        const lower = (plane * height + stride + i) * width;
        if (latticeRow < count - 1) multiply(scores, lower, width, 1 - this.#riseY[i]!);
      }
    }
  }

  #addLeft(scores: Scores): void {
    const { overlap, chip: width } = this.#x;
    const rows = this.#classes * this.#y.chip;
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < overlap; i++) scores[row * width + i]! += this.#left[row * overlap + i]!;
    }
  }

  #keepRight(scores: Scores): void {
    const { overlap, stride, chip: width } = this.#x;
    const rows = this.#classes * this.#y.chip;
    for (let row = 0; row < rows; row++) {
      const start = row * width + stride;
      this.#left.set(scores.subarray(start, start + overlap), row * overlap);
    }
  }

  #addTop(scores: Scores, latticeCol: number, ownedCols: number): void {
    this.#eachOverlapRow(0, latticeCol, (inChip, inTop) => {
      for (let i = 0; i < ownedCols; i++) scores[inChip + i]! += this.#top[inTop + i]!;
    });
  }

  #keepBottom(scores: Scores, latticeCol: number, ownedCols: number): void {
    this.#eachOverlapRow(this.#y.stride, latticeCol, (inChip, inTop) => {
      this.#top.set(scores.subarray(inChip, inChip + ownedCols), inTop);
    });
  }

  /** Calls with the start of each overlap row in the chip (from `firstRow` on) and in the kept top rows. */
  #eachOverlapRow(
    firstRow: number,
    latticeCol: number,
    visit: (inChip: number, inTop: number) => void,
  ): void {
    const { overlap, chip: height } = this.#y;
    for (let plane = 0; plane < this.#classes; plane++) {
      for (let i = 0; i < overlap; i++) {
        const inChip = (plane * height + firstRow + i) * this.#x.chip;
        visit(inChip, (plane * overlap + i) * this.#width + latticeCol * this.#x.stride);
      }
    }
  }
}

function multiply(values: Float32Array, start: number, length: number, factor: number): void {
  for (let i = start; i < start + length; i++) values[i]! *= factor;
}
