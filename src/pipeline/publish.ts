import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CancelledError } from "../errors.ts";
import { type Areas, combineAreas, measureAreas } from "../report/areas.ts";
import { writeAreas } from "../report/areas-writer.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import { openScene } from "../scene/open-scene.ts";
import type { Scene } from "../scene/scene.ts";
import { writeRasterTiles } from "../tiles/raster-tiles.ts";
import { writeVectorTiles } from "../tiles/vector-tiles.ts";
import { writeGeoParquet } from "../vector/geoparquet-writer.ts";
import { tracePolygons } from "../vector/polygons.ts";
import { type StageRecord, timed } from "./manifest.ts";
import { OUTPUT_FILES, type Output } from "./outputs.ts";
import { ProgressMeter, type RunListener, type Stage } from "./progress.ts";

/** What the publishing stages need: the folder with the two COGs, and how to describe the map. */
export interface PublishOptions {
  readonly folder: string;
  readonly classes: readonly LandCoverClass[];
  readonly outputs: readonly Output[];
  readonly name: string;
  readonly attribution: string | undefined;
  readonly listener: RunListener;
  readonly signal: AbortSignal | undefined;
  readonly records: StageRecord[];
}

/**
 * Reads the finished COGs as ordinary scenes and writes what was asked for: polygons, tiles, areas. COGs that were only a means
 * are removed. Returns the areas, for they are what a user wants to see.
 */
export async function publish(options: PublishOptions): Promise<Areas> {
  const { folder } = options;
  const labels = await openScene(join(folder, "landcover.tif"));
  const confidence = await openScene(join(folder, "confidence.tif"));
  let areas: Areas;
  try {
    areas = await publishScenes(labels, confidence, options);
  } finally {
    await Promise.all([labels.close(), confidence.close()]);
  }
  for (const output of ["landcover", "confidence"] as const) {
    if (options.outputs.includes(output)) continue;
    for (const name of OUTPUT_FILES[output]) await rm(join(folder, name), { force: true });
  }
  return areas;
}

async function publishScenes(labels: Scene, confidence: Scene, options: PublishOptions): Promise<Areas> {
  const { folder, classes, outputs, name, attribution, listener, signal, records } = options;
  const wanted = (output: Output): boolean => outputs.includes(output);
  const stage = <T>(id: Stage, work: () => Promise<T>): Promise<T> => {
    if (signal?.aborted === true) throw new CancelledError();
    return timed(id, records, listener, work);
  };
  const described = {
    classes,
    name,
    ...(attribution === undefined ? {} : { attribution }),
    ...signalOf(signal),
  };
  const raster = await stage("areas", () => measureAreas(labels, confidence, classes, signalOf(signal)));
  const polygons = wanted("polygons")
    ? await stage("polygons", () =>
        writeGeoParquet(
          join(folder, "landcover.parquet"),
          tracePolygons(labels, confidence, signalOf(signal)),
          {
            grid: labels.grid,
            classes,
            crs: "EPSG:4326",
          },
        ),
      )
    : null;
  if (labels.grid.crs?.proj4 != null) {
    if (wanted("vector-tiles")) {
      await stage("vector-tiles", () =>
        writeVectorTiles(join(folder, "landcover.pmtiles"), labels, {
          ...described,
          ...meterOf("vector-tiles", labels, listener),
        }),
      );
    }
    if (wanted("raster-tiles")) {
      await stage("raster-tiles", () =>
        writeRasterTiles(join(folder, "landcover-raster.pmtiles"), labels, {
          ...described,
          ...meterOf("raster-tiles", labels, listener),
        }),
      );
    }
  }
  const areas = combineAreas(raster, polygons?.areaByClass ?? null);
  if (wanted("areas")) {
    await writeAreas({ json: join(folder, "areas.json"), csv: join(folder, "areas.csv") }, areas);
  }
  return areas;
}

function signalOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function meterOf(
  stage: Stage,
  { grid }: Scene,
  listener: RunListener,
): { onProgress: (done: number, total: number) => void } {
  let meter: ProgressMeter | undefined;
  return {
    onProgress: (done, total) => {
      meter ??= new ProgressMeter(stage, total, (grid.width * grid.height) / 1e6, listener);
      meter.report(done);
    },
  };
}
