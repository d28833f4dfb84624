import { type InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf } from "../errors.ts";
import { cardFaults, type TensorFacts } from "./card-faults.ts";
import { type Flip, placesAlong } from "./flips.ts";
import type { AnswerMemory } from "./inference-task.ts";
import { fixedBatchOf, loadGraph, type SessionSetup } from "./load-graph.ts";
import { loadReduced } from "./load-reduced.ts";
import { isOutOfMemory } from "./out-of-memory.ts";
import { readPlain } from "./plain-answer.ts";
import { hasReducedShapes, type ReducedRun, readReduced, wantedOutputs } from "./reduced-answer.ts";
import type { ReducedMean } from "./reduced-mean.ts";
import { ADDED, type ReducedModel } from "./reduced-model.ts";

/** Chips to a run, and their side (px). */
export interface BatchSize {
  readonly batch: number;
  readonly side: number;
}

/** The batch as a tensor, each chip mirrored so. It holds until the next is asked for. */
export type ShownAs = (flip: Flip) => Tensor;

/** A run of the model on a batch: one look at it, or one for each flip. */
export interface ModelRun {
  /** Seconds inside the session. */
  readonly seconds: number;
  /**
   * Puts the answer to a chip of the batch into its memory. Of a reduced model the scores are those in the overlaps: all others stay what
   * they were. Throws Error where the answer is not what the card says, or not a number.
   */
  readonly read: (index: number, memory: AnswerMemory) => void;
}

/** A model that is loaded on a device: reduced where that can be and pays, else as it is. */
export class ModelSession {
  readonly #setup: SessionSetup;
  #session: InferenceSession;
  #reduced: ReducedModel | null;
  /** The sum before the first look, kept from run to run. */
  #blank = new Int32Array(0);

  private constructor(setup: SessionSetup, session: InferenceSession, reduced: ReducedModel | null) {
    this.#setup = setup;
    this.#session = session;
    this.#reduced = reduced;
  }

  /** Throws Error with what the runtime says of the file, or with all that differs from the card. */
  static async open(setup: SessionSetup): Promise<ModelSession> {
    const reduced = await loadReduced(setup);
    const session = reduced?.session ?? (await loadGraph(setup.modelPath, setup));
    const faults = cardFaults(setup.card, factsOf(session), setup.side);
    if (faults.length > 0) throw new Error(faults.join("; "));
    return new ModelSession(setup, session, reduced?.model ?? null);
  }

  /** Whether only what a map needs of the scores is asked for. */
  get isReduced(): boolean {
    return this.#reduced !== null;
  }

  /** The batch that the graph is frozen to; null where it takes any. */
  get fixedBatch(): number | null {
    return fixedBatchOf(this.#session, this.#setup.card);
  }

  /** Runs the model on a batch of chips. Throws what the runtime throws. */
  async run(shown: ShownAs, size: BatchSize): Promise<ModelRun> {
    const reduced = this.#reduced === null ? null : await this.#runReduced(shown, size, this.#reduced);
    return reduced ?? this.#runPlain(shown, size);
  }

  /**
   * Null where the answer is not what the card says, which its own outputs tell better, chips are of another size, or the device cannot do
   * it: from then on never again.
   */
  async #runReduced(shown: ShownAs, size: BatchSize, names: ReducedModel): Promise<ModelRun | null> {
    const { card, overlap } = this.#setup;
    try {
      const looks = await this.#lookReduced(shown, size, names);
      const sums = looks.map(({ outputs }) => outputs[names.sums]!);
      const { outputs } = looks.at(-1)!;
      const run: ReducedRun = { outputs, sums, names, ...size, overlap: overlap!, card };
      if (size.side === this.#setup.side && hasReducedShapes(run))
        return { seconds: secondsOf(looks), read: (i, memory) => readReduced(run, i, memory) };
    } catch (error) {
      if (isOutOfMemory(messageOf(error))) throw error;
    }
    this.#reduced = null;
    await this.#session.release();
    this.#session = await loadGraph(this.#setup.modelPath, this.#setup);
    return null;
  }

  /** One look after the other, each of which is handed the sum of those before it. */
  async #lookReduced(shown: ShownAs, size: BatchSize, names: ReducedModel): Promise<readonly Look[]> {
    const { flips } = this.#setup;
    const { mean } = names;
    const looks: Look[] = [];
    for (const [i, flip] of flips.entries()) {
      const last = looks.at(-1)?.outputs;
      const handed = mean && this.#handed(mean, last?.[mean.sum], [flips[i - 1] ?? flip, flip], size);
      looks.push(await this.#look(shown(flip), wantedOutputs(names, i === flips.length - 1), handed ?? {}));
    }
    return looks;
  }

  /** What the model takes beside the chips: the sum of the looks before, zeros where there were none, and how it is turned. */
  #handed(
    { before, rows, cols }: ReducedMean,
    sum: Tensor | undefined,
    [last, next]: readonly [last: Flip, next: Flip],
    { batch, side }: BatchSize,
  ): Record<string, Tensor> {
    const dims = [batch, Math.ceil(this.#setup.card.classes.length / 2), side, side];
    const places = (isMirrored: boolean) => new Tensor("int32", placesAlong(side, isMirrored), [side]);
    return {
      [before]: sum ?? this.#zeros(dims),
      [rows]: places(last.down !== next.down),
      [cols]: places(last.across !== next.across),
    };
  }

  #zeros(dims: readonly number[]): Tensor {
    const length = dims.reduce((product, size) => product * size);
    if (this.#blank.length !== length) this.#blank = new Int32Array(length);
    return new Tensor("int32", this.#blank, dims);
  }

  async #runPlain(shown: ShownAs, { batch, side }: BatchSize): Promise<ModelRun> {
    const { card, flips } = this.#setup;
    const name = card.output.name ?? this.#session.outputNames[card.output.index]!;
    const looks: Look[] = [];
    for (const flip of flips) looks.push(await this.#look(shown(flip), [name], {}));
    const run = { outputs: looks.map(({ outputs }) => outputs[name]!), flips, batch, side, card };
    return { seconds: secondsOf(looks), read: (i, memory) => readPlain(run, i, memory) };
  }

  async #look(input: Tensor, wanted: readonly string[], handed: Record<string, Tensor>): Promise<Look> {
    const name = this.#setup.card.input.name ?? this.#session.inputNames[0]!;
    const start = performance.now();
    const outputs = await this.#session.run({ ...handed, [name]: input }, wanted);
    return { outputs, seconds: (performance.now() - start) / 1000 };
  }
}

/** What the session answered, and the seconds that it took. */
interface Look {
  readonly outputs: InferenceSession.ReturnType;
  readonly seconds: number;
}

function secondsOf(looks: readonly Look[]): number {
  return looks.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Inputs and outputs of the graph; outputs that are added to a model come after its own. */
function factsOf({ inputMetadata, outputMetadata }: InferenceSession) {
  const tensors = (all: readonly InferenceSession.ValueMetadata[]): TensorFacts[] =>
    all.flatMap((found) => (found.isTensor ? [found] : []));
  const inputs = tensors(inputMetadata).filter(({ name }) => !name.startsWith(ADDED));
  return { inputs, outputs: tensors(outputMetadata) };
}
