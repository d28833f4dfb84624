import { determinant, pixelPoint, pixelToWorld } from "../geo/affine.ts";
import type { Grid } from "../geo/grid.ts";
import { interpolate } from "./ground.ts";
import type { GroundLattice } from "./ground-lattice.ts";
import type { LatticeRing } from "./rings.ts";

/** Places rings of the pixel lattice in an output CRS. */
export interface Placement {
  /** The ring in output coordinates (x0, y0, x1, y1, …), closed by repeating its first point; exteriors counter-clockwise. */
  place(ring: LatticeRing): Float64Array;
}

/** Coordinates of the scene's own CRS; pixels where it has none. */
export function scenePlacement({ affine }: Grid): Placement {
  const reverse = determinant(affine) > 0;
  return {
    place: (ring) => {
      const placed = new Float64Array(ring.length + 2);
      for (let i = 0; i < ring.length; i += 2) {
        const [x, y] = pixelToWorld(affine, pixelPoint(ring[i]!, ring[i + 1]!));
        const at = reverse ? ring.length - i : i;
        placed[at] = x;
        placed[at + 1] = y;
      }
      return closed(placed, reverse);
    },
  };
}

/** With a reversed ring the first point already lies at the end: it is repeated at the start. */
function closed(placed: Float64Array, reverse: boolean): Float64Array {
  const end = placed.length - 2;
  if (reverse) placed.copyWithin(0, end, end + 2);
  else placed.copyWithin(end, 0, 2);
  return placed;
}

/**
 * WGS 84 longitude and latitude. Edges get points where they cross a line of the lattice: what is straight in the scene's CRS is
 * a curve there, and neighbours, which cross the same lines, stay together.
 */
export class LonLatPlacement implements Placement {
  private points = new Float64Array(1024);
  private length = 0;
  private readonly reverse: boolean;

  constructor(private readonly lattice: GroundLattice) {
    this.reverse = isMirrored(lattice);
  }

  place(ring: LatticeRing): Float64Array {
    this.length = 0;
    let x = ring[0]!;
    let y = ring[1]!;
    this.add(x, y);
    for (let i = 2; i <= ring.length; i += 2) {
      const nextX = ring[i === ring.length ? 0 : i]!;
      const nextY = ring[i === ring.length ? 1 : i + 1]!;
      this.addBetween(x, y, nextX, nextY);
      this.add(nextX, nextY);
      x = nextX;
      y = nextY;
    }
    const placed = this.points.slice(0, this.length);
    return this.reverse ? reversed(placed) : placed;
  }

  /** Adds the points inside an edge: where it crosses lattice lines, or evenly when it is slanted. */
  private addBetween(x0: number, y0: number, x1: number, y1: number): void {
    const { shift } = this.lattice;
    const side = 2 ** shift;
    if (x0 === x1 || y0 === y1) {
      const step = x1 > x0 || y1 > y0 ? side : -side;
      const from = x0 === x1 ? y0 : x0;
      const to = x0 === x1 ? y1 : x1;
      const first = step > 0 ? ((from >> shift) + 1) * side : (Math.ceil(from / side) - 1) * side;
      for (let at = first; step > 0 ? at < to : at > to; at += step) {
        if (x0 === x1) this.add(x0, at);
        else this.add(at, y0);
      }
      return;
    }
    const count = Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) / side);
    const forwards = x1 > x0;
    for (let k = 1; k < count; k++) {
      const t = (forwards ? k : count - k) / count;
      const [ax, ay, bx, by] = forwards ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
      this.add(ax + (bx - ax) * t, ay + (by - ay) * t);
    }
  }

  private add(x: number, y: number): void {
    const { lattice } = this;
    if (this.length === this.points.length) this.grow();
    const i = Math.min(x >> lattice.shift, lattice.cols.length - 2);
    const j = Math.min(y >> lattice.shift, lattice.rows.length - 2);
    this.points[this.length++] = interpolate(lattice.lon, lattice, i, j, x, y);
    this.points[this.length++] = interpolate(lattice.lat, lattice, i, j, x, y);
  }

  private grow(): void {
    const larger = new Float64Array(this.points.length * 2);
    larger.set(this.points);
    this.points = larger;
  }
}

/** True when counter-clockwise rings of the pixel lattice come out clockwise. */
function isMirrored({ exact, cols, rows }: GroundLattice): boolean {
  const [col, row] = [cols[cols.length - 1]! / 2, rows[rows.length - 1]! / 2];
  const [a, right, below] = [exact(col, row), exact(col + 0.5, row), exact(col, row + 0.5)];
  return (right[0] - a[0]) * (below[1] - a[1]) - (right[1] - a[1]) * (below[0] - a[0]) > 0;
}

function reversed(points: Float64Array): Float64Array {
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    out[points.length - 2 - i] = points[i]!;
    out[points.length - 1 - i] = points[i + 1]!;
  }
  return out;
}
