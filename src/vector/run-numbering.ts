import { emptyRuns, findRuns, type Labels, type Runs, VOID } from "./runs.ts";

/** What is told of a raster's runs. */
export interface RunListener {
  /** A number is new. */
  created(number: number, value: number): void;
  /** Two runs of values touch along so many pixels: one above the other, or side by side. */
  touched(a: number, b: number, pixels: number): void;
}

/**
 * Numbers the runs of a raster row by row: a run gets the number of the first run of its value that it touches in the row above, or
 * else the next new one. A region may have several numbers, but the same raster gets the same ones each time.
 */
export class RunNumbering {
  /** The runs of the last row, their numbers in `region`, and of the row before. */
  below: Runs;
  above: Runs;
  /** Numbers given so far. */
  count = 0;

  constructor(
    width: number,
    private readonly nodata: number,
  ) {
    this.above = emptyRuns(width);
    this.below = emptyRuns(width);
  }

  /** Takes the next row. */
  pushRow(labels: Labels, listener: RunListener | null): void {
    [this.above, this.below] = [this.below, this.above];
    const { above, below } = this;
    findRuns(labels, this.nodata, below);
    let first = 0;
    for (let j = 0; j < below.count; j++) {
      if (below.value[j] === VOID) continue;
      while (above.start[first + 1]! <= below.start[j]!) first++;
      below.region[j] = this.numberOf(j, first, listener);
      if (listener === null) continue;
      if (below.value[j - 1] !== VOID) listener.touched(below.region[j - 1]!, below.region[j]!, 1);
      for (let i = first; i < above.count && above.start[i]! < below.start[j + 1]!; i++) {
        if (above.value[i] === VOID) continue;
        const from = Math.max(above.start[i]!, below.start[j]!);
        const to = Math.min(above.start[i + 1]!, below.start[j + 1]!);
        listener.touched(above.region[i]!, below.region[j]!, to - from);
      }
    }
  }

  /** The number of run j, above which the runs from `first` on lie. */
  private numberOf(j: number, first: number, listener: RunListener | null): number {
    const { above, below } = this;
    for (let i = first; i < above.count && above.start[i]! < below.start[j + 1]!; i++)
      if (above.value[i] === below.value[j]) return above.region[i]!;
    listener?.created(this.count, below.value[j]!);
    return this.count++;
  }
}
