import sharp from "sharp";
import { throwIfAborted } from "../errors.ts";
import { fullWindow, intersectWindows, type Window } from "../geo/window.ts";
import type { Winners } from "../inference/winners.ts";
import type { InferredChip, WorkerPool } from "../inference/worker-pool.ts";
import { deflateBytes } from "../kernels/deflate.ts";
import { NODATA } from "../scene/class-scheme.ts";
import { windowScene } from "../scene/window-scene.ts";
import { type LabelStrip, stitch } from "../stitcher/stitcher.ts";
import { planChips } from "../tiler/chip-plan.ts";
import { type Chip, readChips } from "../tiler/tiler.ts";
import { traceGrid } from "../vector/trace-blocks.ts";
import type { Config } from "./config.ts";
import { threadCount } from "./map-threads.ts";
import { type InferenceSetup, openPool, overlapOf } from "./memory-limit.ts";
import type { PreparedRun } from "./prepare.ts";

/** What a few chips of a scene show of the whole of it. Seconds are wall time for one chip. */
export interface Calibration {
  readonly chips: number;
  readonly baseBytes: number;
  readonly sessionBytes: number;
  /** Chips to a run of the model. */
  readonly batch: number;
  /** Threads that stitch and write. */
  readonly threads: number;
  readonly readSeconds: number;
  /** With all workers busy. */
  readonly inferSeconds: number;
  readonly stitchSeconds: number;
  /** Encoded bytes per pixel of the labels, the confidence and a picture of the scene. */
  readonly labelBytes: number;
  readonly confidenceBytes: number;
  readonly imageryBytes: number;
  readonly regionsPerMegapixel: number;
}

/** Chips side by side in a sample, and how far along the scene's diagonal the samples lie. */
const SAMPLE_CHIPS = 2;
const SAMPLES_AT = [0.2, 0.5, 0.8] as const;

/** Maps a few chips in memory: the real reader, model and stitcher. Throws UserError as the run itself would. */
export async function calibrate(
  run: PreparedRun,
  setup: InferenceSetup,
  blend: Config["blend"],
  signal: AbortSignal | undefined,
): Promise<Calibration> {
  const baseBytes = process.memoryUsage.rss();
  const pool = openPool(run.model, { ...setup, overlap: overlapOf(run.plan, blend) });
  try {
    const { x } = run.plan;
    await Promise.all(Array.from({ length: setup.workers }, () => pool.check(x.chip)));
    const sessionBytes = Math.max(0, process.memoryUsage.rss() - baseBytes) / setup.workers;
    const windows = sampleWindows(run);
    const [samples, reading] = await timedWork(() => readSamples(run, windows, signal));
    const [scored, inferring] = await timedWork(() => inferSamples(pool, samples));
    const [strips, stitching] = await timedWork(() => stitchSamples(run, windows, scored, blend));
    const chips = samples.flat().length;
    return {
      chips,
      baseBytes,
      sessionBytes,
      batch: pool.report.batch,
      threads: threadCount(setup.device),
      readSeconds: reading / chips,
      inferSeconds: inferring / chips,
      stitchSeconds: stitching / chips,
      ...(await contentOf(run, strips, samples.flat())),
    };
  } finally {
    await pool.close();
  }
}

/** Windows of a few chips on the lattice of the plan, cut at the scene's edge. */
function sampleWindows({ plan: { x, y }, scene }: PreparedRun): readonly Window[] {
  const windows = SAMPLES_AT.map((at): Window => {
    const col = Math.floor(at * Math.max(0, x.count - SAMPLE_CHIPS)) * x.stride;
    const row = Math.floor(at * (y.count - 1)) * y.stride;
    return { col, row, width: x.chip + (SAMPLE_CHIPS - 1) * x.stride, height: y.chip };
  });
  const inside = windows.map((window) => intersectWindows(window, fullWindow(scene.grid))!);
  return inside.filter(({ col, row }, i) => inside.findIndex((w) => w.col === col && w.row === row) === i);
}

async function timedWork<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await work();
  return [result, (performance.now() - start) / 1000];
}

async function readSamples(
  { scene, plan, bands }: PreparedRun,
  windows: readonly Window[],
  signal: AbortSignal | undefined,
): Promise<Chip[][]> {
  const samples: Chip[][] = [];
  for (const window of windows) {
    const part = windowScene(scene, window);
    const chips: Chip[] = [];
    for await (const chip of readChips(part, planChips(window, plan.x), { bands, readAhead: 1 })) {
      throwIfAborted(signal);
      chips.push(chip);
    }
    samples.push(chips);
  }
  return samples;
}

async function inferSamples(
  pool: WorkerPool,
  samples: readonly (readonly Chip[])[],
): Promise<InferredChip[][]> {
  const copies = samples.flat().map((chip) => ({ ...chip, data: chip.data?.slice() ?? null }));
  const all: InferredChip[] = [];
  for await (const chip of pool.infer(oneByOne(copies)))
    all.push({
      ...chip,
      scores: chip.scores?.slice() ?? null,
      winners: chip.winners && copied(chip.winners),
    });
  return samples.map(({ length }) => all.splice(0, length));
}

function copied({ labels, confidence }: Winners): Winners {
  return { labels: labels.slice(), confidence: confidence.slice() };
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function stitchSamples(
  { plan, model: { card } }: PreparedRun,
  windows: readonly Window[],
  scored: readonly (readonly InferredChip[])[],
  blend: Config["blend"],
): Promise<readonly (LabelStrip & { readonly width: number })[]> {
  const { stride, margin } = card.output;
  const classIds = card.classes.map(({ id }) => id);
  const strips: (LabelStrip & { readonly width: number })[] = [];
  for (const [i, window] of windows.entries()) {
    const options = { plan: planChips(window, plan.x), classIds, stride, margin, blend };
    for await (const strip of stitch(oneByOne(scored[i]!), options))
      strips.push({
        ...strip,
        width: window.width,
        labels: strip.labels.slice(),
        confidence: strip.confidence.slice(),
      });
  }
  return strips;
}

/** How large what the samples show becomes in files, by the pixel. */
async function contentOf(
  run: PreparedRun,
  strips: readonly (LabelStrip & { readonly width: number })[],
  chips: readonly Chip[],
): Promise<Pick<Calibration, "labelBytes" | "confidenceBytes" | "imageryBytes" | "regionsPerMegapixel">> {
  const pixels = strips.reduce((sum, { labels }) => sum + labels.length, 0);
  const sum = (of: (strip: (typeof strips)[number]) => number): number =>
    strips.reduce((total, strip) => total + of(strip), 0) / pixels;
  return {
    labelBytes: sum(({ labels }) => deflateBytes(labels).length),
    confidenceBytes: sum(({ confidence }) => deflateBytes(confidence).length),
    imageryBytes: await imageryBytes(run, chips),
    regionsPerMegapixel:
      1e6 * sum(({ labels, width, rows }) => traceGrid(labels, width, rows, NODATA).length),
  };
}

/** Bytes of a pixel as WebP, as tiles of imagery are; those of a photograph where the chips cannot be shown as they are. */
async function imageryBytes({ bands }: PreparedRun, chips: readonly Chip[]): Promise<number> {
  const shown = chips.find(({ data }) => data instanceof Uint8Array);
  if (shown === undefined || (bands.length !== 3 && bands.length !== 1)) return 0.15;
  const { width, height } = shown.window;
  const raw = { width, height, channels: bands.length } as const;
  const webp = await sharp(shown.data as Uint8Array, { raw })
    .webp({ quality: 80 })
    .toBuffer();
  return webp.length / (width * height);
}
