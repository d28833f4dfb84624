import { Contacts } from "./contacts.ts";
import { doubled, NONE } from "./region-table.ts";
import { type RunListener, RunNumbering } from "./run-numbering.ts";
import { type Labels, VOID } from "./runs.ts";

/**
 * Finds the regions (4-connected) of a label raster, row by row, and merges those that are too small, the smallest first, into the
 * neighbour with the longest shared border (of equals the largest, then the first), until none is left that has a neighbour; what
 * has got the same value on both sides of a border is one region from then on. Memory: 21 bytes for each number of RunNumbering, and
 * the neighbours of small regions.
 */
export class Sieve implements RunListener {
  private readonly runs: RunNumbering;
  private readonly contacts = new Contacts();
  private parent = new Int32Array(1024);
  private value = new Uint8Array(1024);
  private area = new Float64Array(1024);
  /** First and last item of the contacts of a region that is small so far. */
  private first = new Int32Array(1024);
  private last = new Int32Array(1024);
  private row = 0;

  constructor(
    width: number,
    nodata: number,
    /** What is smaller is too small, in the unit of `areaOfPixel`. */
    private readonly minArea: number,
    private readonly areaOfPixel: (col: number, row: number) => number,
  ) {
    this.runs = new RunNumbering(width, nodata);
  }

  /** Takes the next row. */
  pushRow(labels: Labels): void {
    this.runs.pushRow(labels, this);
    const { start, region, value, count } = this.runs.below;
    for (let j = 0; j < count; j++) {
      if (value[j] === VOID) continue;
      const pixels = start[j + 1]! - start[j]!;
      const root = this.find(region[j]!);
      this.area[root]! += pixels * this.areaOfPixel(start[j]! + pixels / 2, this.row + 0.5);
      this.forgetLarge(root);
    }
    this.row++;
  }

  created(number: number, value: number): void {
    if (number === this.parent.length) {
      this.parent = doubled(this.parent);
      this.value = doubled(this.value);
      this.area = doubled(this.area);
      this.first = doubled(this.first);
      this.last = doubled(this.last);
    }
    this.parent[number] = number;
    this.value[number] = value;
    this.area[number] = 0;
    this.first[number] = NONE;
  }

  touched(a: number, b: number, pixels: number): void {
    const [rootA, rootB] = [this.find(a), this.find(b)];
    if (this.value[rootA] === this.value[rootB]) this.absorb(rootA, rootB);
    else {
      this.addContact(rootA, rootB, pixels);
      this.addContact(rootB, rootA, pixels);
    }
  }

  /** Merges what is too small; returns the new value of each number of RunNumbering. */
  merge(): Uint8Array {
    const isSmall = (region: number): boolean =>
      this.parent[region] === region && this.area[region]! < this.minArea;
    let small = Array.from({ length: this.runs.count }, (_, region) => region).filter(isSmall);
    for (let before = -1; before !== small.length; ) {
      before = small.length;
      small.sort((a, b) => this.area[a]! - this.area[b]! || a - b);
      for (const region of small) if (isSmall(region)) this.mergeAway(region);
      small = small.filter(isSmall);
    }
    return this.value.slice(0, this.runs.count).map((_, number) => this.value[this.find(number)]!);
  }

  private mergeAway(region: number): void {
    const lengths = this.neighbours(region);
    let target = NONE;
    for (const [other, length] of lengths)
      if (target === NONE || this.isBetter(other, length, target, lengths.get(target)!)) target = other;
    if (target === NONE) return;
    this.absorb(target, region);
    for (const other of lengths.keys())
      if (other !== target && this.value[other] === this.value[target]) this.absorb(target, other);
  }

  private isBetter(a: number, lengthA: number, b: number, lengthB: number): boolean {
    return (lengthA - lengthB || this.area[a]! - this.area[b]! || b - a) > 0;
  }

  /** Length of the border (px) to each neighbour of a small region. */
  private neighbours(region: number): Map<number, number> {
    const lengths = new Map<number, number>();
    this.contacts.forEach(this.first[region]!, (other, length) => {
      const root = this.find(other);
      if (root !== region) lengths.set(root, (lengths.get(root) ?? 0) + length);
    });
    return lengths;
  }

  /** Makes two regions one, which keeps the first one's value. */
  private absorb(root: number, other: number): void {
    if (root === other) return;
    this.parent[other] = root;
    this.area[root]! += this.area[other]!;
    if (this.first[other] !== NONE) {
      if (this.first[root] === NONE) this.first[root] = this.first[other]!;
      else this.contacts.append(this.last[root]!, this.first[other]!);
      this.last[root] = this.last[other]!;
    }
    this.forgetLarge(root);
  }

  private addContact(region: number, other: number, pixels: number): void {
    if (this.area[region]! >= this.minArea) return;
    if (this.first[region] !== NONE && this.contacts.extend(this.last[region]!, other, pixels)) return;
    const item = this.contacts.create(other, pixels);
    if (this.first[region] === NONE) this.first[region] = item;
    else this.contacts.append(this.last[region]!, item);
    this.last[region] = item;
  }

  /** A region that is large enough is never merged away: its own contacts are not needed. */
  private forgetLarge(region: number): void {
    if (this.area[region]! < this.minArea || this.first[region] === NONE) return;
    this.contacts.release(this.first[region]!, this.last[region]!);
    this.first[region] = NONE;
  }

  private find(number: number): number {
    const { parent } = this;
    let root = number;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  }
}

/** Gives the rows of the raster that a Sieve has seen, from the first on, their new values. */
export class SievedRows {
  private readonly runs: RunNumbering;

  constructor(
    width: number,
    nodata: number,
    private readonly values: Uint8Array,
  ) {
    this.runs = new RunNumbering(width, nodata);
  }

  /** Changes the next row in place. */
  apply(labels: Labels): void {
    this.runs.pushRow(labels, null);
    const { start, region, value, count } = this.runs.below;
    for (let j = 0; j < count; j++) {
      if (value[j] === VOID || this.values[region[j]!] === value[j]) continue;
      labels.fill(this.values[region[j]!]!, start[j]!, start[j + 1]!);
    }
  }
}
