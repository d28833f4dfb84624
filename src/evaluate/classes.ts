import { UserError } from "../errors.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import { type PairCounts, valueCounts } from "./confusion.ts";

/** A class as the result names it. */
export type NamedClass = Pick<LandCoverClass, "id" | "name">;

/**
 * The classes to compare: those given, else the named ones of the prediction's palette, else of the reference's, else every
 * value that was found. Throws UserError "unknown-class" when a raster holds a value that is none of them.
 */
export function comparedClasses(
  prediction: Pick<Scene, "path" | "palette">,
  reference: Pick<Scene, "path" | "palette">,
  given: readonly LandCoverClass[] | null,
  pairs: PairCounts,
): readonly NamedClass[] {
  const found = valueCounts(pairs);
  const classes = given ?? namedIn(prediction) ?? namedIn(reference) ?? valuesIn(found);
  const ids = new Set(classes.map(({ id }) => id));
  refuseUnknown(reference.path, found.reference, ids, classes);
  refuseUnknown(prediction.path, found.prediction, ids, classes);
  return classes.map(({ id, name }) => ({ id, name })).sort((a, b) => a.id - b.id);
}

function namedIn({ palette }: Pick<Scene, "palette">): readonly NamedClass[] | null {
  const named = (palette ?? []).flatMap(({ value, name }) => (name ? [{ id: value, name }] : []));
  return named.length === 0 ? null : named;
}

function valuesIn(found: ReturnType<typeof valueCounts>): readonly NamedClass[] {
  const ids = [...found.reference.keys()].filter((id) => found.reference[id]! + found.prediction[id]! > 0);
  return ids.map((id) => ({ id, name: `class ${id}` }));
}

function refuseUnknown(
  path: string,
  counts: Float64Array,
  ids: ReadonlySet<number>,
  classes: readonly NamedClass[],
): void {
  const unknown = [...counts.keys()].filter((id) => counts[id]! > 0 && !ids.has(id));
  if (unknown.length === 0) return;
  const pixels = unknown.reduce((total, id) => total + counts[id]!, 0);
  const names = [...classes].sort((a, b) => a.id - b.id).map(({ id, name }) => `${id} ${name}`);
  throw new UserError(
    "unknown-class",
    `${path} holds ${unknown.length === 1 ? "the value" : "the values"} ${unknown.join(", ")} (${pixels} ${pixels === 1 ? "pixel" : "pixels"}), not among the classes ${names.join(", ")}.`,
    "Renumber the raster to these class ids, or set such pixels to its nodata value to leave them out.",
  );
}
