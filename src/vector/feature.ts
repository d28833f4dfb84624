import type { Bounds, Grid } from "../geo/grid.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import { type Ground, groundOf } from "./ground.ts";
import { LonLatPlacement } from "./lon-lat-placement.ts";
import { type Placement, scenePlacement } from "./placement.ts";
import type { LandCoverPolygon } from "./polygons.ts";

/** What a vector file says about one polygon. */
export interface PolygonFeature {
  readonly id: number;
  readonly classId: number;
  readonly className: string;
  /** m² on the ellipsoid; null where the ground is unknown. */
  readonly areaM2: number | null;
  /** Metres, holes included; null where the ground is unknown. */
  readonly perimeterM: number | null;
  /** 0–100 %, or null. */
  readonly meanConfidence: number | null;
  /** Closed rings in the output CRS (x0, y0, …), exterior first and counter-clockwise, holes clockwise. */
  readonly rings: readonly Float64Array[];
  readonly bounds: Bounds;
}

/** How a vector file is to be written. */
export interface VectorOptions {
  readonly grid: Grid;
  readonly classes: readonly LandCoverClass[];
  /** The scene's own CRS, or WGS 84 longitude and latitude; a scene that cannot be projected keeps its coordinates. */
  readonly crs: "EPSG:4326" | "scene";
}

/** What was written. */
export interface VectorResult {
  readonly polygons: number;
  readonly bytes: number;
  /** m² on the ground by class id; empty where the ground is unknown. */
  readonly areaByClass: ReadonlyMap<number, number>;
}

/** Turns polygons on the pixel lattice into features and adds up their areas. */
export class FeatureMaker {
  readonly areaByClass = new Map<number, number>();
  /** True when features are in longitude and latitude. */
  readonly lonLat: boolean;
  polygons = 0;
  private readonly names: Map<number, string>;
  private readonly ground: Ground | null;
  private readonly placement: Placement;

  constructor({ grid, classes, crs }: VectorOptions) {
    this.names = new Map(classes.map(({ id, name }) => [id, name]));
    this.ground = groundOf(grid);
    this.lonLat = crs === "EPSG:4326" && grid.crs !== null && grid.crs.proj4 !== null;
    this.placement = this.lonLat ? new LonLatPlacement(grid) : scenePlacement(grid);
  }

  make({ id, classId, rings, meanConfidence }: LandCoverPolygon): PolygonFeature {
    const { ground } = this;
    const placed = rings.map((ring) => this.placement.place(ring));
    const areaM2 = ground && rings.reduce((sum, ring) => sum + ground.ringArea(ring), 0);
    const perimeterM = ground && rings.reduce((sum, ring) => sum + ground.ringLength(ring), 0);
    if (areaM2 !== null) this.areaByClass.set(classId, (this.areaByClass.get(classId) ?? 0) + areaM2);
    this.polygons++;
    return {
      id,
      classId,
      className: this.nameOf(classId),
      areaM2,
      perimeterM,
      meanConfidence,
      rings: placed,
      bounds: ringBounds(placed[0]!),
    };
  }

  private nameOf(classId: number): string {
    const name = this.names.get(classId) ?? `class ${classId}`;
    if (!this.names.has(classId)) this.names.set(classId, name);
    return name;
  }
}

function ringBounds(ring: Float64Array): Bounds {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < ring.length; i += 2) {
    const x = ring[i]!;
    const y = ring[i + 1]!;
    if (x < west) west = x;
    if (x > east) east = x;
    if (y < south) south = y;
    if (y > north) north = y;
  }
  return [west, south, east, north];
}
