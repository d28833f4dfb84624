import type { LonLat } from "../geo/crs.ts";
import type { Grid } from "../geo/grid.ts";
import { groundScale, type Locate, locator, metresBetween } from "./ellipsoid.ts";
import { atNodes, type Cell, fitLattice, type Lattice } from "./lattice.ts";
import { type Placement, reversePoints } from "./placement.ts";
import { doubled } from "./region-table.ts";
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
  private readonly lattice: Lattice;
  private readonly lon: Float64Array;
  private readonly lat: Float64Array;
  private readonly mirrored: boolean;
  /** Quanta per degree. */
  private readonly scale: number;
  private points = new Float64Array(1024);
  private length = 0;
  private readonly rings = new Slab<Float64Array>((length) => new Float64Array(length));

  constructor(grid: Grid) {
    const locate = locator(grid);
    this.lattice = fitLattice(grid, (cell, side) => isFine(grid, locate, cell, side));
    [this.lon, this.lat] = atNodes(this.lattice, 2, locate) as [Float64Array, Float64Array];
    this.mirrored = isMirrored(grid, locate);
    this.scale = quantaPerDegree(grid, locate);
  }

  place(ring: PixelRing): Float64Array {
    this.length = 0;
    let x = ring[0]!;
    let y = ring[1]!;
    this.add(x, y);
    for (let i = 2; i <= ring.length; i += 2) {
      const from = i === ring.length ? 0 : i;
      const nextX = ring[from]!;
      const nextY = ring[from + 1]!;
      this.addBetween(x, y, nextX, nextY);
      this.add(nextX, nextY);
      x = nextX;
      y = nextY;
    }
    const placed = this.rings.copy(this.points, 0, this.length);
    return this.mirrored ? reversePoints(placed) : placed;
  }

  /** Adds the points inside an edge: where it crosses lattice lines; evenly, seen from its left end, when it is slanted. */
  private addBetween(x0: number, y0: number, x1: number, y1: number): void {
    const { shift } = this.lattice;
    if (x0 >> shift === x1 >> shift && y0 >> shift === y1 >> shift) return;
    if (y0 === y1) forEachLine(x0, x1, 2 ** shift, (x) => this.add(x, y0));
    else if (x0 === x1) forEachLine(y0, y1, 2 ** shift, (y) => this.add(x0, y));
    else {
      const count = Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) / 2 ** shift);
      const forwards = x0 < x1;
      const [ax, ay, bx, by] = forwards ? [x0, y0, x1, y1] : [x1, y1, x0, y0];
      for (let k = 1; k < count; k++) {
        const t = (forwards ? k : count - k) / count;
        this.add(ax + (bx - ax) * t, ay + (by - ay) * t);
      }
    }
  }

  private add(x: number, y: number): void {
    const { lon, lat, scale } = this;
    const { shift, cols, rows } = this.lattice;
    const i = Math.min(x >> shift, cols.length - 2);
    const j = Math.min(y >> shift, rows.length - 2);
    const node = j * cols.length + i;
    const below = node + cols.length;
    const u = (x - cols[i]!) / (cols[i + 1]! - cols[i]!);
    const v = (y - rows[j]!) / (rows[j + 1]! - rows[j]!);
    const lonUp = lon[node]! + (lon[node + 1]! - lon[node]!) * u;
    const lonLow = lon[below]! + (lon[below + 1]! - lon[below]!) * u;
    const latUp = lat[node]! + (lat[node + 1]! - lat[node]!) * u;
    const latLow = lat[below]! + (lat[below + 1]! - lat[below]!) * u;
    if (this.length === this.points.length) this.points = doubled(this.points);
    this.points[this.length++] = Math.round((lonUp + (lonLow - lonUp) * v) * scale) / scale;
    this.points[this.length++] = Math.round((latUp + (latLow - latUp) * v) * scale) / scale;
  }
}

/** Calls back for the multiples of `side` strictly between two integers, in the direction from one to the other. */
function forEachLine(from: number, to: number, side: number, visit: (at: number) => void): void {
  if (from < to) for (let at = (Math.floor(from / side) + 1) * side; at < to; at += side) visit(at);
  else for (let at = (Math.ceil(from / side) - 1) * side; at > to; at -= side) visit(at);
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
