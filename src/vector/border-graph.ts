import type { LineBuffer } from "./line-buffer.ts";
import { doubled, NONE } from "./region-table.ts";
import type { TriangleGuard } from "./triangle-guard.ts";

/** Where a point holds the next one of its arc. */
export const NEXT = 2;

/** The half-edge leaves forwards: it is the tail of its arc. */
const TAIL = 1;
/** The end has reached its node. */
const CLOSED = 2;
/** The ring that arrives at this end may pass its node twice: the same label lies across. */
export const PINCH = 4;
/** The ring on the left of this half-edge has been read, or no region lies there. */
export const DONE = 8;

/**
 * The borders between regions as a planar graph of arcs. An arc runs along one border from node to node (a lattice point where
 * three or four borders meet) or is a closed loop. Its points are its nodes and the corners between, so none is collinear.
 * It points such that the smaller label lies on its left, whichever way it was found.
 *
 * Each arc has two half-edges, its tail and its head, which leave from that end with their own region on the left.
 * `mate` is the other end of the arc; `turn[e]` is the half-edge that goes on when the ring on the left arrives at end e.
 * While an arc grows, its open ends lie on the sweep line. The ids of arcs and points that nobody needs are used again.
 */
export class BorderGraph {
  mate = new Int32Array(256);
  turn = new Int32Array(256);
  /** The point at this end. */
  point = new Int32Array(256);
  /** Next half-edge in the list of the region on the left. */
  nextOfRegion = new Int32Array(256);
  flags = new Uint8Array(256);
  /** Col, row (px) and, at NEXT, the next point of the arc: three numbers for a point, which is named by the index of the first. */
  points = new Int32Array(3 * 1024);
  /** Where all points on the lattice are collected, if anywhere. */
  known: TriangleGuard | null = null;
  private edges = 0;
  private used = 0;
  private freeEdge = NONE;
  private freePoint = NONE;

  /** Starts an arc at a corner with both ends open; returns its head. */
  addArc(x: number, y: number): number {
    const point = this.addPoint(x, y);
    const tail = this.addEdge(point, TAIL);
    const head = this.addEdge(point, 0);
    this.mate[tail] = head;
    this.mate[head] = tail;
    return head;
  }

  /** Starts an arc at a node, growing at its head or at its tail; returns the end at the node. */
  begin(x: number, y: number, headGrows: boolean): number {
    const head = this.addArc(x, y);
    const atNode = headGrows ? this.mate[head]! : head;
    this.flags[atNode]! |= CLOSED;
    return atNode;
  }

  /** Lets an open end grow to a corner. */
  extend(end: number, x: number, y: number): void {
    const point = this.addPoint(x, y);
    if (this.flags[end]! & TAIL) this.points[point + NEXT] = this.point[end]!;
    else this.points[this.point[end]! + NEXT] = point;
    this.point[end] = point;
  }

  /** Lets an open end grow to its node; returns it. */
  close(end: number, x: number, y: number): number {
    this.extend(end, x, y);
    this.flags[end]! |= CLOSED;
    return end;
  }

  /** Joins two open ends, a head and a tail, at a corner. Returns an end of the arc when that made it whole, else NONE. */
  join(a: number, b: number, x: number, y: number): number {
    const [head, tail] = this.flags[a]! & TAIL ? [b, a] : [a, b];
    this.extend(head, x, y);
    if (this.mate[head] === tail) return this.closeLoop(head, tail);
    this.points[this.point[head]! + NEXT] = this.point[tail]!;
    const first = this.mate[head]!;
    const last = this.mate[tail]!;
    this.mate[first] = last;
    this.mate[last] = first;
    this.dropEdge(head);
    this.dropEdge(tail);
    return this.flags[first]! & this.flags[last]! & CLOSED ? first : NONE;
  }

  /** A loop repeats its first point at its end, as if it had a node there. */
  private closeLoop(head: number, tail: number): number {
    const first = this.point[tail]!;
    this.close(head, this.points[first]!, this.points[first + 1]!);
    this.flags[tail]! |= CLOSED;
    this.turn[head] = tail;
    this.turn[tail] = head;
    return head;
  }

  /** Links the ends that meet at a node, clockwise, NONE where there is no border: a ring turns left as sharply as it can. */
  linkNode(around: Int32Array): void {
    for (let i = 0; i < 4; i++) {
      if (around[i] === NONE) continue;
      let k = (i + 1) & 3;
      while (around[k] === NONE) k = (k + 1) & 3;
      this.turn[around[i]!] = around[k]!;
    }
  }

  /** Marks two ends where a ring arrives with the same label across the node: it may be the same region. */
  markPinch(a: number, b: number): void {
    this.flags[a]! |= PINCH;
    this.flags[b]! |= PINCH;
  }

  /** True when both ends of the arc are at their nodes. */
  isWhole(end: number): boolean {
    return (this.flags[end]! & this.flags[this.mate[end]!]! & CLOSED) !== 0;
  }

  tailOf(end: number): number {
    return this.flags[end]! & TAIL ? end : this.mate[end]!;
  }

  /** True for a closed arc without a node. */
  isLoop(tail: number): boolean {
    const head = this.mate[tail]!;
    return this.turn[head] === tail && this.turn[tail] === head;
  }

  /**
   * True when a whole arc and a straight one, or one that became straight, are all the border of a region or hole: if the arc became
   * straight too, nothing would be left between them.
   */
  facesStraightArc(tail: number): boolean {
    return [tail, this.mate[tail]!].some((edge) => {
      const other = this.turn[this.mate[edge]!]!;
      if (!this.isWhole(other) || this.turn[this.mate[other]!] !== edge) return false;
      const otherTail = this.tailOf(other);
      return this.points[this.point[otherTail]! + NEXT] === this.point[this.mate[otherTail]!];
    });
  }

  /** The first row (px) that an arc reaches so far, given one of its ends. */
  firstRow(end: number): number {
    const tail = this.tailOf(end);
    const last = this.point[this.mate[tail]!]!;
    let point = this.point[tail]!;
    let first = this.points[last + 1]!;
    for (; point !== last; point = this.points[point + NEXT]!)
      first = Math.min(first, this.points[point + 1]!);
    return first;
  }

  /** The points of an arc from its tail to its head. */
  readArc(tail: number, line: LineBuffer): void {
    const { points } = this;
    const last = this.point[this.mate[tail]!]!;
    line.clear();
    for (let point = this.point[tail]!; ; point = points[point + NEXT]!) {
      line.push(points[point]!, points[point + 1]!);
      if (point === last) return;
    }
  }

  /** Gives an arc other points, two at least: in the places of its old ones, then in new ones. */
  rewriteArc(tail: number, { x, y, count }: LineBuffer): void {
    const head = this.mate[tail]!;
    const oldLast = this.point[head]!;
    let point = this.point[tail]!;
    let isOld = true;
    for (let i = 0; ; i++) {
      this.points[point] = x[i]!;
      this.points[point + 1] = y[i]!;
      if (i === count - 1) break;
      isOld &&= point !== oldLast;
      const next = isOld ? this.points[point + NEXT]! : this.takePoint();
      this.points[point + NEXT] = next;
      point = next;
    }
    this.point[head] = point;
    if (!isOld || point === oldLast) return;
    this.points[oldLast + NEXT] = this.freePoint;
    this.freePoint = this.points[point + NEXT]!;
  }

  /** Frees the arcs of a finished region that the region on their other side does not need either. */
  release(firstEdge: number): void {
    for (let edge = firstEdge; edge !== NONE; ) {
      const following = this.nextOfRegion[edge]!;
      this.flags[edge]! |= DONE;
      if (this.flags[this.mate[edge]!]! & DONE) this.dropArc(edge);
      edge = following;
    }
  }

  /** Forgets all arcs. */
  clear(): void {
    this.edges = 0;
    this.used = 0;
    this.freeEdge = NONE;
    this.freePoint = NONE;
  }

  private dropArc(edge: number): void {
    const tail = this.tailOf(edge);
    const head = this.mate[tail]!;
    this.points[this.point[head]! + NEXT] = this.freePoint;
    this.freePoint = this.point[tail]!;
    this.dropEdge(tail);
    this.dropEdge(head);
  }

  private dropEdge(edge: number): void {
    this.mate[edge] = this.freeEdge;
    this.freeEdge = edge;
  }

  private addEdge(point: number, flags: number): number {
    const edge = this.freeEdge === NONE ? this.edges++ : this.freeEdge;
    if (edge === this.freeEdge) this.freeEdge = this.mate[edge]!;
    if (edge === this.mate.length) this.growEdges();
    this.point[edge] = point;
    this.flags[edge] = flags;
    return edge;
  }

  private addPoint(x: number, y: number): number {
    const point = this.takePoint();
    this.points[point] = x;
    this.points[point + 1] = y;
    this.points[point + NEXT] = NONE;
    this.known?.add(x, y);
    return point;
  }

  private takePoint(): number {
    const point = this.freePoint;
    if (point !== NONE) {
      this.freePoint = this.points[point + NEXT]!;
      return point;
    }
    this.used += 3;
    if (this.used > this.points.length) this.points = doubled(this.points);
    return this.used - 3;
  }

  private growEdges(): void {
    this.mate = doubled(this.mate);
    this.turn = doubled(this.turn);
    this.point = doubled(this.point);
    this.nextOfRegion = doubled(this.nextOfRegion);
    this.flags = doubled(this.flags);
  }
}
