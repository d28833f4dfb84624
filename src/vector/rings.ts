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
  /** Where the ring that was walked last lies in `points`. */
  private first = 0;
  private length = 0;
  private readonly rings = new Slab<Int32Array>((length) => new Int32Array(length));
  /** Offsets in `points` of the points where the ring may touch itself, ascending. */
  private readonly pinches: number[] = [];

  constructor(
    private readonly graph: BorderGraph,
    /**
     * Whether points stay where a straight border meets a third region: neighbours then have the same points. They can be dropped
     * from borders along the edges of pixels only.
     */
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
      if (this.pinches.length > 1) this.cutAtPinches(rings);
      rings.push(this.rings.copy(this.points, this.first, this.length));
    }
    if (rings.length === 1) return rings;
    const exterior = rings.findIndex((ring) => doubleArea(ring) < 0);
    if (exterior > 0) rings.unshift(...rings.splice(exterior, 1));
    return rings;
  }

  /** Puts the points of the ring that begins with a half-edge into `points`. */
  private walk(start: number): void {
    const { graph, pinches } = this;
    this.first = 0;
    this.length = 0;
    pinches.length = 0;
    let edge = start;
    do {
      graph.flags[edge]! |= DONE;
      this.appendArc(edge);
      const end = graph.mate[edge]!;
      edge = graph.turn[end]!;
      if ((graph.flags[end]! & PINCH) === 0) continue;
      if (edge === start) pinches.unshift(0);
      else pinches.push(this.length);
    } while (edge !== start);
    const { points, length } = this;
    if (
      this.nodes === "drop" &&
      isStraight(points, length - 2, points[0]!, points[1]!, points[2]!, points[3]!)
    )
      this.first = 2;
  }

  /** Appends the points of an arc in the direction of its half-edge, without the last one. */
  private appendArc(edge: number): void {
    const { points, point, mate } = this.graph;
    const tail = this.graph.tailOf(edge);
    const first = point[tail]!;
    const last = point[mate[tail]!]!;
    const before = this.length - 2;
    const drops = this.nodes === "drop" && before >= 0;
    if (tail === edge) {
      const next = points[first + NEXT]!;
      const isDropped =
        drops &&
        isStraight(this.points, before, points[first]!, points[first + 1]!, points[next]!, points[next + 1]!);
      for (let p = isDropped ? next : first; p !== last; p = points[p + NEXT]!)
        this.append(points[p]!, points[p + 1]!);
      return;
    }
    let next = first;
    for (let p = points[first + NEXT]!; p !== last; p = points[p + NEXT]!) {
      this.append(points[p]!, points[p + 1]!);
      next = p;
    }
    const isDropped =
      drops &&
      isStraight(this.points, before, points[last]!, points[last + 1]!, points[next]!, points[next + 1]!);
    if (!isDropped) this.append(points[last]!, points[last + 1]!);
    reversePoints(this.points, before + 2, this.length);
  }

  private append(x: number, y: number): void {
    if (this.length === this.points.length) this.points = doubled(this.points);
    this.points[this.length++] = x;
    this.points[this.length++] = y;
  }

  /**
   * Takes closed stretches out of the ring that was walked until it passes no point twice. A region that touches itself at a corner so
   * gets a hole that touches its exterior, which is valid; a self-touching exterior is not.
   */
  private cutAtPinches(rings: LatticeRing[]): void {
    const { points, pinches } = this;
    const seen = new Map<number, number>();
    let end = this.first;
    let from = this.first;
    const goOnTo = (to: number): void => {
      if (end !== from) points.copyWithin(end, from, to);
      end += to - from;
      from = to;
    };
    for (const pinch of pinches) {
      goOnTo(pinch);
      const key = points[pinch]! * ROW_KEYS + points[pinch + 1]!;
      const before = seen.get(key);
      if (before !== undefined) {
        rings.push(this.rings.copy(points, before, end));
        end = before;
      }
      seen.set(key, end);
    }
    goOnTo(this.length);
    this.length = end;
  }
}

/** Times a column, plus a row, is a number for each point: exact up to 2^26 columns and 2^27 rows. */
const ROW_KEYS = 2 ** 27;

/** True when a point lies on one line of the lattice with the one at an offset of `points` and the next one. */
function isStraight(
  points: Int32Array,
  before: number,
  x: number,
  y: number,
  nextX: number,
  nextY: number,
): boolean {
  return (points[before] === x && x === nextX) || (points[before + 1] === y && y === nextY);
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
