import { intersectWindows, type Window } from "./window.ts";

/** A closed line in pixel positions, flat: col, row, col, row …; the last point need not repeat the first. */
export type PixelRing = Float64Array;

/** An edge that is not horizontal, from its upper to its lower end (px). */
interface Edge {
  readonly top: number;
  readonly bottom: number;
  /** Column at the upper end, and how much it grows with each row. */
  readonly col: number;
  readonly slope: number;
}

/** Rows of a bucket of edges. */
const BUCKET_ROWS = 64;

/** Polygons in pixel positions: a pixel is inside when its centre is, by the even-odd rule. */
export class PixelArea {
  /** The pixels between the outermost points; null when there is no pixel. */
  readonly window: Window | null;
  readonly #rings: readonly PixelRing[];
  readonly #buckets = new Map<number, Edge[]>();

  constructor(rings: readonly PixelRing[]) {
    this.#rings = rings;
    this.window = boundsOf(rings);
    for (const edge of rings.flatMap(edgesOf)) {
      const last = Math.floor(edge.bottom / BUCKET_ROWS);
      for (let bucket = Math.floor(edge.top / BUCKET_ROWS); bucket <= last; bucket++) {
        const edges = this.#buckets.get(bucket);
        if (edges === undefined) this.#buckets.set(bucket, [edge]);
        else edges.push(edge);
      }
    }
  }

  /** The same polygons, moved by whole pixels. */
  movedBy(cols: number, rows: number): PixelArea {
    return new PixelArea(
      this.#rings.map((ring) => ring.map((value, i) => value + (i % 2 === 0 ? cols : rows))),
    );
  }

  /** Pixels of a row that are inside: first column, column after the last, first column, … */
  spans(row: number): readonly number[] {
    const y = row + 0.5;
    const edges = this.#buckets.get(Math.floor(y / BUCKET_ROWS)) ?? [];
    const crossings = edges
      .filter(({ top, bottom }) => top <= y && y < bottom)
      .map(({ top, col, slope }) => col + (y - top) * slope)
      .sort((a, b) => a - b);
    return crossings.map((col) => Math.ceil(col - 0.5));
  }

  /** True when a pixel of the window is inside. */
  touches({ col, row, width, height }: Window): boolean {
    for (let r = row; r < row + height; r++) {
      const spans = this.spans(r);
      for (let i = 0; i + 1 < spans.length; i += 2) {
        if (spans[i]! < Math.min(spans[i + 1]!, col + width) && spans[i + 1]! > col) return true;
      }
    }
    return false;
  }

  /** Sets what is outside to `value`: rows of `window`, which are in `data` from its beginning on. */
  fillOutside(data: Uint8Array, { col, row, width, height }: Window, value: number): void {
    for (let r = 0; r < height; r++) {
      const spans = this.spans(row + r);
      let from = 0;
      for (let i = 0; i <= spans.length; i += 2) {
        const to = Math.max(from, Math.min(width, (spans[i] ?? Number.POSITIVE_INFINITY) - col));
        data.fill(value, r * width + from, r * width + to);
        from = Math.max(from, Math.min(width, (spans[i + 1] ?? 0) - col));
      }
    }
  }
}

/** The window grown by some pixels on every side, cut to a raster. */
export function growWindow(
  { col, row, width, height }: Window,
  by: number,
  raster: { readonly width: number; readonly height: number },
): Window | null {
  const grown = { col: col - by, row: row - by, width: width + 2 * by, height: height + 2 * by };
  return intersectWindows(grown, { col: 0, row: 0, width: raster.width, height: raster.height });
}

function edgesOf(ring: PixelRing): Edge[] {
  const edges: Edge[] = [];
  const points = ring.length / 2;
  for (let i = 0; i < points; i++) {
    const j = (i + 1) % points;
    const [x0, y0, x1, y1] = [ring[2 * i]!, ring[2 * i + 1]!, ring[2 * j]!, ring[2 * j + 1]!];
    if (y0 === y1) continue;
    const slope = (x1 - x0) / (y1 - y0);
    edges.push(y0 < y1 ? { top: y0, bottom: y1, col: x0, slope } : { top: y1, bottom: y0, col: x1, slope });
  }
  return edges;
}

function boundsOf(rings: readonly PixelRing[]): Window | null {
  const [low, high] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i++) {
      low[i % 2] = Math.min(low[i % 2]!, ring[i]!);
      high[i % 2] = Math.max(high[i % 2]!, ring[i]!);
    }
  }
  const [col, row] = low.map((value) => Math.ceil(value - 0.5)) as [number, number];
  const [right, bottom] = high.map((value) => Math.ceil(value - 0.5)) as [number, number];
  return right > col && bottom > row ? { col, row, width: right - col, height: bottom - row } : null;
}
