import fc from "fast-check";
import { doubleArea, type PixelRing } from "../../../src/vector/rings.ts";

/** A label grid from rows of characters: digits are labels, "." is nodata (255). */
export function grid(...rows: readonly string[]): { labels: Uint8Array; width: number; height: number } {
  const width = rows[0]?.length ?? 0;
  const labels = Uint8Array.from(rows.join(""), (c) => (c === "." ? 255 : Number(c)));
  return { labels, width, height: rows.length };
}

/** Paints regions back pixel by pixel: value of the region that holds each pixel's centre; throws where two do. */
export function rasterise(
  regions: readonly { readonly value: number; readonly rings: readonly PixelRing[] }[],
  width: number,
  height: number,
  nodata: number,
): number[] {
  const painted = new Array<number>(width * height).fill(nodata);
  for (const { value, rings } of regions) {
    for (const pixel of insidePixels(rings, width, height)) {
      if (painted[pixel] !== nodata) throw new Error(`pixel ${pixel} is in two polygons`);
      painted[pixel] = value;
    }
  }
  return painted;
}

/** The pixels whose centre lies in the rings (even-odd), by scan line. */
export function* insidePixels(rings: readonly PixelRing[], width: number, height: number): Generator<number> {
  for (let row = 0; row < height; row++) {
    const crossings: number[] = [];
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const [x0, y0, x1, y1] = [ring[j]!, ring[j + 1]!, ring[i]!, ring[i + 1]!];
        if (y0 <= row !== y1 <= row) crossings.push(x0 + ((row + 0.5 - y0) / (y1 - y0)) * (x1 - x0));
      }
    }
    crossings.sort((a, b) => a - b);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      for (let col = Math.ceil(crossings[k]! - 0.5); col + 0.5 < crossings[k + 1]!; col++)
        yield row * width + col;
    }
  }
}

/** 4-connected regions by flood fill: pixels of each region in row-major order, regions by first pixel. */
export function floodFill(
  labels: ArrayLike<number>,
  width: number,
  height: number,
  nodata: number,
): number[][] {
  const seen = new Uint8Array(width * height);
  const regions: number[][] = [];
  for (let start = 0; start < labels.length; start++) {
    if (seen[start] || labels[start] === nodata) continue;
    const pixels = [start];
    seen[start] = 1;
    for (let k = 0; k < pixels.length; k++) {
      const pixel = pixels[k]!;
      const col = pixel % width;
      const near = [
        col > 0 ? pixel - 1 : null,
        col + 1 < width ? pixel + 1 : null,
        pixel >= width ? pixel - width : null,
        pixel + width < labels.length ? pixel + width : null,
      ];
      for (const other of near) {
        if (other === null || seen[other] || labels[other] !== labels[start]) continue;
        seen[other] = 1;
        pixels.push(other);
      }
    }
    regions.push(pixels.sort((a, b) => a - b));
  }
  return regions;
}

/** Everything that is wrong with the rings of one polygon: empty when it is valid for OGC and GEOS. */
export function ringFaults(rings: readonly PixelRing[]): string[] {
  const faults: string[] = [];
  rings.forEach((ring, index) => {
    const area = doubleArea(ring);
    if (index === 0 ? area >= 0 : area <= 0) faults.push(`ring ${index} is wound the wrong way (${area})`);
    const points = new Set<string>();
    for (let i = 0; i < ring.length; i += 2) points.add(`${ring[i]},${ring[i + 1]}`);
    if (points.size !== ring.length / 2) faults.push(`ring ${index} touches itself`);
  });
  return faults;
}

/** Area of a polygon in px²: its exterior without its holes. */
export function netArea(rings: readonly PixelRing[]): number {
  return rings.reduce((sum, ring) => sum - doubleArea(ring) / 2, 0);
}

/** Small rasters of up to four classes and nodata (255). */
export const anyLabels = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }))
  .chain(([width, height, classes]) =>
    fc
      .array(fc.integer({ min: 0, max: classes }), { minLength: width * height, maxLength: width * height })
      .map((values) => ({ width, height, labels: Uint8Array.from(values, (v) => (v === 0 ? 255 : v)) })),
  );

/** Directed edges "x0,y0 x1,y1" of closed rings (first point repeated). */
export function* directedEdges(rings: Iterable<ArrayLike<number>>): Generator<string> {
  for (const ring of rings) {
    for (let i = 0; i + 3 < ring.length; i += 2) {
      yield `${ring[i]},${ring[i + 1]} ${ring[i + 2]},${ring[i + 3]}`;
    }
  }
}

/**
 * Edges of a polygon set that have no partner: in a coverage every edge runs once in each direction, but for the outer borders of
 * the data. Throws where an edge comes twice in the same direction: then polygons overlap.
 */
export function unpairedEdges(rings: Iterable<ArrayLike<number>>): string[] {
  const edges = new Set<string>();
  for (const edge of directedEdges(rings)) {
    if (edges.has(edge)) throw new Error(`two polygons on the same side of ${edge}`);
    edges.add(edge);
  }
  return [...edges].filter((edge) => !edges.has(edge.split(" ").reverse().join(" ")));
}

/** A ring with its first point repeated at its end. */
export function closedRing(ring: ArrayLike<number>): number[] {
  return [...Array.from(ring), ring[0]!, ring[1]!];
}
