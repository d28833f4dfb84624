export const ROWS_PER_CHUNK = 64;

/** A set of lattice points: one bit for each, in chunks of rows that are made when they are first needed and can be forgotten. */
export class LatticeBits {
  private readonly words: number;
  private readonly chunks: (Int32Array | undefined)[] = [];
  /** Chunks that were forgotten so far. */
  private forgotten = 0;

  /** For columns 0 … width. */
  constructor(width: number) {
    this.words = (width >> 5) + 1;
  }

  add(x: number, y: number): void {
    this.chunks[y >> 6] ??= new Int32Array(this.words * ROWS_PER_CHUNK + 1);
    this.chunks[y >> 6]![(y & 63) * this.words + (x >> 5)]! |= 1 << (x & 31);
  }

  delete(x: number, y: number): void {
    const chunk = this.chunks[y >> 6];
    if (chunk !== undefined) chunk[(y & 63) * this.words + (x >> 5)]! &= ~(1 << (x & 31));
  }

  /** Forgets the points of whole chunks above a row: they must not be asked for any more. */
  forgetAbove(y: number): void {
    for (; this.forgotten < y >> 6; this.forgotten++) this.chunks[this.forgotten] = undefined;
  }

  /** The points of a row in the columns from `from` to `to`, 31 columns on at most: bit k is column from + k. */
  bitsOf(y: number, from: number, to: number): number {
    const chunk = this.chunks[y >> 6];
    if (chunk === undefined) return 0;
    const word = (y & 63) * this.words + (from >> 5);
    const shift = from & 31;
    const bits = shift === 0 ? chunk[word]! : (chunk[word]! >>> shift) | (chunk[word + 1]! << (32 - shift));
    return bits & (-1 >>> (31 + from - to));
  }
}
