import { doubled, NONE } from "./region-table.ts";

/** Lists of neighbours, each with the length (px) of the border to it: flat, and those that are let go are used again. */
export class Contacts {
  private other = new Int32Array(1024);
  private length = new Int32Array(1024);
  private next = new Int32Array(1024);
  private used = 0;
  private free = NONE;

  /** A new list's only item. */
  create(other: number, length: number): number {
    const item = this.free === NONE ? this.used++ : this.free;
    if (item === this.free) this.free = this.next[item]!;
    if (item === this.other.length) {
      this.other = doubled(this.other);
      this.length = doubled(this.length);
      this.next = doubled(this.next);
    }
    this.other[item] = other;
    this.length[item] = length;
    this.next[item] = NONE;
    return item;
  }

  /** Adds to the length of an item that is about the same neighbour; false where it is about another. */
  extend(item: number, other: number, length: number): boolean {
    if (this.other[item] !== other) return false;
    this.length[item]! += length;
    return true;
  }

  /** Puts a list behind the last item of another. */
  append(last: number, first: number): void {
    this.next[last] = first;
  }

  release(first: number, last: number): void {
    this.next[last] = this.free;
    this.free = first;
  }

  forEach(first: number, visit: (other: number, length: number) => void): void {
    for (let item = first; item !== NONE; item = this.next[item]!)
      visit(this.other[item]!, this.length[item]!);
  }
}
