import { UserError } from "../errors.ts";
import { intersectWindows, type Window } from "../geo/window.ts";

/** The chips of one axis: chip i starts at i · stride. Sizes in px. */
export interface AxisPlan {
  /** Length of the scene along the axis. */
  readonly size: number;
  readonly chip: number;
  readonly overlap: number;
  /** chip − overlap. */
  readonly stride: number;
  /** Number of chips; the last one may reach past the scene. */
  readonly count: number;
}

/** The lattice of chips over a scene, anchored to its first pixel. Plain data, made before any pixel is read. */
export interface ChipPlan {
  readonly x: AxisPlan;
  readonly y: AxisPlan;
}

/** One planned chip. */
export interface PlannedChip {
  /** Place in row-major order over the whole lattice. */
  readonly index: number;
  /** Column and row in the lattice. */
  readonly latticeCol: number;
  readonly latticeRow: number;
  /** What the model sees; may reach past the right and lower edge of the scene. */
  readonly window: Window;
  /** What is final once this chip and all before it are blended: windows that tile the scene without overlap. */
  readonly owned: Window;
}

/** Side of a chip and overlap of neighbours, in px. */
export interface ChipSize {
  readonly chip: number;
  readonly overlap: number;
}

/**
 * Plans the chips that cover a scene of width x height px.
 * Throws UserError "bad-overlap" when the overlap is over half the chip: three chips would then meet along an axis.
 */
export function planChips(
  { width, height }: { readonly width: number; readonly height: number },
  { chip, overlap }: ChipSize,
): ChipPlan {
  if (overlap < 0 || overlap * 2 > chip) {
    throw new UserError(
      "bad-overlap",
      `The overlap is ${overlap} px, but chips are ${chip} px.`,
      `Pass --overlap with 0 to ${Math.floor(chip / 2)}.`,
    );
  }
  return { x: planAxis(width, chip, overlap), y: planAxis(height, chip, overlap) };
}

/** The chips of one axis: as few as cover `size` px. */
export function planAxis(size: number, chip: number, overlap: number): AxisPlan {
  const stride = chip - overlap;
  const count = Math.max(1, Math.ceil((size - overlap) / stride));
  return { size, chip, overlap, stride, count };
}

/**
 * The part of the scene that the chips cover which touch a window: planned on its own, it has just these chips, and inside the
 * window they give what the whole plan gives.
 */
export function latticeWindow({ x, y }: ChipPlan, { col, row, width, height }: Window): Window {
  const [left, right] = latticeSpan(x, col, width);
  const [top, bottom] = latticeSpan(y, row, height);
  return { col: left, row: top, width: right - left, height: bottom - top };
}

/** Where the first and the last chip of an axis that touch a stretch begin and end, cut at the scene's end. */
function latticeSpan(
  { size, chip, stride, count }: AxisPlan,
  start: number,
  length: number,
): [number, number] {
  const first = Math.min(count - 1, Math.max(0, Math.floor((start - chip) / stride) + 1));
  const last = Math.min(count - 1, Math.ceil((start + length) / stride) - 1);
  return [first * stride, last === count - 1 ? size : last * stride + chip];
}

/** Number of chips in the plan. */
export function chipCount({ x, y }: ChipPlan): number {
  return x.count * y.count;
}

/** The chip at a place of the lattice. */
export function chipAt({ x, y }: ChipPlan, latticeCol: number, latticeRow: number): PlannedChip {
  const col = latticeCol * x.stride;
  const row = latticeRow * y.stride;
  return {
    index: latticeRow * x.count + latticeCol,
    latticeCol,
    latticeRow,
    window: { col, row, width: x.chip, height: y.chip },
    owned: { col, row, width: ownedLength(x, latticeCol), height: ownedLength(y, latticeRow) },
  };
}

/** A chip owns what lies before its right neighbour; the last one all that is left. */
function ownedLength({ size, stride, count }: AxisPlan, index: number): number {
  return index === count - 1 ? size - index * stride : stride;
}

/** All chips, row by row, from a row of the lattice on. */
export function* plannedChips(plan: ChipPlan, fromRow = 0): Generator<PlannedChip> {
  for (let row = fromRow; row < plan.y.count; row++) {
    for (let col = 0; col < plan.x.count; col++) yield chipAt(plan, col, row);
  }
}

/** The part of a chip's window that lies in the scene. */
export function sceneWindow(plan: ChipPlan, chip: PlannedChip): Window {
  const scene = { col: 0, row: 0, width: plan.x.size, height: plan.y.size };
  const window = intersectWindows(chip.window, scene);
  if (window === null) throw new RangeError(`chip ${chip.index} lies outside the scene`);
  return window;
}
