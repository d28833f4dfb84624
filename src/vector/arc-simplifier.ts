import { type BorderGraph, DONE } from "./border-graph.ts";
import { LineBuffer } from "./line-buffer.ts";
import { SMOOTH_UNIT, smoothLine } from "./smooth-line.ts";
import { TriangleGuard } from "./triangle-guard.ts";

/** How borders are made simpler than the edges of pixels. */
export interface Simplification {
  /** How far (px) a border may depart from the line that the edges of its pixels stand for; see thinLine in kernels/. */
  readonly tolerance: number;
  /** Whether corners become curves. */
  readonly smooth: boolean;
}

/**
 * Simplifies the arcs of a graph, each once and as soon as it is whole, so that neighbours stay glued. Corners go that Douglas and
 * Peucker's rule does not need, but one by one, and only where the triangle that this cuts off holds no other point of any border:
 * so nothing crosses, collapses or turns inside out, whatever the tolerance. Borders to what has no data stay as they are: what one
 * region loses its neighbour gains, and all together keep the area of the raster.
 */
export class ArcSimplifier {
  /** Coordinates of arcs that are done count parts of a pixel: so many make one. */
  readonly unit: number;
  private readonly guard: TriangleGuard;
  private readonly smoothed = new LineBuffer();

  constructor(
    private readonly graph: BorderGraph,
    width: number,
    private readonly options: Simplification,
  ) {
    this.unit = options.smooth ? SMOOTH_UNIT : 1;
    this.guard = new TriangleGuard(width);
    graph.known = this.guard;
  }

  /** Makes room for the points of the next row. */
  reach(row: number): void {
    this.guard.reach(row);
  }

  /** Simplifies a whole arc, named by its tail, of a graph that knows every point of the rows up to the arc's last. */
  simplify(tail: number): void {
    const { graph, guard, smoothed, options } = this;
    const { line } = guard;
    graph.readArc(tail, line);
    const fixed = (graph.flags[tail]! & DONE) !== 0;
    if (fixed && !options.smooth) return;
    const isLoop = graph.isLoop(tail);
    const before = line.count;
    if (!fixed && options.tolerance > 0 && before > 2)
      guard.thin(isLoop, options.tolerance, graph.facesStraightArc(tail) ? 3 : 2);
    if (!options.smooth) {
      if (line.count < before) graph.rewriteArc(tail, line);
      return;
    }
    if (fixed) this.scale();
    else smoothLine(line, isLoop, guard, smoothed);
    graph.rewriteArc(tail, smoothed);
  }

  /** Forgets the points of the rows above one: no arc that is not whole reaches them. */
  forgetAbove(row: number): void {
    this.guard.forgetAbove(row);
  }

  /** The line in the unit of curves. */
  private scale(): void {
    const { guard, smoothed, unit } = this;
    const { line } = guard;
    smoothed.clear();
    for (let i = 0; i < line.count; i++) smoothed.push(line.x[i]! * unit, line.y[i]! * unit);
  }
}
