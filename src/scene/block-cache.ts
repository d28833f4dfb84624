/** Values that cost something to make, kept by key up to a number of bytes; those used longest ago go first. */
export interface BlockCache<V> {
  /** The value of a key; `load` makes it when it is not kept. Calls under way for one key share one `load`. */
  get(key: string, load: () => Promise<V>): Promise<V>;
}

interface Entry<V> {
  readonly value: Promise<V>;
  /** 0 while it is being made. */
  bytes: number;
}

/** A cache that keeps at most `maxBytes`, by `bytesOf` each value. A failed load is not kept. */
export function blockCache<V>(maxBytes: number, bytesOf: (value: V) => number): BlockCache<V> {
  const entries = new Map<string, Entry<V>>();
  let kept = 0;

  function keep(entry: Entry<V>, bytes: number): void {
    entry.bytes = bytes;
    kept += bytes;
    for (const [oldest, candidate] of entries) {
      if (kept <= maxBytes) return;
      if (candidate.bytes === 0) continue;
      entries.delete(oldest);
      kept -= candidate.bytes;
    }
  }

  function start(key: string, load: () => Promise<V>): Promise<V> {
    const value = load();
    const entry = { value, bytes: 0 };
    entries.set(key, entry);
    value.then(
      (made) => keep(entry, bytesOf(made)),
      () => entries.delete(key),
    );
    return value;
  }

  return {
    get(key, load) {
      const entry = entries.get(key);
      if (entry === undefined) return start(key, load);
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
  };
}
