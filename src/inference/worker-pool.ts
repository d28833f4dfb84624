import { messageOf, oneLine, UserError } from "../errors.ts";
import { describeWindow } from "../geo/window.ts";
import type { SampleArray } from "../scene/raster-block.ts";
import { giveBackSamples } from "../scene/spare-samples.ts";
import { mapOrdered } from "../stream.ts";
import type { Chip } from "../tiler/tiler.ts";
import { BatchMemory } from "./batch-memory.ts";
import { type Answer, DeviceFailure, type LoadedChips } from "./batch-runner.ts";
import { chipGroups } from "./chip-groups.ts";
import { type DeviceOptions, type DeviceReport, InferenceDevice } from "./inference-device.ts";
import type { Model } from "./model.ts";
import type { Winners } from "./winners.ts";
import { WorkerDiedError } from "./worker-threads.ts";

/**
 * A chip with its scores, [classes][height][width] cells; null for a chip without data. They hold until the next chip is asked for; where
 * the pool was told of an overlap and there are winners, in the overlaps only: what is between them may be of other chips.
 */
export interface InferredChip extends Omit<Chip, "data"> {
  readonly scores: Float32Array | null;
  /** What wins by them, for a model that answers for every pixel; else null. */
  readonly winners: Winners | null;
  /** Why the chip could not be inferred; null where it could. */
  readonly failure: string | null;
  /** Seconds inside the inference session; 0 for a chip without data. */
  readonly seconds: number;
}

/** Chips of one group, in their order, and the memory that their scores lie in. */
interface InferredGroup {
  readonly chips: readonly InferredChip[];
  /** Null where a device that hangs may still write to it. */
  readonly memory: BatchMemory | null;
}

/** Infers chips in batches on a device's workers, in the order in which they come. */
export class WorkerPool {
  readonly #model: Model;
  readonly #device: InferenceDevice;
  readonly #spare: BatchMemory[] = [];

  constructor(model: Model, options: DeviceOptions) {
    this.#model = model;
    this.#device = new InferenceDevice(model, options);
  }

  /** How the device has worked so far. */
  get report(): DeviceReport {
    return this.#device.report;
  }

  /**
   * Answers a blank chip, so that a model that does not load or does not match its card fails before anything is read, and a device
   * with little memory finds its batch. Throws UserError "bad-model".
   */
  async check(chip: number): Promise<void> {
    const { bands } = this.#model.card.input;
    const blank = new Uint8Array(chip * chip * bands.length);
    const loaded = this.#load(new BatchMemory(), [blank], { width: chip, height: chip });
    const failure = await this.#device.check(loaded).then(
      ([answer]) => answer!.failure,
      (error: unknown) => messageOf(error),
    );
    if (failure === null) return;
    throw new UserError(
      "bad-model",
      `${this.#model.path}: ${oneLine(failure)}.`,
      "Get the file again or correct the model card beside it, or choose another model with -m.",
    );
  }

  /**
   * Infers chips in order, with no more under way than keeps the workers busy. A chip that fails throws UserError "failed-chip", or,
   * with `skipFailed`, comes without scores and with its failure; where no worker can be kept alive it throws in any case. The chips'
   * samples are used up.
   */
  async *infer(
    chips: AsyncIterable<Chip>,
    { skipFailed = false }: { readonly skipFailed?: boolean } = {},
  ): AsyncGenerator<InferredChip> {
    const groups = chipGroups(chips, () => this.#device.group);
    const concurrency = this.#device.underWay;
    for await (const group of mapOrdered(groups, (some) => this.#inferGroup(some), { concurrency })) {
      for (const chip of group.chips) {
        if (chip.failure !== null && !skipFailed) throw failedChip(chip, chip.failure);
        yield chip;
      }
      if (group.memory !== null) this.#spare.push(group.memory);
    }
  }

  async #inferGroup(chips: readonly Chip[]): Promise<InferredGroup> {
    const memory = this.#spare.pop() ?? new BatchMemory();
    const data = chips.flatMap((chip) => (chip.data === null ? [] : [chip.data]));
    const answers = data.length === 0 ? [] : await this.#answers(memory, chips, data);
    let next = 0;
    const inferred = chips.map(({ data: samples, ...chip }): InferredChip => {
      const answer = samples === null ? NOT_ASKED : answers[next++]!;
      const { found, failure, seconds } = answer;
      const { scores, winners } = found ?? NOTHING;
      return { ...chip, scores, winners, failure: failure === null ? null : oneLine(failure), seconds };
    });
    const own = answers.every(({ found }) => found === null || memory.holds(found.scores));
    return { chips: inferred, memory: own ? memory : null };
  }

  async #answers(
    memory: BatchMemory,
    chips: readonly Chip[],
    data: readonly SampleArray[],
  ): Promise<readonly Answer[]> {
    const first = chips.find((chip) => chip.data !== null)!;
    try {
      return await this.#device.answer(this.#load(memory, data, first.window));
    } catch (cause) {
      if (cause instanceof DeviceFailure)
        return data.map(() => ({ found: null, failure: cause.message, seconds: 0 }));
      throw cause instanceof WorkerDiedError ? failedChip(first, cause.message, cause) : cause;
    }
  }

  #load(
    memory: BatchMemory,
    data: readonly SampleArray[],
    { width, height }: { readonly width: number; readonly height: number },
  ): LoadedChips {
    const { classes, output } = this.#model.card;
    const loaded = memory.load(data, { width, height, classes: classes.length, stride: output.stride });
    data.forEach(giveBackSamples);
    return loaded;
  }

  /** Ends the workers. Every task must have settled: stopping a busy session would abort the process. */
  async close(): Promise<void> {
    await this.#device.close();
  }
}

const NOT_ASKED: Answer = { found: null, failure: null, seconds: 0 };
const NOTHING = { scores: null, winners: null } as const;

function failedChip({ window }: Pick<Chip, "window">, reason: string, cause?: unknown): UserError {
  return new UserError(
    "failed-chip",
    `Inference failed for the chip of ${describeWindow(window)}: ${oneLine(reason)}.`,
    "Look at the scene there, try another model with -m, or pass --on-error skip to leave nodata there.",
    { cause },
  );
}
