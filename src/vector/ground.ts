import { determinant } from "../geo/affine.ts";
import type { Grid } from "../geo/grid.ts";
import { type GroundLattice, groundLattice } from "./ground-lattice.ts";
import type { LatticeRing } from "./rings.ts";

/** Measures rings on the pixel lattice in metres of ground. */
export interface Ground {
  /** Area in m²: positive for exteriors, negative for holes. */
  ringArea(ring: LatticeRing): number;
  /** Length in metres. */
  ringLength(ring: LatticeRing): number;
}

/** Measures on the ellipsoid where the CRS can be projected, else in the plane of its linear unit; null where metres are unknown. */
export function groundOf(grid: Grid, lattice: GroundLattice | null): Ground | null {
  if (lattice !== null) return new EllipsoidGround(lattice);
  const metres = grid.crs?.metresPerUnit ?? null;
  return metres === null ? null : new PlaneGround(grid, metres);
}

/** The lattice of a grid, or null where its CRS cannot be projected. */
export function latticeOf(grid: Grid): GroundLattice | null {
  return grid.crs === null || grid.crs.proj4 === null ? null : groundLattice(grid);
}

class PlaneGround implements Ground {
  constructor(
    private readonly grid: Grid,
    private readonly metresPerUnit: number,
  ) {}

  ringArea(ring: LatticeRing): number {
    let sum = 0;
    forEachEdge(ring, (x0, y0, x1, y1) => {
      sum += y0 * x1 - x0 * y1;
    });
    return (sum / 2) * Math.abs(determinant(this.grid.affine)) * this.metresPerUnit ** 2;
  }

  ringLength(ring: LatticeRing): number {
    const [a, b, , d, e] = this.grid.affine;
    let sum = 0;
    forEachEdge(ring, (x0, y0, x1, y1) => {
      const [dx, dy] = [x1 - x0, y1 - y0];
      sum += Math.hypot(a * dx + b * dy, d * dx + e * dy);
    });
    return sum * this.metresPerUnit;
  }
}

/**
 * Area by Green's theorem: −∮ F dy with F(x, y) = ∫₀ˣ (m² per px²) dx, which is quadratic along rows and linear along columns of
 * a cell, so Simpson's rule is exact within one. Length by the metric of the nearest point of the lattice.
 */
class EllipsoidGround implements Ground {
  /** F at the nodes. */
  private readonly running: Float64Array;

  constructor(private readonly lattice: GroundLattice) {
    const { cols, rows, area } = lattice;
    this.running = new Float64Array(area.length);
    for (let j = 0; j < rows.length; j++) {
      for (let i = 1; i < cols.length; i++) {
        const node = j * cols.length + i;
        const mean = (area[node]! + area[node - 1]!) / 2;
        this.running[node] = this.running[node - 1]! + mean * (cols[i]! - cols[i - 1]!);
      }
    }
  }

  ringArea(ring: LatticeRing): number {
    let sum = 0;
    forEachEdge(ring, (x0, y0, x1, y1) => {
      if (y0 !== y1) sum -= this.strip(x0, y0, x1, y1);
    });
    return sum;
  }

  ringLength(ring: LatticeRing): number {
    let sum = 0;
    forEachEdge(ring, (x0, y0, x1, y1) => {
      sum += this.edgeLength(x0, y0, x1, y1);
    });
    return sum;
  }

  /** ∫ F dy along an edge. */
  private strip(x0: number, y0: number, x1: number, y1: number): number {
    const pieces = this.pieces(x0, y0, x1, y1);
    if (pieces === 1 && x0 === x1) return this.integral(x0, (y0 + y1) / 2) * (y1 - y0);
    let sum = 0;
    for (let k = 0; k < pieces; k++) {
      const [s, t] = [k / pieces, (k + 1) / pieces];
      const at = (u: number): number => this.integral(x0 + (x1 - x0) * u, y0 + (y1 - y0) * u);
      sum += at(s) + 4 * at((s + t) / 2) + at(t);
    }
    return (sum * (y1 - y0)) / (6 * pieces);
  }

  /** F at a point: the ground (m² per px of height) between the raster's left edge and the point. */
  private integral(x: number, y: number): number {
    const { shift, cols, rows, area } = this.lattice;
    const i = Math.min(x >> shift, cols.length - 2);
    const j = Math.min(y >> shift, rows.length - 2);
    const node = j * cols.length + i;
    const v = (y - rows[j]!) / (rows[j + 1]! - rows[j]!);
    const dx = x - cols[i]!;
    const half = (dx * dx) / (2 * (cols[i + 1]! - cols[i]!));
    const upper = this.running[node]! + dx * area[node]! + half * (area[node + 1]! - area[node]!);
    const below = node + cols.length;
    const lower = this.running[below]! + dx * area[below]! + half * (area[below + 1]! - area[below]!);
    return upper + (lower - upper) * v;
  }

  private edgeLength(x0: number, y0: number, x1: number, y1: number): number {
    const { across, down, skew } = this.lattice;
    const pieces = this.pieces(x0, y0, x1, y1);
    const [dx, dy] = [(x1 - x0) / pieces, (y1 - y0) / pieces];
    let sum = 0;
    for (let k = 0; k < pieces; k++) {
      const [x, y] = [x0 + dx * (k + 0.5), y0 + dy * (k + 0.5)];
      if (dy === 0) sum += Math.abs(dx) * this.at(across, x, y);
      else if (dx === 0) sum += Math.abs(dy) * this.at(down, x, y);
      else {
        const [a, b] = [dx * this.at(across, x, y), dy * this.at(down, x, y)];
        sum += Math.sqrt(a * a + b * b + 2 * dx * dy * this.at(skew, x, y));
      }
    }
    return sum;
  }

  private at(channel: Float64Array, x: number, y: number): number {
    const { shift, cols, rows } = this.lattice;
    const i = Math.min(x >> shift, cols.length - 2);
    const j = Math.min(y >> shift, rows.length - 2);
    return interpolate(channel, this.lattice, i, j, x, y);
  }

  /** Into how many parts an edge is cut so that each is about as long as a cell at most. */
  private pieces(x0: number, y0: number, x1: number, y1: number): number {
    const { shift } = this.lattice;
    if (x0 >> shift === x1 >> shift && y0 >> shift === y1 >> shift) return 1;
    return (Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) >> shift) + 2;
  }
}

/** A channel of the lattice at (x, y), bilinear in cell (i, j). */
export function interpolate(
  channel: Float64Array,
  { cols, rows }: GroundLattice,
  i: number,
  j: number,
  x: number,
  y: number,
): number {
  const node = j * cols.length + i;
  const below = node + cols.length;
  const u = (x - cols[i]!) / (cols[i + 1]! - cols[i]!);
  const v = (y - rows[j]!) / (rows[j + 1]! - rows[j]!);
  const upper = channel[node]! + (channel[node + 1]! - channel[node]!) * u;
  const lower = channel[below]! + (channel[below + 1]! - channel[below]!) * u;
  return upper + (lower - upper) * v;
}

/** Calls back for every edge of a ring, the closing one included. */
export function forEachEdge(
  ring: ArrayLike<number>,
  visit: (x0: number, y0: number, x1: number, y1: number) => void,
): void {
  let x = ring[ring.length - 2]!;
  let y = ring[ring.length - 1]!;
  for (let i = 0; i < ring.length; i += 2) {
    visit(x, y, ring[i]!, ring[i + 1]!);
    x = ring[i]!;
    y = ring[i + 1]!;
  }
}
