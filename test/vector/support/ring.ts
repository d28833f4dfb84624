import { execFileSync } from "node:child_process";
import { crsFromEpsg } from "../../../src/geo/crs.ts";
import type { Grid } from "../../../src/geo/grid.ts";
import type { VectorOptions, VectorResult } from "../../../src/vector/feature.ts";
import { type LandCoverPolygon, tracePolygons } from "../../../src/vector/polygons.ts";
import { memoryScene } from "../../support/memory-scene.ts";

/** 3 x 3 pixels of 10 m in UTM zone 40N. */
export const UTM: Grid = {
  width: 3,
  height: 3,
  affine: [10, 0, 500000, 0, -10, 2800000],
  crs: crsFromEpsg(32640),
};
/** Class 1 around a pixel of class 2, which has no name. */
const RING = Uint8Array.of(1, 1, 1, 1, 2, 1, 1, 1, 1);
const CLASSES = [{ id: 1, name: "bare land", color: "#aa8800" }];

type Polygons = AsyncIterable<LandCoverPolygon>;

/** A function that writes the polygons of labels, of the ring by default, to a file. */
export function labelWriter(
  write: (path: string, polygons: Polygons, options: VectorOptions) => Promise<VectorResult>,
) {
  return (path: string, grid: Grid, crs: VectorOptions["crs"], labels = RING): Promise<VectorResult> => {
    const scene = memoryScene({ ...grid, data: labels, nodata: 255 });
    return write(path, tracePolygons(scene, null), { grid, classes: CLASSES, crs });
  };
}

/** The ring's polygons, and then a failure. */
export async function* failingPolygons(): Polygons {
  yield* tracePolygons(memoryScene({ ...UTM, data: RING }), null);
  throw new Error("the source broke");
}

/** What GDAL's ogrinfo says, or null without GDAL. */
export function ogr(...args: readonly string[]): string | null {
  try {
    return execFileSync("ogrinfo", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

export const hasOgr = ogr("--version") !== null;
/** Behind the title of tests that need it. */
export const ogrSkipped = hasOgr ? "" : " (skipped: no GDAL)";
