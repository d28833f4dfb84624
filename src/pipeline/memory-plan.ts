import { planSlots, slotBytes } from "../stitcher/chip-slots.ts";
import type { ChipPlan } from "../tiler/chip-plan.ts";
import { TILE_SIZE } from "../tiles/tile-pyramid.ts";
import { memoryBytes } from "./memory-size.ts";
import { type Output, VECTOR_OUTPUTS } from "./outputs.ts";

/** What the memory of a run depends on. Bytes where a name says so. */
export interface MemoryFacts {
  readonly plan: ChipPlan;
  /** Width of the map in px. */
  readonly width: number;
  readonly outputs: readonly Output[];
  /** Bytes of a pixel as the model is given it, and of one as the scene holds it. */
  readonly inputPixelBytes: number;
  readonly classes: number;
  /** Pixels per cell of the model's answer, per side. */
  readonly stride: number;
  /** Of the process before anything is mapped, measured. */
  readonly baseBytes: number;
  /** Of one inference worker with its session, after a chip: measured. */
  readonly sessionBytes: number;
  /** Chips to a run of the model. */
  readonly batch: number;
  /** Threads that blend chips and encode the rasters: see threadCount. */
  readonly threads: number;
  /** Decoded blocks of the scene, at most. */
  readonly cacheBytes: number;
  /** Decoded blocks of the map's own rasters while files are made of them, at most, together. */
  readonly mapCacheBytes: number;
  /** Width of the map in the deepest zoom of its tiles (px), and tiles of all zooms; 0 where it has no place on earth. */
  readonly mercatorWidth: number;
  readonly tiles: number;
  /** Regions of one class, as far as they are known or can be guessed. */
  readonly regions: number;
}

/** What one part of a stage holds at most. */
export interface MemoryPart {
  readonly what: string;
  readonly bytes: number;
}

/** The memory of one stage of a run. */
export interface StageMemory {
  readonly stage: "map" | "vectors" | "tiles" | "imagery";
  /** Sum of the parts. */
  readonly bytes: number;
  /** What it can do with, where memory is short. */
  readonly leastBytes: number;
  /** The largest first, what is not yet collected last. */
  readonly parts: readonly MemoryPart[];
}

const ROWS_OF_TILES = "rows of tiles";
const PACKED_ROWS = "packed rows of tiles";
/** Chips that the tiler reads ahead: so many bytes of samples, in this range. */
const AHEAD_BYTES = 12 * 2 ** 20;
const AHEAD = { least: 2, most: 16 };
/** Side of the blocks of the COGs in px. */
export const COG_BLOCK = 512;
/** What a scene keeps of its decoded blocks at most, see tiff-blocks. */
const CACHE_LIMIT = 384 * 2 ** 20;
/** A tile of an archive until it is written: see pmtiles-writer. */
const TILE_ADDRESS = 200;
/** Pixels of the rows of tiles that are being filled, all zooms together, per px of width: half as many in each. */
const FILLING_PIXELS = TILE_SIZE;
/** libvips, which is loaded for them, and the images that it encodes: what a run of 100 Mpx held beyond the other sums. */
const ENCODER_BYTES = 40e6;
/** A run of pixels of one region in a packed tile. */
const RUN_BYTES = 7;
/** Runs in a pixel for the root of the regions in a pixel: 1.8 in test/bench/label-raster.ts, more where regions are ragged. */
const RUNS_OF_REGIONS = 2.5;
/** A strip of the map and its packed regions, per px of width: see region-index. */
const REGION_STRIP_BYTES = 2 * 256;
/** A region in its index, which doubles when it is full: see region-index. */
const REGION_BYTES = 13;
/** Arrays that are done with but not yet collected, of all threads: what runs of 9 to 400 Mpx held beyond the other sums. */
const UNCOLLECTED = 200e6;
/** As much of it stays where a limit makes Node collect early: see memory-keeper. */
const LEAST_UNCOLLECTED = 60e6;
/** What the process keeps of the map stage's memory when that is over: freed, but not given back to the system. */
const RETAINED = 0.6;
/** A thread that blends chips and encodes strips: measured, 17 to 34 MB. */
const THREAD_BYTES = 25e6;
/** A row of regions on their way to polygons: tables of borders and regions, per px of width. */
const TRACER_BYTES = 250;
/** A group of polygons that are sorted and compressed together, while its geometry grows: see feature-group. */
const GROUP_BYTES = 100e6;

/** The memory of each stage that the outputs need, with `workers` inference workers. */
export function memoryPlan(facts: MemoryFacts, workers: number): readonly StageMemory[] {
  const { outputs } = facts;
  const wants = (...some: readonly Output[]): boolean => some.some((output) => outputs.includes(output));
  const map = stageOf("map", mapParts(facts, workers), UNCOLLECTED);
  const retained = { what: "the program after mapping", bytes: RETAINED * map.leastBytes };
  const after = (stage: StageMemory["stage"], parts: readonly MemoryPart[]): StageMemory =>
    stageOf(stage, [retained, ...parts], UNCOLLECTED + garbageOf(parts));
  return [
    map,
    ...(wants(...VECTOR_OUTPUTS) ? [after("vectors", vectorParts(facts))] : []),
    ...(wants("vector-tiles", "raster-tiles", "confidence-tiles") ? [after("tiles", tileParts(facts))] : []),
    ...(wants("imagery") ? [after("imagery", imageryParts(facts))] : []),
  ];
}

/** The stage that needs most. */
export function peakStage(stages: readonly StageMemory[]): StageMemory {
  return stages.reduce((most, stage) => (stage.bytes > most.bytes ? stage : most));
}

/** The most that a run takes, and the least that it can do with. */
export function peakBytes(stages: readonly StageMemory[]): { readonly most: number; readonly least: number } {
  return {
    most: Math.max(...stages.map(({ bytes }) => bytes)),
    least: Math.max(...stages.map(({ leastBytes }) => leastBytes)),
  };
}

/** The most workers, from `wanted` down to 1, with which every stage stays within `maxBytes`; null where not even one fits. */
export function fittingWorkers(facts: MemoryFacts, wanted: number, maxBytes: number): number | null {
  for (let workers = wanted; workers >= 1; workers--)
    if (peakBytes(memoryPlan(facts, workers)).least <= maxBytes) return workers;
  return null;
}

/** `garbage`: what is not yet collected when nothing urges to. */
function stageOf(stage: StageMemory["stage"], live: readonly MemoryPart[], garbage: number): StageMemory {
  const liveBytes = live.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    stage,
    parts: [
      ...live.toSorted((a, b) => b.bytes - a.bytes),
      { what: "memory not yet collected", bytes: garbage },
    ],
    bytes: liveBytes + garbage,
    leastBytes: liveBytes + Math.min(garbage, LEAST_UNCOLLECTED),
  };
}

/** Rows of tiles that were: as much again as those that are, but for arrays that vector tiles use again. */
function garbageOf(parts: readonly MemoryPart[]): number {
  const rows =
    parts.find(({ what }) => what === PACKED_ROWS) ?? parts.find(({ what }) => what === ROWS_OF_TILES);
  return rows?.bytes ?? 0;
}

function mapParts(facts: MemoryFacts, workers: number): readonly MemoryPart[] {
  return [
    { what: "the program", bytes: facts.baseBytes },
    {
      what: workers === 1 ? "an inference session" : `${workers} inference sessions`,
      bytes: workers * facts.sessionBytes,
    },
    { what: "decoded blocks of the scene", bytes: facts.cacheBytes },
    { what: "chips under way", bytes: chipBytes(facts, workers) },
    { what: "rows of chips that wait", bytes: stitcherBytes(facts) },
    { what: "strips of the rasters", bytes: 2 * cogBytes(facts.width) },
    { what: "threads that stitch and write", bytes: facts.threads * THREAD_BYTES + COG_BLOCK * facts.width },
  ];
}

/** Chips that are read (their window, and reflected past the scene's edge) or wait for a worker, and the scores that come back. */
function chipBytes({ plan, inputPixelBytes, classes, stride, batch }: MemoryFacts, workers: number): number {
  const pixels = plan.x.chip * plan.y.chip;
  const answering = (workers + 1) * batch;
  const scores = 4 * classes * (pixels / stride ** 2);
  const winners = stride === 1 ? 2 * pixels : 0;
  const read = chipsAhead(pixels * inputPixelBytes) + answering;
  return read * pixels * (2 * inputPixelBytes + 1) + (answering + 1) * (scores + winners);
}

/** How many chips the tiler reads ahead, given the bytes of one: blocks of those that begin together are decoded together. */
export function chipsAhead(bytes: number): number {
  return Math.max(AHEAD.least, Math.min(AHEAD.most, Math.floor(AHEAD_BYTES / bytes)));
}

/**
 * What the stitcher keeps: answers of the chips that are being blended, scores that wait for the next row of chips (twice, where pixels
 * lie between cells), and of a row of chips validity (twice, while it begins), and labels and confidence that are handed on.
 */
function stitcherBytes({ plan: { x, y }, classes, stride, threads }: MemoryFacts): number {
  const slot = { classes, cells: (x.chip / stride) * (y.chip / stride), stride };
  const slots = planSlots({ ...slot, count: x.count, threads }).slots * slotBytes(slot);
  const width = (x.count - 1) * x.stride + x.chip;
  const kept = stride === 1 ? y.overlap : 2 * (y.overlap / stride + 1);
  const waiting = 4 * classes * (width / stride) * kept;
  return slots + waiting + 2 * x.size * (y.chip + y.stride);
}

/** A COG's levels: each holds a strip of blocks, one that is being written and half a strip for the next, and is half as wide as the one before. */
function cogBytes(width: number): number {
  let bytes = 0;
  for (let across = width; ; across = Math.ceil(across / 2)) {
    bytes += 2.5 * COG_BLOCK * across - (COG_BLOCK / 4) * across;
    if (across <= COG_BLOCK) return bytes;
  }
}

function vectorParts(facts: MemoryFacts): readonly MemoryPart[] {
  return [
    { what: "decoded blocks of the map", bytes: facts.mapCacheBytes },
    { what: "regions under way", bytes: TRACER_BYTES * facts.width },
    { what: "polygons that are sorted", bytes: GROUP_BYTES },
  ];
}

function tileParts(facts: MemoryFacts): readonly MemoryPart[] {
  const vector = facts.outputs.includes("vector-tiles");
  return [
    { what: "decoded blocks of the map", bytes: facts.mapCacheBytes },
    ...(vector
      ? vectorTileParts(facts)
      : [{ what: ROWS_OF_TILES, bytes: FILLING_PIXELS * facts.mercatorWidth }]),
    { what: "addresses of tiles", bytes: TILE_ADDRESS * facts.tiles },
  ];
}

/**
 * In the zooms above the deepest a row of tiles is being filled with what is halved: of a pixel its class (1 byte) and, in the three
 * deepest zooms, its region (4). Three rows of each zoom wait packed, as runs: what is traced and its neighbours.
 */
function vectorTileParts({ plan, width, mercatorWidth, regions }: MemoryFacts): readonly MemoryPart[] {
  const filling = TILE_SIZE * (5 / 2 + 5 / 4 + 1 / 4);
  const runs = Math.min(1, RUNS_OF_REGIONS * Math.sqrt(regions / (plan.x.size * plan.y.size)));
  const packed = TILE_SIZE * 3 * (1 + 1 / 2 + 1 / 4) * runs * RUN_BYTES;
  return [
    { what: ROWS_OF_TILES, bytes: filling * mercatorWidth },
    { what: PACKED_ROWS, bytes: packed * mercatorWidth },
    { what: "the index of regions", bytes: 2 * REGION_BYTES * regions + REGION_STRIP_BYTES * width },
  ];
}

function imageryParts(facts: MemoryFacts): readonly MemoryPart[] {
  return [
    { what: "decoded blocks of the scene and the map", bytes: facts.cacheBytes + facts.mapCacheBytes },
    { what: ROWS_OF_TILES, bytes: FILLING_PIXELS * 4 * facts.mercatorWidth },
    { what: "images being encoded", bytes: ENCODER_BYTES },
    { what: "addresses of tiles", bytes: TILE_ADDRESS * facts.tiles },
  ];
}

/** Limits of the caches of decoded blocks: 384 MiB each, and under --max-memory a quarter for the scene, an eighth for each raster of the map. */
export function cacheShares(
  maxMemory: string | number | undefined,
): Readonly<Record<"scene" | "map", { readonly cacheBytes: number }>> {
  const limit = maxMemory === undefined ? Infinity : memoryBytes(maxMemory);
  return {
    scene: { cacheBytes: Math.min(CACHE_LIMIT, limit / 4) },
    map: { cacheBytes: Math.min(CACHE_LIMIT, limit / 8) },
  };
}
