import type { AxisPlan } from "../tiler/chip-plan.ts";

/** A row of chips under way, plain data that threads share: all that its cells are blended from. */
export interface ChipRow {
  /** The lattice in cells. */
  readonly x: AxisPlan;
  readonly y: AxisPlan;
  readonly latticeRow: number;
  readonly classes: number;
  /** Weights over the overlap with the chip before: see risingWeights. */
  readonly riseX: Float32Array;
  readonly riseY: Float32Array;
  /** Scores as the model gave them, [slots][classes][y.chip][x.chip]; those of chip i lie in slot i % slots. */
  readonly scores: Float32Array;
  readonly slots: number;
  /** Rows of cells above the overlap that are kept with it, for the pixels between them and the next ones. */
  readonly lead: number;
  /** Kept of the row of chips above, and to keep for the one below, [classes][lead + y.overlap][lattice width]: see keepBelow. */
  readonly above: Float32Array;
  readonly below: Float32Array;
}

/** Columns of the lattice (cells). */
export function latticeWidth({ x }: Pick<ChipRow, "x">): number {
  return (x.count - 1) * x.stride + x.chip;
}

/** First column that a chip owns, and the one after its last; `count` chips and more end with the lattice. */
export function firstColumn(row: Pick<ChipRow, "x">, chip: number): number {
  return chip >= row.x.count ? latticeWidth(row) : chip * row.x.stride;
}

/** How many rows of its cells a row of chips owns: the last one all of them. */
export function ownedRows({ y, latticeRow }: Pick<ChipRow, "y" | "latticeRow">): number {
  return latticeRow === y.count - 1 ? y.chip : y.stride;
}

/** Neighbouring chips, and where what they answer goes. */
export interface ChipsTask {
  readonly chips: ChipRow;
  /** Chips of the row, `from` up to `to`: the columns that they own are resolved. */
  readonly from: number;
  readonly to: number;
  /** What wins in each chip by itself, where a worker has found it already; null for answers of several pixels. */
  readonly own: OwnWinners | null;
  /** Class id of each class. */
  readonly classIds: Uint8Array;
  /** Px per cell, per side, and width of the scene (px). */
  readonly stride: number;
  readonly width: number;
  /** Rows of pixels that are final with this row of chips, `from` up to `to`. */
  readonly rows: { readonly from: number; readonly to: number };
  /** What is found, [rows][width]: class ids, and their scores in percent. */
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
}

/** Winners of chips in slots as their scores: see ChipRow. */
export interface OwnWinners {
  /** [slots][y.chip][x.chip]. */
  readonly labels: Uint8Array;
  readonly confidence: Uint8Array;
  /** [slots]: 1 where they are known. */
  readonly known: Uint8Array;
}
