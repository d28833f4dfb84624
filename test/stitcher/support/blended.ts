import { type Blend, risingWeights } from "../../../src/stitcher/blend.ts";
import type { AxisPlan, ChipPlan } from "../../../src/tiler/chip-plan.ts";

/** Chips' scores, [classes][y.chip][x.chip] each, in the order of the lattice, which is in cells. */
export interface LatticeChips {
  readonly plan: ChipPlan;
  readonly chips: readonly Float32Array[];
  readonly margin: number;
  readonly blend: Blend;
}

/** A chip that sees a cell: its place along an axis, the cell's place in it, and its weight. */
interface Sight {
  readonly chip: number;
  readonly at: number;
  readonly weight: number;
}

/** The chips that see a cell, the last one first. */
function sightsOf({ overlap, stride, count }: AxisPlan, cell: number, rise: Float32Array): readonly Sight[] {
  const chip = Math.min(count - 1, Math.floor(cell / stride));
  const at = cell - chip * stride;
  if (chip === 0 || at >= overlap) return [{ chip, at, weight: 1 }];
  const weight = rise[at]!;
  return [
    { chip, at, weight },
    { chip: chip - 1, at: at + stride, weight: 1 - weight },
  ];
}

/** The score of a class in a cell of the lattice, from the definition: a sum over the up to four chips that see it, in single precision. */
export function blendedScores({ plan: { x, y }, chips, margin, blend }: LatticeChips) {
  const [riseX, riseY] = [risingWeights(x.overlap, margin, blend), risingWeights(y.overlap, margin, blend)];
  const sum = (terms: readonly number[]): number => terms.reduce((total, term) => Math.fround(total + term));
  return (k: number, row: number, col: number): number =>
    sum(
      sightsOf(y, row, riseY).map((down) =>
        sum(
          sightsOf(x, col, riseX).map((across) => {
            const scores = chips[down.chip * x.count + across.chip]!;
            const score = scores[(k * y.chip + down.at) * x.chip + across.at]!;
            return Math.fround(Math.fround(score * across.weight) * down.weight);
          }),
        ),
      ),
    );
}
