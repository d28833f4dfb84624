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
  blend(scores: Scores, { latticeCol, latticeRow }: PlannedChip): void {
    const height = this.#y.chip;
    for (let row = 0; row < height; row++) {
      const weight = this.#rowWeight(row, latticeRow);
      for (let plane = row; plane < this.#classes * height; plane += height)
        this.#blendRow(scores, plane, latticeCol, weight);
    }
    const ownedCols = latticeCol === this.#x.count - 1 ? this.#x.chip : this.#x.stride;
    if (latticeRow > 0) this.#addTop(scores, latticeCol, ownedCols);
    if (latticeRow < this.#y.count - 1) this.#keepBottom(scores, latticeCol, ownedCols);
  }

  /** Weight of all cells of a chip's row; overlaps are at most half a chip, so it lies in one of them at most. */
  #rowWeight(row: number, latticeRow: number): number {
    const { overlap, stride, count } = this.#y;
    if (row < overlap && latticeRow > 0) return this.#riseY[row]!;
    return row >= stride && latticeRow < count - 1 ? 1 - this.#riseY[row - stride]! : 1;
  }

  /** Weights a row of one class, adds what the previous chip has kept for it, and keeps its own overlap for the next. */
  #blendRow(scores: Scores, row: number, latticeCol: number, weight: number): void {
    const { overlap, stride, chip: width, count } = this.#x;
    const [rise, left] = [this.#riseX, this.#left];
    const [start, kept] = [row * width, row * overlap];
    const [hasLeft, hasRight] = [latticeCol > 0, latticeCol < count - 1];
    if (hasLeft)
      for (let i = 0; i < overlap; i++) {
        const weighted = Math.fround(Math.fround(scores[start + i]! * rise[i]!) * weight);
        scores[start + i] = weighted + left[kept + i]!;
      }
    if (weight !== 1) {
      const end = start + (hasRight ? stride : width);
      for (let i = start + (hasLeft ? overlap : 0); i < end; i++) scores[i]! *= weight;
    }
    if (hasRight)
      for (let i = 0; i < overlap; i++)
        left[kept + i] = Math.fround(scores[start + stride + i]! * (1 - rise[i]!)) * weight;
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
