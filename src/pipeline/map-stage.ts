import { join } from "node:path";
import { throwIfAborted, UserError } from "../errors.ts";
import { growWindow } from "../geo/pixel-area.ts";
import { intersectWindows, type Window } from "../geo/window.ts";
import type { Device } from "../inference/device.ts";
import { FLIPS } from "../inference/flips.ts";
import { type InferredChip, WorkerPool } from "../inference/worker-pool.ts";
import { type CogWriter, createCog } from "../raster/cog-writer.ts";
import { NODATA } from "../scene/class-scheme.ts";
import { type LabelStrip, stitch } from "../stitcher/stitcher.ts";
import { chipCount, type PlannedChip } from "../tiler/chip-plan.ts";
import { type Chip, readChips } from "../tiler/tiler.ts";
import {
  badCheckpoint,
  type Checkpointer,
  type MapState,
  type SkippedWindow,
  type Tally,
} from "./checkpoint.ts";
import type { Config } from "./config.ts";
import { allOrNothing, clearFolder } from "./output-folder.ts";
import type { PreparedRun } from "./prepare.ts";
import { ProgressMeter, type RunListener } from "./progress.ts";

/** What the map stage needs beside the prepared run. */
export interface MapStageOptions {
  readonly folder: string;
  readonly device: Device;
  readonly workers: number;
  readonly blend: Config["blend"];
  readonly onError: Config["onError"];
  readonly tta: Config["tta"];
  readonly listener: RunListener;
  readonly signal: AbortSignal | undefined;
  readonly checkpointer: Checkpointer;
  /** Where an earlier process came to; null for a new run. */
  readonly resume: Resumption | null;
}

/** A row of chips to go on after, and what had been counted. */
export interface Resumption {
  readonly map: MapState;
  readonly tally: Tally;
}

/**
 * Scene → chips → scores → strips → landcover.tif and confidence.tif. The workers are checked before the folder is touched; whatever
 * fails, every chip under way is waited for, the workers end, and no file is left that is not part of a checkpoint.
 */
export async function mapStage(run: PreparedRun, options: MapStageOptions): Promise<Tally> {
  const { model } = run;
  const pool = new WorkerPool(model, {
    workers: options.workers,
    executionProvider: options.device,
    flips: options.tta === "flip" ? FLIPS : FLIPS.slice(0, 1),
  });
  try {
    await pool.check(run.plan.x.chip);
    throwIfAborted(options.signal);
    if (options.resume === null) await clearFolder(options.folder);
    return await allOrNothing(options.folder, () => writeCogs(run, pool, options));
  } finally {
    await pool.close();
  }
}

/** The two COGs of a run. */
interface Cogs {
  readonly landcover: CogWriter;
  readonly confidence: CogWriter;
}

async function writeCogs(run: PreparedRun, pool: WorkerPool, options: MapStageOptions): Promise<Tally> {
  const { checkpointer } = options;
  const { landcover, confidence } = await createCogs(run, options);
  try {
    const tally = await mapChips(run, pool, { landcover, confidence }, options);
    const keepParts = options.resume !== null || checkpointer.cost.count > 0;
    await Promise.all([landcover.finish({ keepParts }), confidence.finish({ keepParts })]);
    if (keepParts || checkpointer.due()) await checkpointer.save(tally, () => Promise.resolve(null));
    await Promise.all([landcover.abort(), confidence.abort()]);
    return tally;
  } catch (error) {
    const resumable = options.resume !== null || checkpointer.cost.count > 0;
    await Promise.all([landcover, confidence].map((cog) => (resumable ? cog.suspend() : cog.abort())));
    throw error;
  }
}

async function mapChips(
  run: PreparedRun,
  pool: WorkerPool,
  cogs: Cogs,
  { blend, onError, listener, signal, checkpointer, resume }: MapStageOptions,
): Promise<Tally> {
  const { scene, model, plan, bands } = run;
  const { classes, output } = model.card;
  const tally = newTally(resume?.tally);
  const fromRow = resume?.map.stitcher.latticeRows ?? 0;
  const wanted = wantedChips(run);
  const chips = stopWhen(signal, readChips(scene, plan, { bands, readAhead: 2, fromRow, wanted }));
  const scored = counted(
    pool.infer(chips, { skipFailed: onError === "skip" }),
    tally,
    run.crop,
    mapMeter(run, listener, fromRow),
  );
  const strips = stitch(scored, {
    plan,
    classIds: classes.map(({ id }) => id),
    stride: output.stride,
    margin: output.margin,
    blend,
    resume: resume?.map.stitcher ?? null,
  });
  for await (const strip of strips) {
    const { rows, labels, confidence } = mapRows(strip, run, tally.skipped);
    await Promise.all([
      cogs.landcover.write({ data: labels, rows }),
      cogs.confidence.write({ data: confidence, rows }),
    ]);
    if (checkpointer.due()) await checkpointer.save(withUnread(tally, run), () => mapState(strip, cogs));
  }
  return withUnread(tally, run);
}

/** A tally that counts on. */
interface RunningTally extends Tally {
  inferred: number;
  withoutData: number;
  inferenceSeconds: number;
  readonly skipped: SkippedWindow[];
}

function newTally(before: Tally | undefined): RunningTally {
  const { inferred = 0, withoutData = 0, inferenceSeconds = 0, skipped = [] } = before ?? {};
  return { inferred, withoutData, inferenceSeconds, skipped: [...skipped] };
}

/** The tally with what could not be read, each window once. */
function withUnread(tally: Tally, { unread }: PreparedRun): Tally {
  const blocks = unread.map((window) => ({ what: "block" as const, ...window }));
  const byKey = new Map([...tally.skipped, ...blocks].map((window) => [JSON.stringify(window), window]));
  return { ...tally, skipped: [...byKey.values()] };
}

async function mapState(strip: LabelStrip, { landcover, confidence }: Cogs): Promise<MapState> {
  const [landcoverState, confidenceState] = await Promise.all([landcover.state(), confidence.state()]);
  return { stitcher: strip.state(), landcover: landcoverState, confidence: confidenceState };
}

/** Chips that have a say in the area of interest: its pixels, or cells next to them, are in their windows. */
function wantedChips({ aoi, model, scene }: PreparedRun): (chip: PlannedChip) => boolean {
  if (aoi === null) return () => true;
  return ({ window }) => aoi.area.touches(growWindow(window, model.card.output.stride, scene.grid)!);
}

/** The rows of a strip that belong to the map, cropped to it, nodata outside the area of interest. */
function mapRows(
  { row, rows, labels, confidence }: LabelStrip,
  { crop, aoi, plan }: PreparedRun,
  skipped: readonly SkippedWindow[],
): Pick<LabelStrip, "rows" | "labels" | "confidence"> {
  if (aoi === null) {
    blank(skipped, { col: 0, row, width: plan.x.size, height: rows }, [labels, confidence]);
    return { rows, labels, confidence };
  }
  const width = plan.x.size;
  const part = intersectWindows(crop, { col: 0, row, width, height: rows });
  if (part === null) return { rows: 0, labels: labels.subarray(0, 0), confidence: confidence.subarray(0, 0) };
  const cropped = (data: LabelStrip["labels"]): LabelStrip["labels"] => {
    const out = new Uint8Array(part.width * part.height);
    for (let i = 0; i < part.height; i++) {
      const start = (part.row - row + i) * width + part.col;
      out.set(data.subarray(start, start + part.width), i * part.width);
    }
    aoi.area.fillOutside(out, part, NODATA);
    blank(skipped, { ...part, col: part.col - crop.col, row: part.row - crop.row }, [out]);
    return out;
  };
  return { rows: part.height, labels: cropped(labels), confidence: cropped(confidence) };
}

/** Sets the windows of failed chips to nodata in rows of the map: all of them, for neighbours alone would be faint there. */
function blank(skipped: readonly SkippedWindow[], rows: Window, layers: readonly Uint8Array[]): void {
  for (const chip of skipped) {
    const part = chip.what === "chip" ? intersectWindows(chip.window, rows) : null;
    if (part === null) continue;
    for (let row = part.row - rows.row; row < part.row - rows.row + part.height; row++) {
      const start = row * rows.width + part.col - rows.col;
      for (const layer of layers) layer.fill(NODATA, start, start + part.width);
    }
  }
}

function mapMeter({ scene, plan }: PreparedRun, listener: RunListener, fromRow: number): ProgressMeter {
  const { width, height } = scene.grid;
  return new ProgressMeter("map", chipCount(plan), (width * height) / 1e6, listener, fromRow * plan.x.count);
}

async function* stopWhen(signal: AbortSignal | undefined, chips: AsyncIterable<Chip>): AsyncGenerator<Chip> {
  for await (const chip of chips) {
    throwIfAborted(signal);
    yield chip;
  }
}

async function* counted(
  chips: AsyncIterable<InferredChip>,
  tally: RunningTally,
  { col, row }: Window,
  meter: ProgressMeter,
): AsyncGenerator<InferredChip> {
  for await (const chip of chips) {
    if (chip.failure !== null) {
      const window = { ...chip.window, col: chip.window.col - col, row: chip.window.row - row };
      tally.skipped.push({ what: "chip", window, reason: chip.failure });
    } else if (chip.scores === null) tally.withoutData++;
    else tally.inferred++;
    tally.inferenceSeconds += chip.seconds;
    meter.report(chip.index + 1);
    yield chip;
  }
}

async function createCogs({ grid, model }: PreparedRun, { folder, resume }: MapStageOptions): Promise<Cogs> {
  const common = { grid, sampleType: "uint8", nodata: NODATA } as const;
  const tags = { MODEL: `${model.card.name} ${model.card.version}` };
  const labels = { ...common, palette: model.card.classes, overviews: "mode", tags } as const;
  const percent = { ...common, overviews: "average", bandNames: ["confidence, percent"], tags } as const;
  try {
    const landcover = await createCog(join(folder, "landcover.tif"), labels, resume?.map.landcover);
    try {
      const path = join(folder, "confidence.tif");
      return { landcover, confidence: await createCog(path, percent, resume?.map.confidence) };
    } catch (error) {
      await (resume === null ? landcover.abort() : landcover.suspend());
      throw error;
    }
  } catch (error) {
    throw resume === null || error instanceof UserError ? error : badCheckpoint(folder, error);
  }
}
