import { UserError } from "../errors.ts";
import type { AxisPlan, ChipPlan } from "../tiler/chip-plan.ts";

/** How overlapping chips are merged: `hann` fades one into the other, `crop` switches in the middle of the overlap. */
export type Blend = "hann" | "crop";

/**
 * Weights of a chip over the overlap with the neighbour before it (cells), rising from 0 to 1; the neighbour's are
 * 1 − weight, so both always sum to 1 and nothing has to be divided. `margin` cells at either side, where one of the two
 * chips sees its own padding, get 0 and 1. Hann: sin²(π/2 · (i + ½) / n) over what is left; crop: a step in the middle.
 */
export function risingWeights(overlap: number, margin: number, blend: Blend): Float32Array {
  const span = overlap - 2 * margin;
  return Float32Array.from({ length: overlap }, (_, i) => {
    const t = i + 0.5 - margin;
    if (span <= 0 || blend === "crop") return i + 0.5 < overlap / 2 ? 0 : 1;
    return t <= 0 ? 0 : t >= span ? 1 : Math.sin(((Math.PI / 2) * t) / span) ** 2;
  });
}

/** Sizes of the cells that a model answers for, from those of the chips. `stride` is px per cell. */
export interface CellSizes {
  readonly chip: number;
  readonly overlap: number;
  readonly margin: number;
  readonly stride: number;
}

/**
 * Chip, overlap and margin in cells. Throws UserError "bad-overlap" when the overlap is not a whole number of cells or
 * too small for the margin that the model card asks for.
 */
export function cellSizes({ chip, overlap, margin, stride }: CellSizes): CellSizes {
  if (chip % stride !== 0 || overlap % stride !== 0) {
    throw new UserError(
      "bad-overlap",
      `Chips of ${chip} px with ${overlap} px overlap do not fit a model that answers for every ${stride} px.`,
      `Pass an --overlap that is a multiple of ${stride}, for example ${Math.round(overlap / stride) * stride}.`,
    );
  }
  if (overlap > 0 && overlap < 2 * margin) {
    throw new UserError(
      "bad-overlap",
      `The overlap is ${overlap} px, but ${margin} px at each edge of a chip see only padding (output.margin of the model card).`,
      `Pass --overlap ${2 * margin} or more, or 0 to accept seams.`,
    );
  }
  return { chip: chip / stride, overlap: overlap / stride, margin: Math.ceil(margin / stride), stride };
}

/** The lattice of a plan in cells of the model's answer. Throws as cellSizes does. */
export function planInCells({ x, y }: ChipPlan, cell: Pick<CellSizes, "margin" | "stride">): ChipPlan {
  return { x: axisInCells(x, cell), y: axisInCells(y, cell) };
}

function axisInCells(axis: AxisPlan, cell: Pick<CellSizes, "margin" | "stride">): AxisPlan {
  const { chip, overlap } = cellSizes({ ...cell, chip: axis.chip, overlap: axis.overlap });
  return {
    size: Math.ceil(axis.size / cell.stride),
    chip,
    overlap,
    stride: chip - overlap,
    count: axis.count,
  };
}
