import { determinant } from "../geo/affine.ts";
import type { Grid } from "../geo/grid.ts";
import { groundScale, type Locate, locator } from "./ellipsoid.ts";
import { atNodes, fitLattice, interpolate, type Lattice } from "./lattice.ts";
import type { PixelRing } from "./rings.ts";

/** Largest relative error of an interpolated pixel area. */
const MAX_AREA_ERROR = 1e-4;

/** Measures rings of the pixel lattice in metres of ground. */
export interface Ground {
  /** Area in m²: positive for exteriors, negative for holes. */
  ringArea(ring: PixelRing): number;
  /** Length in metres. */
  ringLength(ring: PixelRing): number;
  /** Area (m²) of a pixel around a position (px). */
  pixelArea(x: number, y: number): number;
}

/** Measures on the ellipsoid where the CRS can be projected, else in the plane of its linear unit; null where metres are unknown. */
export function groundOf(grid: Grid): Ground | null {
  if (grid.crs === null) return null;
  if (grid.crs.proj4 !== null) return new EllipsoidGround(grid, locator(grid));
  return grid.crs.metresPerUnit === null ? null : new PlaneGround(grid, grid.crs.metresPerUnit);
}

class PlaneGround implements Ground {
  constructor(
    private readonly grid: Grid,
    private readonly metresPerUnit: number,
  ) {}

  ringArea(ring: PixelRing): number {
    let sum = 0;
    forEachEdge(ring, (x0, y0, x1, y1) => {
      sum += y0 * x1 - x0 * y1;
    });
    return (sum / 2) * this.pixelArea();
  }

  pixelArea(): number {
    return Math.abs(determinant(this.grid.affine)) * this.metresPerUnit ** 2;
  }

  ringLength(ring: PixelRing): number {
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
 * Area by Green's theorem: −∮ F dy with F(x, y) = ∫₀ˣ (m² per px²) dx, which is quadratic along the rows and linear along the
 * columns of a cell, so that Simpson's rule is exact within one. Length by the scale in the middle of each edge.
 */
class EllipsoidGround implements Ground {
  private readonly lattice: Lattice;
  /** See GroundScale; F at the nodes. */
  private readonly area: Float64Array;
  private readonly across: Float64Array;
  private readonly down: Float64Array;
  private readonly skew: Float64Array;
  private readonly running: Float64Array;

  constructor(grid: Grid, locate: Locate) {
    const areaAt = (col: number, row: number): number => groundScale(grid, locate, col, row).area;
    this.lattice = fitLattice(grid, ({ left, top, right, bottom }) => {
      const mean =
        (areaAt(left, top) + areaAt(right, top) + areaAt(left, bottom) + areaAt(right, bottom)) / 4;
      return Math.abs(mean / areaAt((left + right) / 2, (top + bottom) / 2) - 1) <= MAX_AREA_ERROR;
    });
    const scales = atNodes(this.lattice, 4, (col, row) => {
      const { area, across, down, skew } = groundScale(grid, locate, col, row);
      return [area, across, down, skew];
    });
    [this.area, this.across, this.down, this.skew] = scales as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    this.running = runningAreas(this.lattice, this.area);
  }

  ringArea(ring: PixelRing): number {
    let sum = 0;
    forEachEdge(ring, (x0, y0, x1, y1) => {
      if (y0 !== y1) sum -= this.strip(x0, y0, x1, y1);
    });
    return sum;
  }

  ringLength(ring: PixelRing): number {
    let sum = 0;
    forEachEdge(ring, (x0, y0, x1, y1) => {
      sum += this.edgeLength(x0, y0, x1, y1);
    });
    return sum;
  }

  pixelArea(x: number, y: number): number {
    return interpolate(this.lattice, this.area, x, y);
  }

  /** ∫ F dy along an edge. */
  private strip(x0: number, y0: number, x1: number, y1: number): number {
    const pieces = this.pieces(x0, y0, x1, y1);
    if (pieces === 1 && x0 === x1) return this.areaLeftOf(x0, (y0 + y1) / 2) * (y1 - y0);
    const at = (t: number): number => this.areaLeftOf(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
    let sum = 0;
    for (let k = 0; k < pieces; k++) {
      sum += at(k / pieces) + 4 * at((k + 0.5) / pieces) + at((k + 1) / pieces);
    }
    return (sum * (y1 - y0)) / (6 * pieces);
  }

  /** F: the ground (m² per px of height) between the raster's left edge and a point. */
  private areaLeftOf(x: number, y: number): number {
    const { area, running } = this;
    const { shift, cols, rows } = this.lattice;
    const i = Math.min(x >> shift, cols.length - 2);
    const j = Math.min(y >> shift, rows.length - 2);
    const node = j * cols.length + i;
    const below = node + cols.length;
    const dx = x - cols[i]!;
    const half = (dx * dx) / (2 * (cols[i + 1]! - cols[i]!));
    const upper = running[node]! + dx * area[node]! + half * (area[node + 1]! - area[node]!);
    const lower = running[below]! + dx * area[below]! + half * (area[below + 1]! - area[below]!);
    return upper + ((lower - upper) * (y - rows[j]!)) / (rows[j + 1]! - rows[j]!);
  }

  private edgeLength(x0: number, y0: number, x1: number, y1: number): number {
    const { lattice } = this;
    const pieces = this.pieces(x0, y0, x1, y1);
    const [dx, dy] = [(x1 - x0) / pieces, (y1 - y0) / pieces];
    let sum = 0;
    for (let k = 0; k < pieces; k++) {
      const [x, y] = [x0 + dx * (k + 0.5), y0 + dy * (k + 0.5)];
      if (dy === 0) sum += Math.abs(dx) * interpolate(lattice, this.across, x, y);
      else if (dx === 0) sum += Math.abs(dy) * interpolate(lattice, this.down, x, y);
      else {
        const [a, b] = [
          dx * interpolate(lattice, this.across, x, y),
          dy * interpolate(lattice, this.down, x, y),
        ];
        sum += Math.sqrt(a * a + b * b + 2 * dx * dy * interpolate(lattice, this.skew, x, y));
      }
    }
    return sum;
  }

  /** Into how many parts an edge is cut so that none is much longer than a cell. */
  private pieces(x0: number, y0: number, x1: number, y1: number): number {
    const { shift } = this.lattice;
    if (x0 >> shift === x1 >> shift && y0 >> shift === y1 >> shift) return 1;
    return (Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) >> shift) + 2;
  }
}

/** ∫ area dx from the left edge to each node. */
function runningAreas({ cols, rows }: Lattice, area: Float64Array): Float64Array {
  const running = new Float64Array(area.length);
  for (let j = 0; j < rows.length; j++) {
    for (let i = 1; i < cols.length; i++) {
      const node = j * cols.length + i;
      running[node] = running[node - 1]! + ((area[node]! + area[node - 1]!) / 2) * (cols[i]! - cols[i - 1]!);
    }
  }
  return running;
}

/** Calls back for every edge of a ring, the closing one included. */
function forEachEdge(ring: PixelRing, visit: (x0: number, y0: number, x1: number, y1: number) => void): void {
  let x = ring[ring.length - 2]!;
  let y = ring[ring.length - 1]!;
  for (let i = 0; i < ring.length; i += 2) {
    visit(x, y, ring[i]!, ring[i + 1]!);
    x = ring[i]!;
    y = ring[i + 1]!;
  }
}
