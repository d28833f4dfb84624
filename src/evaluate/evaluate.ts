import type { LandCoverClass } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import { type Alignment, alignGrids } from "./alignment.ts";
import { comparedClasses, type NamedClass } from "./classes.ts";
import { type ConfusionMatrix, confusionOf } from "./confusion.ts";
import { misaligned, nothingToCompare, refuseColours } from "./refusals.ts";
import { type Scores, scoresOf } from "./scores.ts";
import { type ComparedPixels, tally } from "./tally.ts";

/** How a label raster compares with a reference; plain data, also the JSON that `landstitch evaluate --json` prints. */
export interface Evaluation {
  /** Paths as the user gave them. */
  readonly prediction: string;
  readonly reference: string;
  /** Pixel for pixel, or each reference pixel with the prediction's pixel under its centre. */
  readonly alignment: Alignment["kind"];
  /** Share (0–1) of the reference's labelled pixels that have a prediction. */
  readonly coverage: number;
  readonly pixels: ComparedPixels;
  /** Ascending by id: the order of the confusion matrix and of scores.perClass. */
  readonly classes: readonly NamedClass[];
  /** Pixels: rows are the reference's classes, columns the prediction's. */
  readonly confusion: readonly (readonly number[])[];
  readonly scores: Scores;
}

/** What to compare by. */
export interface EvaluateOptions {
  /** The classes, or null for those that the rasters' palettes name (else every value found). */
  readonly classes: readonly LandCoverClass[] | null;
  /** Values of the reference that are left out, beside its nodata. */
  readonly ignore?: readonly number[];
}

/**
 * Compares a label raster with reference labels over the reference's pixels, in windows. Pixels without data on either side
 * are left out and counted. Throws UserError "not-labels", "no-georeference", "crs-mismatch", "no-overlap", "not-class-ids",
 * "unknown-class" or "nothing-to-compare".
 */
export async function evaluate(
  prediction: Scene,
  reference: Scene,
  { classes, ignore = [] }: EvaluateOptions,
): Promise<Evaluation> {
  refuseColours(prediction);
  refuseColours(reference);
  const alignment = alignGrids(prediction.grid, reference.grid);
  if (typeof alignment === "string") throw misaligned(alignment, prediction, reference);
  const { pairs, pixels } = await tally(prediction, reference, alignment, ignore);
  if (pixels.compared === 0) throw nothingToCompare(pixels, prediction, reference);
  const named = comparedClasses(prediction, reference, classes, pairs);
  const matrix = confusionOf(pairs, idsOf(named));
  const { compared, predictionNodata, outsidePrediction } = pixels;
  return {
    prediction: prediction.path,
    reference: reference.path,
    alignment: alignment.kind,
    coverage: compared / (compared + predictionNodata + outsidePrediction),
    pixels,
    classes: named,
    confusion: rowsOf(matrix),
    scores: scoresOf(matrix),
  };
}

function idsOf(classes: readonly NamedClass[]): readonly number[] {
  return classes.map(({ id }) => id);
}

function rowsOf({ ids, counts }: ConfusionMatrix): number[][] {
  return ids.map((_, row) => [...counts.subarray(row * ids.length, (row + 1) * ids.length)]);
}
