/** How one side of a raster is cut into coarser pixels: per target pixel the source pixels that it covers and their shares. */
export interface BoxAxis {
  /** First source pixel of each target pixel. */
  readonly first: Int32Array;
  /** Source pixels of each target pixel. */
  readonly count: Int32Array;
  /** Share (0–1) of the first and of the last of them that is covered; those between are covered whole. */
  readonly firstShare: Float64Array;
  readonly lastShare: Float64Array;
}

/** The box of target pixels `start` … `start + count`, each `scale` source pixels wide, of a side of `size` source pixels. */
export function boxAxis(
  scale: number,
  size: number,
  { start, count }: { readonly start: number; readonly count: number },
): BoxAxis {
  const axis = {
    first: new Int32Array(count),
    count: new Int32Array(count),
    firstShare: new Float64Array(count),
    lastShare: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const from = Math.min((start + i) * scale, size - 1);
    const to = Math.min((start + i + 1) * scale, size);
    const first = Math.floor(from);
    const last = Math.max(first, Math.ceil(to) - 1);
    axis.first[i] = first;
    axis.count[i] = last - first + 1;
    axis.firstShare[i] = Math.min(to, first + 1) - from;
    axis.lastShare[i] = last === first ? 0 : to - last;
  }
  return axis;
}

/** Between which source pixels a target pixel's centre lies, and how far (0–1) towards the second. */
export interface LinearAxis {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float64Array;
}

/** Half-pixel centres: the centre of target pixel i is at (i + 0.5)·scale source pixels; past the edge the edge pixel stands. */
export function linearAxis(
  scale: number,
  size: number,
  { start, count }: { readonly start: number; readonly count: number },
): LinearAxis {
  const axis = {
    first: new Int32Array(count),
    second: new Int32Array(count),
    share: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    const centre = Math.max(0, Math.min(size - 1, (start + i + 0.5) * scale - 0.5));
    axis.first[i] = Math.floor(centre);
    axis.second[i] = Math.min(size - 1, axis.first[i]! + 1);
    axis.share[i] = centre - axis.first[i]!;
  }
  return axis;
}
