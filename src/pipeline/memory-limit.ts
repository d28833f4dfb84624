import { availableParallelism } from "node:os";
import { UserError } from "../errors.ts";
import type { Device } from "../inference/device.ts";
import { flipsOf } from "../inference/flips.ts";
import type { DeviceOptions, DeviceWarning } from "../inference/inference-device.ts";
import type { Model } from "../inference/model.ts";
import type { Overlap } from "../inference/reduced-model.ts";
import { WorkerPool } from "../inference/worker-pool.ts";
import type { ChipPlan } from "../tiler/chip-plan.ts";
import type { Config } from "./config.ts";
import { threadCount } from "./map-threads.ts";
import { type MeasuredMemory, memoryFacts } from "./memory-facts.ts";
import {
  fittingWorkers,
  type MemoryFacts,
  memoryPlan,
  peakBytes,
  peakStage,
  type StageMemory,
} from "./memory-plan.ts";
import { memoryBytes } from "./memory-size.ts";
import { type Output, VECTOR_OUTPUTS } from "./outputs.ts";
import type { PreparedRun } from "./prepare.ts";

/** What inference runs on: see MapStageOptions. */
export interface InferenceSetup {
  readonly device: Device;
  readonly workers: number;
  readonly batch: Config["batch"];
  readonly tta: Config["tta"];
  /** How many there are, where that is known: see DeviceOptions. */
  readonly chips?: number;
  /** How they overlap: see DeviceOptions. */
  readonly overlap?: Overlap;
  readonly simulated?: NonNullable<DeviceOptions["simulated"]>;
}

/** How the chips of a plan meet. */
export function overlapOf({ x }: ChipPlan, blend: Config["blend"]): Overlap {
  return { px: x.overlap, isBlended: blend === "hann" };
}

/** What a run's inference is set up with: on the CPU one worker a core where not given. */
export function inferenceSetup({ workers, batch, tta }: Config, device: Device): InferenceSetup {
  return { device, workers: workers ?? availableParallelism(), batch, tta };
}

/** The pool of a run's inference workers. */
export function openPool(
  model: Model,
  { device, tta, workers, batch, ...known }: InferenceSetup,
  onWarning: (warning: DeviceWarning) => void = () => undefined,
): WorkerPool {
  const flips = flipsOf(tta);
  return new WorkerPool(model, { ...known, workers, batch, executionProvider: device, flips, onWarning });
}

/**
 * The workers of a run: one on a GPU; on the CPU as many as were asked for, or, under --max-memory, as many of `wanted` as fit. The memory of a session is
 * measured on a blank chip. Throws UserError "over-memory", saying what would fit.
 */
export async function workersWithin(
  run: PreparedRun,
  config: Config,
  setup: InferenceSetup,
): Promise<number> {
  const wanted = setup.device === "cpu" ? setup.workers : 1;
  if (config.maxMemory === undefined) return wanted;
  const limit = memoryBytes(config.maxMemory);
  const overlap = overlapOf(run.plan, config.blend);
  const facts = memoryFacts(run, config, await measureSession(run, { ...setup, overlap }));
  const fitting = fittingWorkers(facts, wanted, limit);
  if (fitting !== null && (config.workers === undefined || fitting === wanted)) return fitting;
  throw overMemory(run, facts, limit, config.workers ?? 1, fitting);
}

/** Memory of the process, and what one inference worker adds to it by answering a blank chip. */
async function measureSession(run: PreparedRun, setup: InferenceSetup): Promise<MeasuredMemory> {
  const baseBytes = process.memoryUsage.rss();
  const pool = openPool(run.model, { ...setup, workers: 1 });
  try {
    await pool.check(run.plan.x.chip);
    const sessionBytes = Math.max(0, process.memoryUsage.rss() - baseBytes);
    return { baseBytes, sessionBytes, batch: pool.report.batch, threads: threadCount(setup.device) };
  } finally {
    await pool.close();
  }
}

function overMemory(
  run: PreparedRun,
  facts: MemoryFacts,
  limit: number,
  workers: number,
  fitting: number | null,
): UserError {
  const stages = memoryPlan(facts, workers);
  const peak = peakStage(stages);
  const { least } = peakBytes(stages);
  const most = peak.parts[0]!;
  const ways = [
    ...(fitting === null ? [] : [`--workers ${fitting}`]),
    ...(fitting === null ? smallerChips(run, facts, limit) : []),
    ...(fitting === null ? fewerOutputs(facts, limit) : []),
    `--max-memory ${megabytes(least * 1.02)}`,
  ];
  return new UserError(
    "over-memory",
    `The run needs at least ${megabytes(least)} with ${workers} ${workers === 1 ? "worker" : "workers"} and chips of ${facts.plan.x.chip} px, more than --max-memory ${megabytes(limit)}: ${megabytes(most.bytes)} of it for ${most.what}.`,
    `This would fit: ${ways.join(", or ")}.`,
  );
}

/** The largest of the halved chips that fits, where the model takes it; a session's memory goes with the area of a chip. */
function smallerChips({ model: { card } }: PreparedRun, facts: MemoryFacts, limit: number): string[] {
  const { chip, overlap } = facts.plan.x;
  if (card.input.height !== null || card.input.width !== null) return [];
  for (let side = chip / 2; side >= 2 * overlap && side % card.input.multipleOf === 0; side /= 2) {
    const share = (side / chip) ** 2;
    const axis = { chip: side, stride: side - overlap };
    const plan = { x: { ...facts.plan.x, ...axis }, y: { ...facts.plan.y, ...axis } };
    const smaller = { ...facts, plan, sessionBytes: facts.sessionBytes * Math.max(share, 0.2) };
    if (fittingWorkers(smaller, 1, limit) !== null) return [`--chip ${side}`];
  }
  return [];
}

/** The outputs that fit, where those that take most are left out. */
function fewerOutputs(facts: MemoryFacts, limit: number): string[] {
  const heavy = (stages: readonly StageMemory[]): string[] =>
    stages.filter(({ leastBytes }) => leastBytes > limit).map(({ stage }) => stage);
  const stages = heavy(memoryPlan(facts, 1));
  if (stages.includes("map") || stages.length === 0) return [];
  const kept = facts.outputs.filter((output) => !stages.some((stage) => OUTPUTS_OF[stage]?.includes(output)));
  return kept.length === 0 ? [] : [`--outputs ${kept.join(",")}`];
}

const OUTPUTS_OF: Readonly<Record<string, readonly Output[]>> = {
  vectors: VECTOR_OUTPUTS,
  tiles: ["vector-tiles"],
  imagery: ["imagery"],
};

function megabytes(bytes: number): string {
  return bytes >= 1e10 ? `${(bytes / 1e9).toFixed(1)}GB` : `${Math.ceil(bytes / 1e6)}MB`;
}
