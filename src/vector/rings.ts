import { type BorderGraph, DONE, NEXT, PINCH } from "./border-graph.ts";
import { doubled, NONE } from "./region-table.ts";
import { Slab } from "./slab.ts";

/** A closed ring on the pixel lattice: col0, row0, col1, row1, …; the first point is not repeated. */
export type LatticeRing = Int32Array;

/** The same in pixels, whose fractions smooth borders need. */
export type PixelRing = Int32Array | Float64Array;

/** Reads the rings of finished regions from a graph. */
export class RingReader {
  private points = new Int32Array(1024);
  private length = 0;
  private readonly rings = new Slab<Int32Array>((length) => new Int32Array(length));
  /** Offsets in `points` of the points where the ring may touch itself. */
  private readonly pinches: number[] = [];

  constructor(
    private readonly graph: BorderGraph,
    /** Whether points stay where a straight border meets a third region: neighbours then have the same points. */
    private readonly nodes: "keep" | "drop",
  ) {}

  /**
   * The rings of a region, exterior first, given its list of half-edges. The region is on their left as a person sees the raster
   * (row 0 on top): exteriors run counter-clockwise, holes clockwise. Every ring is simple; two rings touch in a point at most.
   */
  read(firstEdge: number): LatticeRing[] {
    const { graph } = this;
    const rings: LatticeRing[] = [];
    for (let edge = firstEdge; edge !== NONE; edge = graph.nextOfRegion[edge]!) {
      if (graph.flags[edge]! & DONE) continue;
      this.walk(edge);
      const whole = this.rings.copy(this.points, 0, this.length);
      if (this.pinches.length < 2) rings.push(whole);
      else cutAtPinches(whole, this.pinches, rings);
    }
    const exterior = rings.findIndex((ring) => doubleArea(ring) < 0);
    if (exterior > 0) rings.unshift(...rings.splice(exterior, 1));
    return this.nodes === "keep" ? rings : rings.map(withoutCollinear);
  }

  /** Puts the points of the ring that begins with a half-edge into `points`. */
  private walk(start: number): void {
    const { graph, pinches } = this;
    this.length = 0;
    pinches.length = 0;
    let edge = start;
    do {
      graph.flags[edge]! |= DONE;
      this.appendArc(edge);
      const end = graph.mate[edge]!;
      edge = graph.turn[end]!;
      if (graph.flags[end]! & PINCH) pinches.push(edge === start ? 0 : this.length);
    } while (edge !== start);
  }

  /** Appends the points of an arc in the direction of its half-edge, without the last one. */
  private appendArc(edge: number): void {
    const { points, point } = this.graph;
    const tail = this.graph.tailOf(edge);
    const first = this.length;
    const last = point[this.graph.mate[tail]!]!;
    const forwards = tail === edge;
    for (let p = forwards ? point[tail]! : points[point[tail]! + NEXT]!; ; p = points[p + NEXT]!) {
      if (forwards && p === last) break;
      if (this.length === this.points.length) this.points = doubled(this.points);
      this.points[this.length++] = points[p]!;
      this.points[this.length++] = points[p + 1]!;
      if (p === last) break;
    }
    if (!forwards) reversePoints(this.points, first, this.length);
  }
}

/** Twice the signed area of a ring in px² (shoelace over col, row): negative for exteriors, positive for holes. */
export function doubleArea(ring: PixelRing): number {
  let sum = 0;
  let x = ring[ring.length - 2]!;
  let y = ring[ring.length - 1]!;
  for (let i = 0; i < ring.length; i += 2) {
    sum += x * ring[i + 1]! - ring[i]! * y;
    x = ring[i]!;
    y = ring[i + 1]!;
  }
  return sum;
}

/** Reverses the order of the points between two offsets. */
function reversePoints(points: Int32Array, from: number, to: number): void {
  for (let i = from, j = to - 2; i < j; i += 2, j -= 2) {
    const x = points[i]!;
    const y = points[i + 1]!;
    points[i] = points[j]!;
    points[i + 1] = points[j + 1]!;
    points[j] = x;
    points[j + 1] = y;
  }
}

/**
 * Cuts a ring that passes points twice into simple rings: a closed stretch is taken out whenever a point comes again. A region
 * that touches itself at a corner so gets a hole that touches its exterior, which is valid; a self-touching exterior is not.
 */
function cutAtPinches(ring: LatticeRing, pinches: readonly number[], rings: LatticeRing[]): void {
  const marked = new Set(pinches);
  const seen = new Map<string, number>();
  const path: number[] = [];
  for (let i = 0; i < ring.length; i += 2) {
    const x = ring[i]!;
    const y = ring[i + 1]!;
    if (marked.has(i)) {
      const key = `${x},${y}`;
      const before = seen.get(key);
      if (before !== undefined) {
        rings.push(Int32Array.from(path.slice(before)));
        path.length = before;
      }
      seen.set(key, path.length);
    }
    path.push(x, y);
  }
  rings.push(Int32Array.from(path));
}

/** The ring without the points that lie on a straight line between their neighbours. */
function withoutCollinear(ring: LatticeRing): LatticeRing {
  const kept = new Int32Array(ring.length);
  let length = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const before = (i + ring.length - 2) % ring.length;
    const after = (i + 2) % ring.length;
    const straight =
      (ring[before] === ring[i] && ring[i] === ring[after]) ||
      (ring[before + 1] === ring[i + 1] && ring[i + 1] === ring[after + 1]);
    if (straight) continue;
    kept[length++] = ring[i]!;
    kept[length++] = ring[i + 1]!;
  }
  return length === ring.length ? ring : kept.slice(0, length);
}
