import {
  type Affine,
  composeAffines,
  IDENTITY,
  invertAffine,
  pixelPoint,
  pixelToWorld,
} from "../geo/affine.ts";
import { boundsOf, type Grid, sameCrs, sameGrid } from "../geo/grid.ts";
import { fullWindow, intersectWindows, type Window } from "../geo/window.ts";

/** How each reference pixel finds its prediction. */
export interface Alignment {
  /** Pixel for pixel, or the prediction's pixel that holds the centre of the reference's. */
  readonly kind: "identical" | "nearest";
  /** Reference pixel position → prediction pixel position. */
  readonly toPrediction: Affine;
}

/** Why two grids cannot be compared. */
export type Misalignment = "no-georeference" | "crs-mismatch" | "no-overlap";

/**
 * How to find the prediction's pixel for each pixel of the reference, or why that cannot be done. Where one side has no
 * georeference, two rasters of one size are compared pixel for pixel.
 */
export function alignGrids(prediction: Grid, reference: Grid): Alignment | Misalignment {
  if (sameGrid(prediction, reference)) return { kind: "identical", toPrediction: IDENTITY };
  if (prediction.crs === null || reference.crs === null) {
    return sameSize(prediction, reference) && !(isPlaced(prediction) && isPlaced(reference))
      ? { kind: "identical", toPrediction: IDENTITY }
      : "no-georeference";
  }
  if (!sameCrs(prediction.crs, reference.crs)) return "crs-mismatch";
  const toPrediction = composeAffines(invertAffine(prediction.affine), reference.affine);
  const covered = predictionWindow(toPrediction, fullWindow(reference), prediction);
  return covered === null ? "no-overlap" : { kind: "nearest", toPrediction };
}

/** The prediction's pixels that the window of the reference may need, or null when it lies outside the prediction. */
export function predictionWindow(
  toPrediction: Affine,
  { col, row, width, height }: Window,
  prediction: Pick<Grid, "width" | "height">,
): Window | null {
  const [left, top, right, bottom] = [col + 0.5, row + 0.5, col + width - 0.5, row + height - 0.5];
  const corners = [
    pixelPoint(left, top),
    pixelPoint(right, top),
    pixelPoint(left, bottom),
    pixelPoint(right, bottom),
  ];
  const [west, north, east, south] = boundsOf(
    corners.map((corner) => pixelToWorld(toPrediction, corner)),
  ).map(Math.floor) as [number, number, number, number];
  const reach = { col: west, row: north, width: east - west + 1, height: south - north + 1 };
  return intersectWindows(reach, fullWindow(prediction));
}

/** Prediction pixels along one reference pixel, at least 1: how much larger the windows to read there are. */
export function predictionPixelsAlong([a, b, , d, e]: Affine): number {
  return Math.max(1, Math.abs(a) + Math.abs(b), Math.abs(d) + Math.abs(e));
}

function sameSize(a: Grid, b: Grid): boolean {
  return a.width === b.width && a.height === b.height;
}

function isPlaced({ affine }: Grid): boolean {
  return affine.some((value, index) => value !== IDENTITY[index]);
}
