/** Regions that turn out to be one, as union-find: numbers are given in the order of first pixels, and the lowest one stands for all. */
export class RegionForest {
  #parent = new Uint32Array(1 << 12);
  #firstPixel = new Float64Array(1 << 12);
  #label = new Uint8Array(1 << 12);
  #count = 0;

  /** A new region: its class, and the row-major index of its first pixel. Returns its number. */
  add(label: number, firstPixel: number): number {
    if (this.#count === this.#parent.length) this.#grow();
    this.#parent[this.#count] = this.#count;
    this.#firstPixel[this.#count] = firstPixel;
    this.#label[this.#count] = label;
    return this.#count++;
  }

  /** Makes two regions one; returns its number. */
  join(a: number, b: number): number {
    const [rootA, rootB] = [this.#find(a), this.#find(b)];
    const [low, high] = rootA < rootB ? [rootA, rootB] : [rootB, rootA];
    this.#parent[high] = low;
    return low;
  }

  /** The number that stands for each number ever given. */
  roots(): Uint32Array {
    const roots = this.#parent.subarray(0, this.#count);
    for (let i = 0; i < roots.length; i++) roots[i] = roots[roots[i]!]!;
    return roots;
  }

  /** Row-major index of the first pixel of a region, by the number that stands for it. */
  firstPixel(root: number): number {
    return this.#firstPixel[root]!;
  }

  labelOf(region: number): number {
    return this.#label[region]!;
  }

  #find(region: number): number {
    const parent = this.#parent;
    let root = region;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  }

  #grow(): void {
    this.#parent = doubled(this.#parent);
    this.#firstPixel = doubled(this.#firstPixel);
    this.#label = doubled(this.#label);
  }
}

/** The same numbers in an array of twice the length. */
export function doubled<T extends Uint8Array | Uint32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(2 * array.length);
  larger.set(array);
  return larger;
}
