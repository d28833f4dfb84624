import type { Bounds } from "../geo/grid.ts";
import type { PolygonFeature } from "./feature.ts";
import { hilbertIndex } from "./hilbert.ts";
import { doubled } from "./region-table.ts";
import { wkbLength, writePolygonWkb } from "./wkb.ts";

/** A group is full when it has this many features or bytes of geometry. */
const MOST_FEATURES = 50_000;
const MOST_BYTES = 32 * 2 ** 20;
/** Places of Hilbert's curve (32 bits) are sorted with the feature they belong to behind them. */
const FEATURE_KEYS = 2 ** 16;

/** A feature and its geometry as WKB. */
export interface FeatureRow {
  readonly feature: Omit<PolygonFeature, "rings">;
  readonly wkb: Uint8Array;
}

/** Features as columns, the rings as WKB: a hundred thousand of them are no objects. */
export class FeatureGroup {
  length = 0;
  readonly ids = new Float64Array(MOST_FEATURES);
  readonly classIds = new Uint8Array(MOST_FEATURES);
  /** NaN where the ground is unknown. */
  readonly areas = new Float64Array(MOST_FEATURES);
  readonly perimeters = new Float64Array(MOST_FEATURES);
  /** NaN where it is unknown. */
  readonly confidences = new Float64Array(MOST_FEATURES);
  /** West, south, east and north of each feature. */
  readonly boxes = new Float64Array(4 * MOST_FEATURES);
  /** Of the classes that the features have, by their ids. */
  readonly classNames = new Map<number, string>();
  /** Where the geometry of each feature ends. */
  private readonly ends = new Uint32Array(MOST_FEATURES);
  private geometry = new Uint8Array(1 << 20);

  get isFull(): boolean {
    return this.length === MOST_FEATURES || this.endOf(this.length - 1) >= MOST_BYTES;
  }

  /** Over all features: at least one. */
  get bounds(): Bounds {
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < 4 * this.length; i += 4) {
      west = Math.min(west, this.boxes[i]!);
      south = Math.min(south, this.boxes[i + 1]!);
      east = Math.max(east, this.boxes[i + 2]!);
      north = Math.max(north, this.boxes[i + 3]!);
    }
    return [west, south, east, north];
  }

  clear(): void {
    this.length = 0;
    this.classNames.clear();
  }

  add({ id, classId, className, areaM2, perimeterM, meanConfidence, bounds, rings }: PolygonFeature): void {
    const i = this.length++;
    this.ids[i] = id;
    this.classIds[i] = classId;
    this.areas[i] = areaM2 ?? Number.NaN;
    this.perimeters[i] = perimeterM ?? Number.NaN;
    this.confidences[i] = meanConfidence ?? Number.NaN;
    for (let k = 0; k < 4; k++) this.boxes[4 * i + k] = bounds[k]!;
    this.classNames.set(classId, className);
    const start = this.endOf(i - 1);
    const end = start + wkbLength(rings);
    while (this.geometry.length < end) this.geometry = doubled(this.geometry);
    writePolygonWkb(rings, this.geometry, start);
    this.ends[i] = end;
  }

  /** Geometry of a feature as WKB; valid until the group is cleared. */
  wkb(feature: number): Uint8Array {
    return this.geometry.subarray(this.endOf(feature - 1), this.endOf(feature));
  }

  /** The features along the Hilbert curve over the group's bounds, by the centres of their boxes. */
  order(): Uint32Array {
    const { boxes } = this;
    const [west, south, east, north] = this.bounds;
    const scale = 65535 / Math.max(east - west, north - south, Number.MIN_VALUE);
    const keys = new Float64Array(this.length);
    for (let i = 0; i < keys.length; i++) {
      const x = ((boxes[4 * i]! + boxes[4 * i + 2]!) / 2 - west) * scale;
      const y = ((boxes[4 * i + 1]! + boxes[4 * i + 3]!) / 2 - south) * scale;
      keys[i] = hilbertIndex(x, y) * FEATURE_KEYS + i;
    }
    keys.sort();
    const order = new Uint32Array(keys.length);
    for (let i = 0; i < order.length; i++) order[i] = keys[i]! % FEATURE_KEYS;
    return order;
  }

  /** The features as objects, in that order. */
  *rows(): Generator<FeatureRow> {
    const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
    for (const i of this.order()) {
      const classId = this.classIds[i]!;
      const [west, south, east, north] = this.boxes.subarray(4 * i, 4 * i + 4) as Iterable<number> as Bounds;
      const feature = {
        id: this.ids[i]!,
        classId,
        className: this.classNames.get(classId)!,
        areaM2: known(this.areas[i]!),
        perimeterM: known(this.perimeters[i]!),
        meanConfidence: known(this.confidences[i]!),
        bounds: [west, south, east, north] as const,
      };
      yield { feature, wkb: this.wkb(i) };
    }
  }

  private endOf(feature: number): number {
    return feature < 0 ? 0 : this.ends[feature]!;
  }
}
