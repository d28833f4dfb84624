import type { LonLat } from "../geo/crs.ts";
import type { Grid } from "../geo/grid.ts";
import { groundScale, type Locate, locator, metresBetween } from "./ellipsoid.ts";
import { atNodes, type Cell, fitLattice } from "./lattice.ts";
import { type Placement, reversePoints } from "./placement.ts";
import { RingKernels } from "./ring-kernels.ts";
import type { PixelRing } from "./rings.ts";
import { Slab } from "./slab.ts";

/** Largest error of an interpolated position in pixels, and in pixels per pixel of the cell's side: that bounds area errors. */
const MAX_ERROR = 0.005;
const MAX_ERROR_PER_CELL_PIXEL = 1e-4;
/** Coordinates are multiples of a power of two that is at most this share of a pixel: files get half as large. */
const QUANTUM_PIXELS = 1 / 16384;

/**
 * Places rings in WGS 84 longitude and latitude. Edges get a point wherever they cross a line of the lattice: what is straight in
 * the scene's CRS is a curve there, and neighbours, which cross the same lines, stay together.
 */
export class LonLatPlacement implements Placement {
  private readonly kernels: RingKernels<"lon" | "lat">;
  private readonly mirrored: boolean;
  private readonly rings = new Slab<Float64Array>((length) => new Float64Array(length));

  constructor(grid: Grid) {
    const locate = locator(grid);
    const lattice = fitLattice(grid, (cell, side) => isFine(grid, locate, cell, side));
    const [lon, lat] = atNodes(lattice, 2, locate) as [Float64Array, Float64Array];
    const scale = quantaPerDegree(grid, locate);
    this.kernels = new RingKernels(lattice, { lon, lat }, ({ run, at }) =>
      run.placeLonLat(at.lon, at.lat, scale),
    );
    this.mirrored = isMirrored(grid, locate);
  }

  place(ring: PixelRing): Float64Array {
    const length = 2 * this.placeInKernels(ring);
    const placed = this.rings.copy(this.kernels.placed, 0, length);
    return this.mirrored ? reversePoints(placed) : placed;
  }

  /** Returns the number of points that were placed. */
  private placeInKernels(ring: PixelRing): number {
    const points = this.kernels.load(ring);
    const { kernels, placed } = this.kernels;
    const room = placed.length / 2;
    const count = kernels.run.placeRing(kernels.at.ring, points, kernels.at.placed, room);
    if (count <= room) return count;
    this.kernels.makeRoom(points, 2 * count);
    return this.placeInKernels(ring);
  }
}

/** True when the middle of a cell is where the mean of its corners says, within the tolerance. */
function isFine(grid: Grid, locate: Locate, { left, top, right, bottom }: Cell, side: number): boolean {
  const [col, row] = [(left + right) / 2, (top + bottom) / 2];
  const corners = [locate(left, top), locate(right, top), locate(left, bottom), locate(right, bottom)];
  const mean = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis]! / 4, 0));
  const { across, down } = groundScale(grid, locate, col, row);
  const error = metresBetween(locate(col, row), [mean[0]!, mean[1]!] as LonLat) / Math.min(across, down);
  return error <= Math.min(MAX_ERROR, MAX_ERROR_PER_CELL_PIXEL * side);
}

/** True when counter-clockwise rings of the pixel lattice come out clockwise. */
function isMirrored({ width, height }: Grid, locate: Locate): boolean {
  const [col, row] = [width / 2, height / 2];
  const [a, right, below] = [locate(col, row), locate(col + 0.5, row), locate(col, row + 0.5)];
  return (right[0] - a[0]) * (below[1] - a[1]) - (right[1] - a[1]) * (below[0] - a[0]) > 0;
}

/** A power of two; see QUANTUM_PIXELS. */
function quantaPerDegree({ width, height }: Grid, locate: Locate): number {
  const [col, row] = [width / 2, height / 2];
  const [a, right, below] = [locate(col, row), locate(col + 0.5, row), locate(col, row + 0.5)];
  const side = (b: LonLat): number => 2 * Math.hypot(b[0] - a[0], b[1] - a[1]);
  const pixel = Math.min(side(right), side(below));
  return pixel > 0 ? 2 ** Math.min(44, Math.ceil(-Math.log2(pixel * QUANTUM_PIXELS))) : 2 ** 44;
}
