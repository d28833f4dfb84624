import { join } from "node:path";
import { throwIfAborted } from "../errors.ts";
import { type Areas, combineAreas, measureAreas } from "../report/areas.ts";
import { writeAreas } from "../report/areas-writer.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import { derivedScene } from "../scene/derived-scene.ts";
import { openScene } from "../scene/open-scene.ts";
import type { Scene } from "../scene/scene.ts";
import { distribute } from "../stream.ts";
import { writeConfidenceTiles } from "../tiles/confidence-tiles.ts";
import { writeRasterTiles } from "../tiles/raster-tiles.ts";
import { writeVectorTiles } from "../tiles/vector-tiles.ts";
import type { VectorResult } from "../vector/feature.ts";
import { writeFlatGeobuf } from "../vector/flatgeobuf-writer.ts";
import { writeGeoJson } from "../vector/geojson-writer.ts";
import { writeGeoPackage } from "../vector/geopackage-writer.ts";
import { writeGeoParquet } from "../vector/geoparquet-writer.ts";
import { type LandCoverPolygon, tracePolygons } from "../vector/polygons.ts";
import type { Config } from "./config.ts";
import { type StageRecord, timed } from "./manifest.ts";
import { cacheShares } from "./memory-plan.ts";
import { OUTPUT_FILES, VECTOR_OUTPUTS } from "./outputs.ts";
import { isPlaced } from "./prepare.ts";
import { ProgressMeter, type RunListener, type Stage } from "./progress.ts";
import { writeSceneTiles } from "./publish-scene.ts";
import { writeViewer } from "./viewer-files.ts";

/** What the publishing stages need: the folder with the two COGs, and how to describe the map. */
export interface PublishOptions {
  readonly folder: string;
  /** What was mapped, on the grid of the map. */
  readonly scene: Scene;
  /** Its bands that the model was given, from 0. */
  readonly bands: readonly number[];
  readonly classes: readonly LandCoverClass[];
  readonly config: Config;
  readonly name: string;
  readonly listener: RunListener;
  readonly signal: AbortSignal | undefined;
  readonly records: StageRecord[];
}

/**
 * Reads the finished COGs as ordinary scenes and writes what was asked for: polygons, tiles, areas, the web map. Returns the
 * areas, for they are what a user wants to see.
 */
export async function publish(options: PublishOptions): Promise<Areas> {
  const { folder } = options;
  const cache = cacheShares(options.config.maxMemory).map;
  const labels = await openScene(join(folder, "landcover.tif"), cache);
  const confidence = await openScene(join(folder, "confidence.tif"), cache);
  try {
    return await publishScenes(labels, confidence, options);
  } finally {
    await Promise.all([labels.close(), confidence.close()]);
  }
}

async function publishScenes(labels: Scene, confidence: Scene, options: PublishOptions): Promise<Areas> {
  const { folder, classes, config, listener, signal, records } = options;
  const { outputs } = config;
  const stage = <T>(id: Stage, work: () => Promise<T>): Promise<T> => {
    throwIfAborted(signal);
    return timed(id, records, listener, work);
  };
  const raster = await stage("areas", () =>
    measureAreas(metered("areas", labels, listener), confidence, classes, signalOf(signal)),
  );
  const kinds = VECTOR_OUTPUTS.filter((kind) => outputs.includes(kind));
  const polygons =
    kinds[0] === undefined
      ? null
      : await stage(kinds[0], () => writePolygons(kinds, labels, confidence, options));
  for (const kind of tileKinds(labels, options)) {
    await stage(kind, () => writeTiles(kind, labels, confidence, options));
  }
  const areas = combineAreas(raster, polygons?.areaByClass ?? null);
  if (outputs.includes("areas")) {
    throwIfAborted(signal);
    await writeAreas({ json: join(folder, "areas.json"), csv: join(folder, "areas.csv") }, areas);
  }
  if (outputs.includes("viewer")) await writeViewer(folder);
  return areas;
}

const VECTOR_WRITERS = {
  polygons: writeGeoParquet,
  flatgeobuf: writeFlatGeobuf,
  geopackage: writeGeoPackage,
  geojson: writeGeoJson,
} as const;
type VectorOutput = (typeof VECTOR_OUTPUTS)[number];

/** Traces the map once for all files of polygons; each holds the same ones. */
async function writePolygons(
  kinds: readonly VectorOutput[],
  labels: Scene,
  confidence: Scene,
  { folder, classes, config, listener, signal }: PublishOptions,
): Promise<VectorResult> {
  const { minArea, simplify, smooth, vectorCrs: crs } = config;
  const source = metered(kinds[0]!, labels, listener, minArea > 0 ? 2 : 1);
  const polygons = tracePolygons(source, confidence, { minArea, simplify, smooth, ...signalOf(signal) });
  const { grid } = labels;
  const [result] = await distribute(
    polygons,
    kinds.map(
      (kind) => (copy: AsyncIterable<LandCoverPolygon>) =>
        VECTOR_WRITERS[kind](join(folder, OUTPUT_FILES[kind][0]), copy, { grid, classes, crs }),
    ),
  );
  return result!;
}

const TILE_KINDS = ["vector-tiles", "raster-tiles", "confidence-tiles", "imagery"] as const;
type TileOutput = (typeof TILE_KINDS)[number];

/** The kinds of tiles to write: none, with a warning, where the map's place on earth is not known. */
function tileKinds(
  { grid }: Scene,
  { config: { outputs }, listener }: PublishOptions,
): readonly TileOutput[] {
  const kinds = TILE_KINDS.filter((kind) => outputs.includes(kind));
  if (kinds.length === 0 || isPlaced(grid)) return kinds;
  const why = grid.crs === null ? "the map has no CRS" : `${grid.crs.name} cannot be projected`;
  listener({ type: "warning", code: "no-tiles", message: `no ${kinds.join(" and no ")}: ${why}` });
  return [];
}

async function writeTiles(
  kind: TileOutput,
  labels: Scene,
  confidence: Scene,
  { folder, scene, bands, classes, name, config: { attribution, minArea }, listener, signal }: PublishOptions,
): Promise<void> {
  const path = join(folder, OUTPUT_FILES[kind][0]);
  const options = {
    classes,
    name,
    ...(attribution === undefined ? {} : { attribution }),
    ...signalOf(signal),
    ...meterOf(kind, labels, listener),
  };
  const write = {
    "vector-tiles": () => writeVectorTiles(path, labels, { ...options, minArea }),
    "raster-tiles": () => writeRasterTiles(path, labels, options),
    "confidence-tiles": () => writeConfidenceTiles(path, confidence, options),
    imagery: () => writeSceneTiles(scene, path, { ...options, ...shownBands(bands) }, listener),
  }[kind];
  for (const message of (await write()).warnings) listener({ type: "warning", code: kind, message });
}

/** The model's bands (indices from 0), where they make a picture, by their numbers. */
function shownBands(bands: readonly number[]): { bands?: readonly number[] } {
  return bands.length === 3 ? { bands: bands.map((band) => band + 1) } : {};
}

/** The same scene, telling how many of its pixels have been read, of as many as `times` it will be read. */
function metered(stage: Stage, scene: Scene, listener: RunListener, times = 1): Scene {
  const total = scene.grid.width * scene.grid.height * times;
  const meter = new ProgressMeter(stage, total, total / 1e6, listener);
  let done = 0;
  return derivedScene(scene, {
    read: async (window, options) => {
      const block = await scene.read(window, options);
      done += window.width * window.height;
      meter.report(done);
      return block;
    },
  });
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
