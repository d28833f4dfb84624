import { doubled } from "./region-table.ts";

/** Points of a line, integers; room is kept for the next line. */
export class LineBuffer {
  x = new Int32Array(1024);
  y = new Int32Array(1024);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  push(x: number, y: number): void {
    if (this.count === this.x.length) {
      this.x = doubled(this.x);
      this.y = doubled(this.y);
    }
    this.x[this.count] = x;
    this.y[this.count++] = y;
  }

  /** True when the last point is the first. */
  get isClosed(): boolean {
    const last = this.count - 1;
    return this.x[0] === this.x[last] && this.y[0] === this.y[last];
  }

  /** Lets a closed line begin and end at another of its points. */
  rotate(first: number): void {
    const distinct = this.count - 1;
    for (const values of [this.x, this.y]) {
      const turned = values.slice(0, distinct);
      for (let i = 0; i <= distinct; i++) values[i] = turned[(first + i) % distinct]!;
    }
  }
}
