import { doubled } from "./region-table.ts";

/** Points of a line, integers; room is kept for the next line. */
export class LineBuffer {
  x = new Int32Array(1024);
  y = new Int32Array(1024);
  count = 0;

  /** Of a line whose arrays lie in the memory of others, `enlarge` replaces them by longer ones. */
  constructor(private readonly enlarge: (line: LineBuffer) => void = doubleRoom) {}

  clear(): void {
    this.count = 0;
  }

  push(x: number, y: number): void {
    if (this.count === this.x.length) this.enlarge(this);
    this.x[this.count] = x;
    this.y[this.count++] = y;
  }
}

function doubleRoom(line: LineBuffer): void {
  line.x = doubled(line.x);
  line.y = doubled(line.y);
}
