import type { Calibration } from "./calibrate.ts";
import type { Output } from "./outputs.ts";

/** What the sizes of the outputs depend on. */
export interface SizeFacts
  extends Pick<Calibration, "labelBytes" | "confidenceBytes" | "imageryBytes" | "regionsPerMegapixel"> {
  /** Pixels of the map. */
  readonly pixels: number;
  /** Tolerance of the polygons: see the setting `simplify`. */
  readonly simplify: number;
}

/** Overviews with full resolution, as a multiple of the latter: they are a third as many pixels, but busier ones. */
const LABEL_PYRAMID = 1.7;
const CONFIDENCE_PYRAMID = 1.5;
const IMAGE_PYRAMID = 4 / 3;

/** About how many bytes each output will have. Of what is fixed by its content only the order of magnitude is known. */
export function outputSizes(
  outputs: readonly Output[],
  facts: SizeFacts,
): readonly { readonly output: Output; readonly bytes: number }[] {
  const { pixels, labelBytes, confidenceBytes, imageryBytes, regionsPerMegapixel, simplify } = facts;
  const regions = (regionsPerMegapixel * pixels) / 1e6;
  const landcover = pixels * labelBytes * LABEL_PYRAMID;
  const confidence = pixels * confidenceBytes * CONFIDENCE_PYRAMID;
  const sizes: Readonly<Record<Output, number>> = {
    landcover,
    confidence,
    polygons: regions * (simplify === 0 ? 520 : 85),
    flatgeobuf: regions * (simplify === 0 ? 1250 : 390),
    geopackage: regions * (simplify === 0 ? 1400 : 400),
    geojson: regions * (simplify === 0 ? 3000 : 900),
    "vector-tiles": regions * 120,
    "raster-tiles": landcover * 1.1,
    "confidence-tiles": confidence * 0.9,
    imagery: pixels * imageryBytes * IMAGE_PYRAMID,
    areas: 2e3,
    viewer: 1.8e6,
    report: 6e5,
    preview: 1e5,
    stac: 1.2e4,
  };
  return outputs.map((output) => ({ output, bytes: Math.round(sizes[output]) }));
}

/** What lies on the disk beside the outputs while they are made: the levels of both rasters before they are joined, a file's spool. */
export function temporaryBytes(sizes: readonly { readonly bytes: number }[], facts: SizeFacts): number {
  const levels =
    facts.pixels * (facts.labelBytes * LABEL_PYRAMID + facts.confidenceBytes * CONFIDENCE_PYRAMID);
  const spool = Math.max(0, ...sizes.map(({ bytes }) => bytes));
  return Math.round(Math.max(levels, spool));
}
