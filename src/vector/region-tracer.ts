import { ArcSimplifier, type Simplification } from "./arc-simplifier.ts";
import { BorderGraph, DONE } from "./border-graph.ts";
import { NONE, RegionTable } from "./region-table.ts";
import { emptyRuns, FAR, findRuns, type Labels, type Runs, VOID } from "./runs.ts";

const FINISHED = -2;
/** After so many rows points are forgotten that no open border reaches. */
const ROWS_REMEMBERED = 64;
const NO_LABELS = new Uint8Array(0);
const [UP, RIGHT, DOWN, LEFT] = [0, 1, 2, 3] as const;

/**
 * Traces the regions of a label raster row by row. Memory follows the regions that reach into the current row: a region is handed
 * to `finished` as soon as its last row has passed, and what only it needed is freed after that.
 */
export class RegionTracer {
  readonly regions = new RegionTable();
  readonly graph = new BorderGraph();
  private above: Runs;
  private below: Runs;
  private row = 0;
  private readonly simplifier: ArcSimplifier | null;
  /** Tails of the arcs that became whole in this row. */
  private readonly whole: number[] = [];
  /** The ends that meet at a node, clockwise from the one above. */
  private readonly around = new Int32Array(4);

  constructor(
    private readonly width: number,
    private readonly nodata: number,
    private readonly finished: (region: number) => void,
    simplification: Simplification | null = null,
  ) {
    this.simplifier = simplification && new ArcSimplifier(this.graph, width, simplification);
    this.above = emptyRuns(width);
    this.below = emptyRuns(width);
  }

  /** Coordinates of finished regions count parts of a pixel: so many make one. */
  get unit(): number {
    return this.simplifier?.unit ?? 1;
  }

  /** Takes the next row (width labels); `confidence` (0–100, 255 unknown) is summed per region. */
  pushRow(labels: Labels, confidence: Uint8Array | null = null): void {
    findRuns(labels, this.nodata, this.below);
    this.regions.connect(this.above, this.below, this.row, this.width, this.graph.nextOfRegion);
    if (confidence !== null) this.regions.addConfidence(this.below, confidence);
    this.simplifier?.reach(this.row);
    this.traceBorders();
    this.simplifyArcs();
    this.finishRegions();
    [this.above, this.below] = [this.below, this.above];
    this.row++;
  }

  /** Finishes the regions that reach into the last row; without simplification another raster of this width can follow. */
  end(): void {
    this.pushRow(NO_LABELS);
    this.row = 0;
    this.regions.clear();
    this.graph.clear();
  }

  /** Walks the lattice row between the rows above and below, from one point with a vertical border to the next. */
  private traceBorders(): void {
    const { above, below } = this;
    let i = 0;
    let j = 0;
    let flat = NONE;
    for (;;) {
      const col = Math.min(above.start[i + 1]!, below.start[j + 1]!);
      if (col === FAR) return;
      const up = above.start[i + 1] === col;
      const down = below.start[j + 1] === col;
      const left = above.value[i] !== below.value[j];
      if (up) i++;
      if (down) j++;
      const right = above.value[i] !== below.value[j];
      if (up && down && !left && !right) below.end[j] = above.end[i]!;
      else if (up === down || left === right) flat = this.traceNode(col, i, j, up, down, left, right, flat);
      else flat = this.traceCorner(col, i, j, up, left, flat);
    }
  }

  /**
   * A border turns at (col, row), where runs i (above) and j (below) lie to the right; `flat` is the open end that came along the
   * lattice row. Returns the one that goes on along it, or NONE.
   */
  private traceCorner(col: number, i: number, j: number, up: boolean, left: boolean, flat: number): number {
    const { above, below, graph, row } = this;
    if (up && left) {
      const arc = graph.join(above.end[i]!, flat, col, row);
      if (arc !== NONE) this.addToRegions(arc, above, i - 1, above, i);
      return NONE;
    }
    if (up) {
      graph.extend(above.end[i]!, col, row);
      return above.end[i]!;
    }
    if (left) {
      graph.extend(flat, col, row);
      below.end[j] = flat;
      return NONE;
    }
    const head = graph.addArc(col, row);
    const tail = graph.mate[head]!;
    const rightwards = above.value[i]! < below.value[j]!;
    below.end[j] = rightwards ? tail : head;
    return rightwards ? head : tail;
  }

  /** Three or four borders meet at (col, row): arcs from above and from the left end there, others begin. See traceCorner. */
  private traceNode(
    col: number,
    i: number,
    j: number,
    up: boolean,
    down: boolean,
    left: boolean,
    right: boolean,
    flat: number,
  ): number {
    const { above, below, graph, row, around } = this;
    const upperLeft = up ? i - 1 : i;
    const lowerLeft = down ? j - 1 : j;
    around[UP] = up ? graph.close(above.end[i]!, col, row) : NONE;
    around[RIGHT] = right ? graph.begin(col, row, above.value[i]! < below.value[j]!) : NONE;
    around[DOWN] = down ? graph.begin(col, row, below.value[j]! < below.value[lowerLeft]!) : NONE;
    around[LEFT] = left ? graph.close(flat, col, row) : NONE;
    graph.linkNode(around);
    if (up && down && left && right) {
      if (above.value[upperLeft] === below.value[j]) graph.markPinch(around[RIGHT]!, around[LEFT]!);
      if (above.value[i] === below.value[lowerLeft]) graph.markPinch(around[UP]!, around[DOWN]!);
    }
    if (up && graph.isWhole(around[UP]!)) this.addToRegions(around[UP]!, above, upperLeft, above, i);
    const isSameArc = up && left && graph.mate[around[LEFT]!] === around[UP];
    if (left && !isSameArc && graph.isWhole(around[LEFT]!))
      this.addToRegions(around[LEFT]!, above, upperLeft, below, lowerLeft);
    if (down) below.end[j] = graph.mate[around[DOWN]!]!;
    return right ? graph.mate[around[RIGHT]!]! : NONE;
  }

  /** Lists a whole arc with the regions on its sides: run `a` of `runsA` lies on one, run `b` of `runsB` on the other. */
  private addToRegions(arc: number, runsA: Runs, a: number, runsB: Runs, b: number): void {
    const { graph, regions } = this;
    const tail = graph.tailOf(arc);
    const aLeft = runsA.value[a]! < runsB.value[b]!;
    const left = aLeft ? a : b;
    const leftRuns = aLeft ? runsA : runsB;
    const right = aLeft ? runsB.region[b]! : runsA.region[a]!;
    if (leftRuns.value[left] === VOID) graph.flags[tail]! |= DONE;
    else regions.addEdge(leftRuns.region[left]!, tail, graph.nextOfRegion);
    regions.addEdge(right, graph.mate[tail]!, graph.nextOfRegion);
    this.whole.push(tail);
  }

  private simplifyArcs(): void {
    const { simplifier } = this;
    if (simplifier !== null) {
      for (const tail of this.whole) simplifier.simplify(tail);
      if (this.row % ROWS_REMEMBERED === 0) simplifier.forgetAbove(this.firstOpenRow());
    }
    this.whole.length = 0;
  }

  /** The first row that borders which go on below reach. */
  private firstOpenRow(): number {
    const { below, graph } = this;
    let first = this.row;
    for (let i = 1; i < below.count; i++) first = Math.min(first, graph.firstRow(below.end[i]!));
    return first;
  }

  /** Hands over the regions above that do not go on below, in the order of their columns, and frees what nobody needs any more. */
  private finishRegions(): void {
    const { above, graph, regions } = this;
    for (let i = 0; i < above.count; i++) {
      if (above.value[i] === VOID) continue;
      const region = above.region[i]!;
      if (regions.lastRow[region]! < 0 || regions.lastRow[region] === this.row) continue;
      this.finished(region);
      graph.release(regions.firstEdge[region]!);
      regions.lastRow[region] = FINISHED;
      regions.release(region);
    }
  }
}
