import type { CpuThreads } from "../cpu-threads.ts";
import { throwIfAborted } from "../errors.ts";
import { growWindow } from "../geo/pixel-area.ts";
import type { Device } from "../inference/device.ts";
import type { DeviceOptions, DeviceReport } from "../inference/inference-device.ts";
import type { WorkerPool } from "../inference/worker-pool.ts";
import { stitch } from "../stitcher/stitcher.ts";
import { chipCount, type PlannedChip } from "../tiler/chip-plan.ts";
import { type Chip, readChips } from "../tiler/tiler.ts";
import type { Checkpointer, MapState, Tally } from "./checkpoint.ts";
import type { Config } from "./config.ts";
import { type Cogs, cogStates, createCogs } from "./map-cogs.ts";
import { mapRows } from "./map-rows.ts";
import { openThreads } from "./map-threads.ts";
import { MapWaits, type WaitShares } from "./map-waits.ts";
import { inputPixelBytes } from "./memory-facts.ts";
import { openPool, overlapOf } from "./memory-limit.ts";
import { chipsAhead } from "./memory-plan.ts";
import { allOrNothing, clearFolder } from "./output-folder.ts";
import type { PreparedRun } from "./prepare.ts";
import { ProgressMeter, type RunListener } from "./progress.ts";
import { counted, newTally, withUnread } from "./running-tally.ts";

/** What the map stage needs beside the prepared run. */
export interface MapStageOptions {
  readonly folder: string;
  readonly device: Device;
  /** On the CPU, also where it must take a GPU's place. */
  readonly workers: number;
  readonly batch: Config["batch"];
  /** A simulated device in the place of a real one. */
  readonly simulated?: NonNullable<DeviceOptions["simulated"]>;
  readonly blend: Config["blend"];
  readonly onError: Config["onError"];
  readonly tta: Config["tta"];
  readonly listener: RunListener;
  readonly signal: AbortSignal | undefined;
  readonly checkpointer: Checkpointer;
  /** Where an earlier process came to; null for a new run. */
  readonly resume: Resumption | null;
}

/** What the map stage counted, and how the device worked. */
export interface Mapped {
  readonly tally: Tally;
  readonly inference: DeviceReport;
  readonly waits: WaitShares;
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
export async function mapStage(run: PreparedRun, options: MapStageOptions): Promise<Mapped> {
  const { model } = run;
  const overlap = overlapOf(run.plan, options.blend);
  const pool = openPool(model, { ...options, overlap, chips: chipCount(run.plan) }, (warning) =>
    options.listener({ type: "warning", ...warning }),
  );
  const threads = openThreads(options.device); // they load beside the model
  try {
    await pool.check(run.plan.x.chip);
    throwIfAborted(options.signal);
    if (options.resume === null) await clearFolder(options.folder);
    const waits = new MapWaits();
    const watched = { ...run, scene: waits.watch(run.scene) };
    const tally = await allOrNothing(options.folder, async () => {
      const resume = options.resume?.map ?? null;
      const cogs = await createCogs(watched, options.folder, { resume, threads });
      return writeCogs(watched, { pool, waits, threads }, cogs, options);
    });
    return { tally, inference: pool.report, waits: waits.shares(pool.report.busyShare) };
  } finally {
    await Promise.all([pool.close(), threads.close()]);
  }
}

/** Who works on a map. */
interface Crew {
  readonly pool: WorkerPool;
  readonly waits: MapWaits;
  readonly threads: CpuThreads;
}

async function writeCogs(
  run: PreparedRun,
  crew: Crew,
  { landcover, confidence }: Cogs,
  options: MapStageOptions,
): Promise<Tally> {
  const { checkpointer } = options;
  try {
    const tally = await mapChips(run, crew, { landcover, confidence }, options);
    const keepParts = options.resume !== null || checkpointer.cost.count > 0;
    await crew.waits.written(
      Promise.all([landcover.finish({ keepParts }), confidence.finish({ keepParts })]),
    );
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
  { pool, waits, threads }: Crew,
  cogs: Cogs,
  { blend, onError, listener, signal, checkpointer, resume }: MapStageOptions,
): Promise<Tally> {
  const { scene, model, plan, bands } = run;
  const { classes, output } = model.card;
  const tally = newTally(resume?.tally);
  const fromRow = resume?.map.stitcher.latticeRows ?? 0;
  const wanted = wantedChips(run);
  const readAhead = chipsAhead(plan.x.chip * plan.y.chip * inputPixelBytes(run));
  const burst = Math.max(1, readAhead - 2);
  const chips = stopWhen(signal, readChips(scene, plan, { bands, readAhead, burst, fromRow, wanted }));
  const meter = mapMeter(run, listener, fromRow);
  const inferred = pool.infer(chips, { skipFailed: onError === "skip" });
  const scored = counted(inferred, tally, run.crop, (done) => meter.report(done, pool.report.busyShare));
  const strips = stitch(waits.waited(scored), {
    plan,
    classIds: classes.map(({ id }) => id),
    stride: output.stride,
    margin: output.margin,
    blend,
    resume: resume?.map.stitcher ?? null,
    threads,
  });
  for await (const strip of strips) {
    const { rows, labels, confidence } = mapRows(strip, run, tally.skipped);
    await waits.written(
      Promise.all([
        cogs.landcover.write({ data: labels, rows }),
        cogs.confidence.write({ data: confidence, rows }),
      ]),
    );
    if (checkpointer.due())
      await checkpointer.save(withUnread(tally, run.unread), async () => ({
        stitcher: strip.state(),
        ...(await cogStates(cogs)),
      }));
  }
  return withUnread(tally, run.unread);
}

/** Chips that have a say in the area of interest: its pixels, or cells next to them, are in their windows. */
function wantedChips({ aoi, model, scene }: PreparedRun): (chip: PlannedChip) => boolean {
  if (aoi === null) return () => true;
  return ({ window }) => aoi.area.touches(growWindow(window, model.card.output.stride, scene.grid)!);
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
