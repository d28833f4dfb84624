import { doubleArea, type LatticeRing } from "../../../src/vector/rings.ts";
import type { TracedRegion } from "../../../src/vector/trace-blocks.ts";

/** A label grid from rows of characters: digits are labels, "." is nodata (255). */
export function grid(...rows: readonly string[]): { labels: Uint8Array; width: number; height: number } {
  const width = rows[0]?.length ?? 0;
  const labels = Uint8Array.from(rows.join(""), (c) => (c === "." ? 255 : Number(c)));
  return { labels, width, height: rows.length };
}

/** Paints regions back pixel by pixel: value of the region that holds each pixel's centre; throws where two do. */
export function rasterise(
  regions: readonly Pick<TracedRegion, "value" | "rings">[],
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
export function* insidePixels(
  rings: readonly LatticeRing[],
  width: number,
  height: number,
): Generator<number> {
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
export function ringFaults(rings: readonly LatticeRing[]): string[] {
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
