import { type BorderGraph, DONE } from "./border-graph.ts";
import { furthestPoint, markKept } from "./douglas-peucker.ts";
import { LineBuffer } from "./line-buffer.ts";
import { SMOOTH_UNIT, smoothLine } from "./smooth-line.ts";
import { TriangleGuard } from "./triangle-guard.ts";

/** How borders are made simpler than the edges of pixels. */
export interface Simplification {
  /** How far (px) a border may depart from the line that the edges of its pixels stand for; see markKept. */
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
  private readonly line = new LineBuffer();
  private readonly smoothed = new LineBuffer();
  private keep = new Uint8Array(1024);

  constructor(
    private readonly graph: BorderGraph,
    width: number,
    private readonly options: Simplification,
  ) {
    this.unit = options.smooth ? SMOOTH_UNIT : 1;
    this.guard = new TriangleGuard(width);
    graph.known = this.guard;
  }

  /** Simplifies a whole arc, named by its tail, of a graph that knows every point of the rows up to the arc's last. */
  simplify(tail: number): void {
    const { graph, line, options } = this;
    graph.readArc(tail, line);
    const fixed = (graph.flags[tail]! & DONE) !== 0;
    if (fixed && !options.smooth) return;
    const isLoop = graph.isLoop(tail);
    const before = line.count;
    if (!fixed && options.tolerance > 0 && before > 2) this.thin(tail, isLoop);
    if (!options.smooth) {
      if (line.count < before) graph.rewriteArc(tail, line);
      return;
    }
    if (fixed) this.scale();
    else smoothLine(line, isLoop, this.guard, this.smoothed);
    graph.rewriteArc(tail, this.smoothed);
  }

  /** Forgets the points of the rows above one: no arc that is not whole reaches them. */
  forgetAbove(row: number): void {
    this.guard.forgetAbove(row);
  }

  /** Takes corners out of the line. A loop begins at a corner of its hull, whichever way it was found. */
  private thin(tail: number, isLoop: boolean): void {
    const { line, graph } = this;
    if (isLoop) line.rotate(furthestPoint(line, 0, line.count - 1, 0)!);
    if (this.keep.length < line.count) this.keep = new Uint8Array(line.count * 2);
    markKept(line, this.options.tolerance, this.keep);
    const least = graph.facesStraightArc(tail) ? 3 : 2;
    for (let before = 0; before !== line.count; ) {
      before = line.count;
      this.sweep(least);
    }
  }

  /** Takes out corners that are not to be kept, no two neighbours at once: triangles stay small. */
  private sweep(least: number): void {
    const { line, keep, guard } = this;
    const { x, y } = line;
    const last = line.count - 1;
    let to = 1;
    for (let i = 1; i <= last; i++) {
      const goes =
        keep[i] === 0 &&
        line.count > least &&
        guard.isClear(x[to - 1]!, y[to - 1]!, x[i]!, y[i]!, x[i + 1]!, y[i + 1]!);
      if (goes) {
        guard.delete(x[i]!, y[i]!);
        line.count--;
        i++;
      }
      x[to] = x[i]!;
      y[to] = y[i]!;
      keep[to++] = keep[i]!;
    }
  }

  /** The line in the unit of curves. */
  private scale(): void {
    const { line, smoothed, unit } = this;
    smoothed.clear();
    for (let i = 0; i < line.count; i++) smoothed.push(line.x[i]! * unit, line.y[i]! * unit);
  }
}
