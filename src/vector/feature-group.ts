import type { Bounds } from "../geo/grid.ts";
import { createKernels } from "../kernels/kernels.ts";
import type { PolygonFeature } from "./feature.ts";
import { doubled } from "./region-table.ts";
import { wkbLength, writePolygonWkb } from "./wkb.ts";

/** A group is full when it has this many features or bytes of geometry. */
const MOST_FEATURES = 50_000;
const MOST_BYTES = 32 * 2 ** 20;

/** A feature and its geometry as WKB. */
export interface FeatureRow {
  readonly feature: Omit<PolygonFeature, "rings">;
  readonly wkb: Uint8Array;
}

/** Features as columns, the rings as WKB: a hundred thousand of them are no objects. */
export class FeatureGroup {
  length = 0;
  readonly classIds = new Uint8Array(MOST_FEATURES);
  /** Of the classes that the features have, by their ids. */
  readonly classNames = new Map<number, string>();
  /** Where the geometry of each feature ends. */
  private readonly ends = new Uint32Array(MOST_FEATURES);
  private geometry = new Uint8Array(1 << 20);
  private readonly kernels = createKernels({
    ids: 8 * MOST_FEATURES,
    areas: 8 * MOST_FEATURES,
    perimeters: 8 * MOST_FEATURES,
    confidences: 8 * MOST_FEATURES,
    boxes: 32 * MOST_FEATURES,
    gathered: 8 * MOST_FEATURES,
    order: 4 * MOST_FEATURES,
  });
  private readonly ids = this.doubles("ids");
  /** NaN where the ground is unknown. */
  private readonly areas = this.doubles("areas");
  private readonly perimeters = this.doubles("perimeters");
  /** NaN where it is unknown. */
  private readonly confidences = this.doubles("confidences");
  /** West, south, east and north of each feature. */
  private readonly boxes = this.doubles("boxes");

  get isFull(): boolean {
    return this.length === MOST_FEATURES || this.endOf(this.length - 1) >= MOST_BYTES;
  }

  /** Over all features: at least one. */
  get bounds(): Bounds {
    const { run, at } = this.kernels;
    const [west, south] = [0, 8].map((side) => run.leastOf(at.boxes + side, 32, this.length));
    const [east, north] = [16, 24].map((side) => run.greatestOf(at.boxes + side, 32, this.length));
    return [west!, south!, east!, north!];
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

  /** The features along the Hilbert curve over the group's bounds, by the centres of their boxes; valid until it is asked for again. */
  order(): Uint32Array {
    const { run, at, bytes } = this.kernels;
    const [west, south, east, north] = this.bounds;
    const scale = 65535 / Math.max(east - west, north - south, Number.MIN_VALUE);
    run.hilbertKeys(at.boxes, this.length, west, south, scale, at.gathered);
    this.doubles("gathered").subarray(0, this.length).sort();
    run.boxesOfKeys(at.gathered, this.length, at.order);
    return new Uint32Array(bytes.order.buffer, at.order, this.length);
  }

  /** A column, and of the boxes the given side, in the order that `order` gave last; valid until the next is asked for. */
  ordered(column: "ids" | "areas" | "perimeters" | "confidences" | "boxes", side = 0): Float64Array {
    const { run, at } = this.kernels;
    const stride = column === "boxes" ? 32 : 8;
    run.gather(at[column] + 8 * side, stride, at.order, this.length, at.gathered);
    return this.doubles("gathered").subarray(0, this.length);
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

  private doubles(column: keyof FeatureGroup["kernels"]["at"]): Float64Array {
    const { buffer, byteOffset, length } = this.kernels.bytes[column];
    return new Float64Array(buffer, byteOffset, length / 8);
  }

  private endOf(feature: number): number {
    return feature < 0 ? 0 : this.ends[feature]!;
  }
}
