import { RegionTracer } from "./region-tracer.ts";
import { type LatticeRing, RingReader } from "./rings.ts";
import type { Labels } from "./runs.ts";

/** A 4-connected region of equal labels. */
export interface TracedRegion {
  readonly value: number;
  /**
   * Rings on the pixel lattice (col0, row0, col1, row1, …), exterior first, then holes; closed implicitly, no collinear points.
   * Exteriors run counter-clockwise with y up, as a person sees the raster (row 0 on top): (0,0) (0,1) (1,1) (1,0) is a pixel.
   */
  readonly rings: readonly LatticeRing[];
  /** Number of pixels: the area of the rings. */
  readonly pixels: number;
}

/**
 * The regions of equal value (4-connected) of a small label raster in memory, row by row; pixels of value `nodata` are in none.
 * Regions come in the order in which their last rows end, from left to right within a row.
 */
export function traceGrid(labels: Labels, width: number, height: number, nodata: number): TracedRegion[] {
  if (labels.length !== width * height)
    throw new RangeError(`${labels.length} labels for ${width} x ${height} px`);
  const traced: TracedRegion[] = [];
  const tracer = new RegionTracer(width, nodata, (region) => {
    const { value, pixels, firstEdge } = tracer.regions;
    traced.push({
      value: value[region]!,
      rings: reader.read(firstEdge[region]!),
      pixels: pixels[region]!,
    });
  });
  const reader = new RingReader(tracer.graph, "drop");
  for (let row = 0; row < height; row++) tracer.pushRow(labels.subarray(row * width, (row + 1) * width));
  tracer.end();
  return traced;
}
