import type { Bounds } from "../geo/grid.ts";
import type { FeatureMaker, PolygonFeature } from "./feature.ts";
import { hilbertIndex } from "./hilbert.ts";
import type { LandCoverPolygon } from "./polygons.ts";
import { Slab } from "./slab.ts";
import { polygonWkb } from "./wkb.ts";

/** A group is closed when it has this many features or bytes of geometry. */
const GROUP_FEATURES = 50_000;
const GROUP_BYTES = 32 * 2 ** 20;

/** A feature and its geometry as WKB. */
export interface FeatureRow {
  readonly feature: Omit<PolygonFeature, "rings">;
  readonly wkb: Uint8Array;
}

/** Makes features of polygons, in groups of at most 32 MiB of geometry, each in Hilbert order: what is near lies together. */
export async function* featureGroups(
  polygons: AsyncIterable<LandCoverPolygon>,
  features: FeatureMaker,
): AsyncGenerator<readonly FeatureRow[]> {
  let group: FeatureRow[] = [];
  let bytes = 0;
  const slab = new Slab<Uint8Array>((length) => new Uint8Array(length));
  const allocate = (length: number): Uint8Array => slab.take(length);
  for await (const polygon of polygons) {
    const { rings, ...feature } = features.make(polygon);
    const row = { feature, wkb: polygonWkb(rings, allocate) };
    group.push(row);
    bytes += row.wkb.length;
    if (group.length < GROUP_FEATURES && bytes < GROUP_BYTES) continue;
    yield inHilbertOrder(group);
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield inHilbertOrder(group);
}

/** The bounds of a group's features. */
export function groupBounds(group: readonly FeatureRow[]): Bounds {
  return group.map(({ feature }) => feature.bounds).reduce(unionBounds);
}

export function unionBounds(a: Bounds, b: Bounds): Bounds {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** The rows of a group along the Hilbert curve over its bounds, by the centres of their boxes. */
function inHilbertOrder(group: readonly FeatureRow[]): FeatureRow[] {
  const [west, south, east, north] = groupBounds(group);
  const scale = 65535 / Math.max(east - west, north - south, Number.MIN_VALUE);
  const keyed = group.map((row) => {
    const [x0, y0, x1, y1] = row.feature.bounds;
    return { row, key: hilbertIndex(((x0 + x1) / 2 - west) * scale, ((y0 + y1) / 2 - south) * scale) };
  });
  return keyed.sort((a, b) => a.key - b.key).map(({ row }) => row);
}
