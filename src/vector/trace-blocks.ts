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
export function traceGrid(
  labels: Labels,
  width: number,
  height: number,
  nodata: number,
): readonly TracedRegion[] {
  if (labels.length !== width * height)
    throw new RangeError(`${labels.length} labels for ${width} x ${height} px`);
  return new GridTracer(width, nodata).trace(labels);
}

/** Traces small label rasters of one width, one after another, with the same tables; see traceGrid. */
export class GridTracer {
  private readonly tracer: RegionTracer;
  private readonly reader: RingReader;
  private traced: TracedRegion[] = [];

  constructor(
    private readonly width: number,
    nodata: number,
  ) {
    this.tracer = new RegionTracer(width, nodata, (region) => this.add(region));
    this.reader = new RingReader(this.tracer.graph, "drop");
  }

  trace(labels: Labels): readonly TracedRegion[] {
    this.traced = [];
    for (let start = 0; start < labels.length; start += this.width)
      this.tracer.pushRow(labels.subarray(start, start + this.width));
    this.tracer.end();
    return this.traced;
  }

  private add(region: number): void {
    const { value, pixels, firstEdge } = this.tracer.regions;
    this.traced.push({
      value: value[region]!,
      rings: this.reader.read(firstEdge[region]!),
      pixels: pixels[region]!,
    });
  }
}
