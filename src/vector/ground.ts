import { determinant } from "../geo/affine.ts";
import type { Grid } from "../geo/grid.ts";
import { groundScale, type Locate, locator } from "./ellipsoid.ts";
import { atNodes, fitLattice, interpolate, type Lattice } from "./lattice.ts";
import { RingKernels } from "./ring-kernels.ts";
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
  /** m² per px² at the nodes. */
  private readonly area: Float64Array;
  private readonly kernels: RingKernels<"area" | "across" | "down" | "skew" | "running">;

  constructor(grid: Grid, locate: Locate) {
    const areaAt = (col: number, row: number): number => groundScale(grid, locate, col, row).area;
    this.lattice = fitLattice(grid, ({ left, top, right, bottom }) => {
      const mean =
        (areaAt(left, top) + areaAt(right, top) + areaAt(left, bottom) + areaAt(right, bottom)) / 4;
      return Math.abs(mean / areaAt((left + right) / 2, (top + bottom) / 2) - 1) <= MAX_AREA_ERROR;
    });
    const [area, across, down, skew] = atNodes(this.lattice, 4, (col, row) => {
      const scale = groundScale(grid, locate, col, row);
      return [scale.area, scale.across, scale.down, scale.skew];
    }) as [Float64Array, Float64Array, Float64Array, Float64Array];
    this.area = area;
    const values = { area, across, down, skew, running: runningAreas(this.lattice, area) };
    this.kernels = new RingKernels(this.lattice, values, ({ run, at }) =>
      run.placeScales(at.area, at.across, at.down, at.skew, at.running),
    );
  }

  ringArea(ring: PixelRing): number {
    const points = this.kernels.load(ring);
    const { run, at } = this.kernels.kernels;
    return run.ringArea(at.ring, points);
  }

  ringLength(ring: PixelRing): number {
    const points = this.kernels.load(ring);
    const { run, at } = this.kernels.kernels;
    return run.ringLength(at.ring, points);
  }

  pixelArea(x: number, y: number): number {
    return interpolate(this.lattice, this.area, x, y);
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
