import { UserError } from "../errors.ts";
import { type Grid, gridBounds } from "../geo/grid.ts";
import type { Scene } from "../scene/scene.ts";
import type { Misalignment } from "./alignment.ts";
import type { ComparedPixels } from "./tally.ts";

/** Throws UserError "not-labels" when a raster has more than one band. */
export function refuseColours({ path, bands }: Scene): void {
  if (bands.length === 1) return;
  throw new UserError(
    "not-labels",
    `${path} has ${bands.length} bands (${bands.map(({ role }) => role).join(", ")}): a picture, not class ids.`,
    "Pass a raster with one band that holds a class id per pixel; turn the colours of a label picture into ids first.",
  );
}

/** The UserError of two grids that cannot be compared. */
export function misaligned(why: Misalignment, prediction: Scene, reference: Scene): UserError {
  const found = (describe: (grid: Grid) => string): string =>
    `${prediction.path} ${describe(prediction.grid)}, ${reference.path} ${describe(reference.grid)}`;
  switch (why) {
    case "no-georeference":
      return new UserError(
        why,
        `The rasters cannot be aligned: ${found(({ crs, width, height }) => `is ${width} x ${height} px ${crs === null ? "without georeference" : `in ${crs.name}`}`)}.`,
        "Give both rasters a CRS and transform, or the same size in pixels.",
      );
    case "crs-mismatch":
      return new UserError(
        why,
        `The rasters are in different CRSs: ${found(({ crs }) => `is in ${crs?.name ?? "none"}${crs?.epsg ? ` (EPSG:${crs.epsg})` : ""}`)}.`,
        "Reproject the reference to the prediction's CRS, with nearest-neighbour resampling.",
      );
    case "no-overlap":
      return new UserError(
        why,
        `The rasters do not overlap: ${found((grid) => `covers ${gridBounds(grid).join(", ")}`)} (west, south, east, north).`,
        "Check that both show the same place and that their transforms are right.",
      );
    default:
      throw new RangeError(`unknown misalignment ${String(why satisfies never)}`);
  }
}

/** The UserError of two rasters that share no pixel with data. */
export function nothingToCompare(pixels: ComparedPixels, prediction: Scene, reference: Scene): UserError {
  const { referenceNodata, ignored, predictionNodata, outsidePrediction } = pixels;
  return new UserError(
    "nothing-to-compare",
    `No pixel has both a label in ${reference.path} and a class in ${prediction.path}: ${referenceNodata} reference pixels have no data, ${ignored} are ignored, ${predictionNodata} have no prediction data, ${outsidePrediction} lie outside the prediction.`,
    "Check the nodata values of both rasters and that they show the same place.",
  );
}
