import { join } from "node:path";
import { throwIfAborted } from "../errors.ts";
import type { Device } from "../inference/device.ts";
import { type InferredChip, WorkerPool } from "../inference/worker-pool.ts";
import { type CogWriter, createCog } from "../raster/cog-writer.ts";
import { NODATA } from "../scene/class-scheme.ts";
import { stitch } from "../stitcher/stitcher.ts";
import { chipCount } from "../tiler/chip-plan.ts";
import { type Chip, readChips } from "../tiler/tiler.ts";
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
  readonly listener: RunListener;
  readonly signal: AbortSignal | undefined;
}

/** What the map stage did. */
export interface MapStageResult {
  readonly inferred: number;
  readonly withoutData: number;
  /** Sum of the seconds inside the inference sessions. */
  readonly inferenceSeconds: number;
}

/**
 * Scene → chips → scores → strips → landcover.tif and confidence.tif. The workers are checked before the folder is touched; whatever
 * fails, every chip under way is waited for, the workers end, and no file is left.
 */
export async function mapStage(run: PreparedRun, options: MapStageOptions): Promise<MapStageResult> {
  const { model } = run;
  const pool = new WorkerPool(model, { workers: options.workers, executionProvider: options.device });
  try {
    await pool.check(run.plan.x.chip);
    throwIfAborted(options.signal);
    await clearFolder(options.folder);
    return await allOrNothing(options.folder, () => writeCogs(run, pool, options));
  } finally {
    await pool.close();
  }
}

async function writeCogs(
  run: PreparedRun,
  pool: WorkerPool,
  options: MapStageOptions,
): Promise<MapStageResult> {
  const cogs = await createCogs(run, options.folder);
  try {
    const result = await mapChips(run, pool, cogs, options);
    await Promise.all(cogs.map((cog) => cog.finish()));
    return result;
  } catch (error) {
    await Promise.all(cogs.map((cog) => cog.abort()));
    throw error;
  }
}

async function mapChips(
  { scene, model, plan, bands }: PreparedRun,
  pool: WorkerPool,
  [landcover, confidence]: readonly [CogWriter, CogWriter],
  { blend, listener, signal }: MapStageOptions,
): Promise<MapStageResult> {
  const { classes, output } = model.card;
  const { width, height } = scene.grid;
  const meter = new ProgressMeter("map", chipCount(plan), (width * height) / 1e6, listener);
  const tally = { inferred: 0, withoutData: 0, inferenceSeconds: 0 };
  const chips = stopWhen(signal, readChips(scene, plan, { bands, readAhead: 2 }));
  const scored = counted(pool.infer(chips), tally, meter);
  const classIds = classes.map(({ id }) => id);
  for await (const strip of stitch(scored, {
    plan,
    classIds,
    stride: output.stride,
    margin: output.margin,
    blend,
  })) {
    await Promise.all([
      landcover.write({ data: strip.labels, rows: strip.rows }),
      confidence.write({ data: strip.confidence, rows: strip.rows }),
    ]);
  }
  return tally;
}

async function* stopWhen(signal: AbortSignal | undefined, chips: AsyncIterable<Chip>): AsyncGenerator<Chip> {
  for await (const chip of chips) {
    throwIfAborted(signal);
    yield chip;
  }
}

async function* counted(
  chips: AsyncIterable<InferredChip>,
  tally: { inferred: number; withoutData: number; inferenceSeconds: number },
  meter: ProgressMeter,
): AsyncGenerator<InferredChip> {
  for await (const chip of chips) {
    if (chip.scores === null) tally.withoutData++;
    else tally.inferred++;
    tally.inferenceSeconds += chip.seconds;
    meter.report(tally.inferred + tally.withoutData);
    yield chip;
  }
}

async function createCogs({ scene, model }: PreparedRun, folder: string): Promise<[CogWriter, CogWriter]> {
  const { grid } = scene;
  const common = { grid, sampleType: "uint8", nodata: NODATA } as const;
  const tags = { MODEL: `${model.card.name} ${model.card.version}` };
  const landcover = await createCog(join(folder, "landcover.tif"), {
    ...common,
    palette: model.card.classes,
    overviews: "mode",
    tags,
  });
  try {
    const confidence = await createCog(join(folder, "confidence.tif"), {
      ...common,
      overviews: "average",
      bandNames: ["confidence, percent"],
      tags,
    });
    return [landcover, confidence];
  } catch (error) {
    await landcover.abort();
    throw error;
  }
}
