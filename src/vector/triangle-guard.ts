import { createKernels, type Kernels } from "../kernels/kernels.ts";
import { LineBuffer } from "./line-buffer.ts";

/**
 * What the edges of pixels say of the border they stand for is right to half a pixel: all corners of a straight border's stairs lie
 * between two lines √2 px apart. With this much on top, a tolerance of one pixel makes stairs of any slope a line.
 */
const STAIRS = 0.5;

type Arrays = "points" | "x" | "y" | "keep" | "stack";

/**
 * Knows every point of all borders in the rows that open borders reach and says which corners may be cut off: see thinLine and
 * isTriangleClear in kernels/. A bit for each point, and the line that is thinned out, lie in the memory of the kernels.
 */
export class TriangleGuard {
  /** What `thin` works on. */
  readonly line = new LineBuffer(() => this.makeRoom(this.rows, 2 * this.line.x.length));
  private kernels!: Kernels<Arrays>;
  private points = new Uint8Array(0);
  private readonly rowBytes: number;
  /** Rows that there is room for, a power of two. Row y lies where row y mod `rows` does. */
  private rows = 0;
  /** Rows above this one are forgotten. */
  private first = 0;

  /** For columns 0 … width. */
  constructor(width: number) {
    this.rowBytes = (width >> 3) + 1;
    this.makeRoom(64, this.line.x.length);
  }

  /** Makes room for the points of rows down to this one. */
  reach(row: number): void {
    while (row - this.first >= this.rows) this.makeRoom(2 * this.rows, this.line.x.length);
  }

  /** Adds a point of a row that has been reached. */
  add(x: number, y: number): void {
    this.points[(y & (this.rows - 1)) * this.rowBytes + (x >> 3)]! |= 1 << (x & 7);
  }

  /** Forgets the points of the rows above one: they must not be asked for any more. */
  forgetAbove(row: number): void {
    for (; this.first < row; this.first++) this.rowOf(this.points, this.rows, this.first).fill(0);
  }

  /** True when nothing but a, v and b lies in the closed triangle a v b or too near to the new edge a b. All rows have been reached. */
  isClear(ax: number, ay: number, vx: number, vy: number, bx: number, by: number): boolean {
    return this.kernels.run.isTriangleClear(ax, ay, vx, vy, bx, by) !== 0;
  }

  /** Takes the corners out of `line` that need not be kept, for a tolerance in px, as long as more than `least` points are left. */
  thin(isLoop: boolean, tolerance: number, least: number): void {
    const { line, kernels } = this;
    const { keep, stack } = kernels.at;
    line.count = kernels.run.thinLine(line.count, isLoop, (tolerance + STAIRS) ** 2, least, keep, stack);
  }

  /** For so many rows and points of the line; keeps what is there. */
  private makeRoom(rows: number, length: number): void {
    const kernels = createKernels<Arrays>({
      points: rows * this.rowBytes,
      x: 4 * length,
      y: 4 * length,
      keep: length,
      stack: 4 * length,
    });
    const { bytes, at, run } = kernels;
    for (let row = this.first; row < this.first + this.rows; row++)
      this.rowOf(bytes.points, rows, row).set(this.rowOf(this.points, this.rows, row));
    run.placePoints(at.points, this.rowBytes, rows);
    run.placeLine(at.x, at.y);
    this.kernels = kernels;
    this.points = bytes.points;
    this.rows = rows;
    this.line.x = movedInto(bytes.x, this.line.x);
    this.line.y = movedInto(bytes.y, this.line.y);
  }

  private rowOf(points: Uint8Array, rows: number, row: number): Uint8Array {
    const from = (row & (rows - 1)) * this.rowBytes;
    return points.subarray(from, from + this.rowBytes);
  }
}

/** The same values in longer memory. */
function movedInto(
  { buffer, byteOffset, length }: Uint8Array<ArrayBuffer>,
  values: Int32Array,
): Int32Array<ArrayBuffer> {
  const moved = new Int32Array(buffer, byteOffset, length / 4);
  moved.set(values);
  return moved;
}
