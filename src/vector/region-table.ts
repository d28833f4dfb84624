import { type Runs, VOID } from "./runs.ts";

/** No region, no half-edge: the end of a linked list. */
export const NONE = -1;

/** The confidence of a pixel where it is not known. */
const UNKNOWN = 255;

/**
 * The regions (4-connected, equal value) that reach into the current row, found run by run with union-find.
 * Ids are reused when a region is finished, so the table is as long as the regions open at once.
 */
export class RegionTable {
  /** Label of each region. */
  value = new Float64Array(64);
  pixels = new Float64Array(64);
  /** Row-major index of the region's first pixel: row · width + col. */
  firstPixel = new Float64Array(64);
  /** Sum (0–100 each) and number of the pixels with a known confidence. */
  confidence = new Float64Array(64);
  confident = new Float64Array(64);
  /** Last row that the region reaches. */
  lastRow = new Int32Array(64);
  /** First and last half-edge of the list of the region's borders; see BorderGraph. */
  firstEdge = new Int32Array(64);
  lastEdge = new Int32Array(64);
  private parent = new Int32Array(64);
  private size = 0;
  private readonly free: number[] = [];
  private readonly merged: number[] = [];

  /** Gives every run of `below` its region, joining regions of `above` that it connects; both then hold final ids. */
  connect(above: Runs, below: Runs, row: number, width: number, nextEdge: Int32Array): void {
    let i = 0;
    for (let j = 0; j < below.count; j++) {
      if (below.value[j] === VOID) continue;
      const start = below.start[j]!;
      const stop = below.start[j + 1]!;
      let region = NONE;
      while (above.start[i + 1]! <= start) i++;
      for (let k = i; k < above.count && above.start[k]! < stop; k++) {
        if (above.value[k] !== below.value[j]) continue;
        const root = this.find(above.region[k]!);
        region = region === NONE ? root : this.join(region, root, nextEdge);
      }
      if (region === NONE) region = this.create(below.value[j]!, row * width + start);
      below.region[j] = region;
      this.pixels[region]! += stop - start;
      this.lastRow[region] = row;
    }
    if (this.merged.length > 0) this.settle(above, below);
  }

  /** Adds the confidence (0–100, 255 unknown) of a row to the regions of its runs. */
  addConfidence(runs: Runs, confidence: Uint8Array): void {
    for (let i = 1; i < runs.count - 1; i++) {
      if (runs.value[i] === VOID) continue;
      const stop = runs.start[i + 1]!;
      let sum = 0;
      let count = 0;
      for (let col = runs.start[i]!; col < stop; col++) {
        const value = confidence[col]!;
        if (value === UNKNOWN) continue;
        sum += value;
        count++;
      }
      this.confidence[runs.region[i]!]! += sum;
      this.confident[runs.region[i]!]! += count;
    }
  }

  /** Appends a half-edge to the list of the region on its left; `nextEdge` holds the links. */
  addEdge(region: number, edge: number, nextEdge: Int32Array): void {
    const last = this.lastEdge[region]!;
    if (last === NONE) this.firstEdge[region] = edge;
    else nextEdge[last] = edge;
    this.lastEdge[region] = edge;
    nextEdge[edge] = NONE;
  }

  private joinLists(a: number, b: number, nextEdge: Int32Array): void {
    if (this.firstEdge[b] === NONE) return;
    if (this.firstEdge[a] === NONE) this.firstEdge[a] = this.firstEdge[b]!;
    else nextEdge[this.lastEdge[a]!] = this.firstEdge[b]!;
    this.lastEdge[a] = this.lastEdge[b]!;
  }

  /** Forgets a finished region; its id may come again. */
  release(region: number): void {
    this.free.push(region);
  }

  /** Forgets all regions. */
  clear(): void {
    this.size = 0;
    this.free.length = 0;
  }

  private find(region: number): number {
    let root = region;
    while (this.parent[root] !== root) root = this.parent[root]!;
    return root;
  }

  private join(a: number, b: number, nextEdge: Int32Array): number {
    if (a === b) return a;
    this.parent[b] = a;
    this.pixels[a]! += this.pixels[b]!;
    this.confidence[a]! += this.confidence[b]!;
    this.confident[a]! += this.confident[b]!;
    this.firstPixel[a] = Math.min(this.firstPixel[a]!, this.firstPixel[b]!);
    this.lastRow[a] = Math.max(this.lastRow[a]!, this.lastRow[b]!);
    this.joinLists(a, b, nextEdge);
    this.merged.push(b);
    return a;
  }

  /** Replaces the ids that were joined away in both rows and frees them: nothing else refers to them. */
  private settle(above: Runs, below: Runs): void {
    for (const runs of [above, below]) {
      for (let i = 0; i < runs.count; i++) {
        if (runs.value[i] !== VOID) runs.region[i] = this.find(runs.region[i]!);
      }
    }
    for (const region of this.merged) this.free.push(region);
    this.merged.length = 0;
  }

  private create(value: number, firstPixel: number): number {
    const region = this.free.pop() ?? this.grow();
    this.value[region] = value;
    this.pixels[region] = 0;
    this.firstPixel[region] = firstPixel;
    this.confidence[region] = 0;
    this.confident[region] = 0;
    this.firstEdge[region] = NONE;
    this.lastEdge[region] = NONE;
    this.parent[region] = region;
    return region;
  }

  private grow(): number {
    if (this.size === this.parent.length) {
      this.value = doubled(this.value);
      this.pixels = doubled(this.pixels);
      this.firstPixel = doubled(this.firstPixel);
      this.confidence = doubled(this.confidence);
      this.confident = doubled(this.confident);
      this.lastRow = doubled(this.lastRow);
      this.firstEdge = doubled(this.firstEdge);
      this.lastEdge = doubled(this.lastEdge);
      this.parent = doubled(this.parent);
    }
    return this.size++;
  }
}

/** The same values in an array of twice the length. */
export function doubled<T extends Int32Array | Float64Array | Uint8Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array as never);
  return larger;
}
