import type { Bounds } from "../geo/grid.ts";
import type { FeatureMaker } from "./feature.ts";
import { FeatureGroup } from "./feature-group.ts";
import type { LandCoverPolygon } from "./polygons.ts";

/** Makes features of polygons, in groups of at most 32 MiB of geometry. A group is valid until the next one is asked for. */
export async function* featureGroups(
  polygons: AsyncIterable<LandCoverPolygon>,
  features: FeatureMaker,
): AsyncGenerator<FeatureGroup> {
  const group = new FeatureGroup();
  for await (const polygon of polygons) {
    group.add(features.make(polygon));
    if (!group.isFull) continue;
    yield group;
    group.clear();
  }
  if (group.length > 0) yield group;
}

export function unionBounds(a: Bounds, b: Bounds): Bounds {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
