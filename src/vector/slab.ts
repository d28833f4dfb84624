/** Typed arrays that can be cut from a larger one of their kind. */
interface Sliceable<T> {
  readonly length: number;
  [index: number]: number;
  readonly subarray: (start: number, end: number) => T;
}

/** Elements of a slab: what is longer gets an array of its own. */
const SLAB_LENGTH = 1 << 16;

/**
 * Small typed arrays as parts of larger ones: one with memory of its own costs a hundred times more to make and to collect. A slab
 * lives as long as any of its parts.
 */
export class Slab<T extends Sliceable<T>> {
  private slab: T;
  private used = 0;

  constructor(private readonly make: (length: number) => T) {
    this.slab = make(SLAB_LENGTH);
  }

  /** An array of its own content. */
  take(length: number): T {
    if (length > SLAB_LENGTH / 4) return this.make(length);
    if (this.used + length > SLAB_LENGTH) {
      this.slab = this.make(SLAB_LENGTH);
      this.used = 0;
    }
    this.used += length;
    return this.slab.subarray(this.used - length, this.used);
  }

  /** A copy of the elements `start` to `end` of another array. */
  copy(source: T, start: number, end: number): T {
    const part = this.take(end - start);
    for (let i = start, k = 0; i < end; i++, k++) part[k] = source[i]!; // most are short: set() costs more
    return part;
  }
}
