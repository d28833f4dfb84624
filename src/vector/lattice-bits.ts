const ROWS_PER_CHUNK = 64;

/** A set of lattice points: one bit for each, in chunks of rows that are made when they are first needed. */
export class LatticeBits {
  private readonly words: number;
  private readonly chunks: (Int32Array | undefined)[] = [];

  /** For columns 0 … width. */
  constructor(width: number) {
    this.words = (width >> 5) + 1;
  }

  add(x: number, y: number): void {
    this.chunks[y >> 6] ??= new Int32Array(this.words * ROWS_PER_CHUNK);
    this.chunks[y >> 6]![(y & 63) * this.words + (x >> 5)]! |= 1 << (x & 31);
  }

  delete(x: number, y: number): void {
    const chunk = this.chunks[y >> 6];
    if (chunk !== undefined) chunk[(y & 63) * this.words + (x >> 5)]! &= ~(1 << (x & 31));
  }

  /** The first column from `from` to `to` (both included) that is in the set in a row; null when none is. */
  firstIn(y: number, from: number, to: number): number | null {
    const chunk = this.chunks[y >> 6];
    if (chunk === undefined) return null;
    const row = (y & 63) * this.words;
    for (let x = from; x <= to; ) {
      const word = chunk[row + (x >> 5)]! >>> (x & 31);
      if (word !== 0) {
        const found = x + 31 - Math.clz32(word & -word);
        return found <= to ? found : null;
      }
      x = (x | 31) + 1;
    }
    return null;
  }
}
