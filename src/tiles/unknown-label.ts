import { UserError } from "../errors.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";

/** The error for a pixel value that no class has. */
export function unknownLabel(path: string, label: number, classes: readonly LandCoverClass[]): UserError {
  return new UserError(
    "unknown-label",
    `${path}: pixel value ${label} is none of the classes (${classes.map(({ id }) => id).join(", ")}) and not nodata (255).`,
    "Give the classes of this raster: the model card that it was made with lists them.",
  );
}
