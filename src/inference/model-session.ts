import { type InferenceSession, Tensor } from "onnxruntime-node";
import { messageOf } from "../errors.ts";
import { cardFaults, type TensorFacts } from "./card-faults.ts";
import type { AnswerMemory } from "./inference-task.ts";
import { loadGraph, loadReduced, type SessionSetup } from "./load-graph.ts";
import type { ModelCard } from "./model-card.ts";
import { isOutOfMemory } from "./out-of-memory.ts";
import { scoresOf } from "./output-scores.ts";
import { hasReducedShapes, type ReducedRun, readReduced, wantedOutputs } from "./reduced-answer.ts";
import type { ReducedModel } from "./reduced-model.ts";
import { findWinners } from "./winners.ts";

/** Chips to a run, and their side (px). */
export interface BatchSize {
  readonly batch: number;
  readonly side: number;
}

/** A run of the model on a batch. */
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
    const { inputNames, inputMetadata } = this.#session;
    const { name } = this.#setup.card.input;
    const input = inputMetadata[name === undefined ? 0 : inputNames.indexOf(name)];
    const batch = input?.isTensor === true ? input.shape[0] : undefined;
    return typeof batch === "number" && batch > 0 ? batch : null;
  }

  /** Runs the model on a batch of chips. Throws what the runtime throws. */
  async run(input: Tensor, size: BatchSize): Promise<ModelRun> {
    const reduced = this.#reduced === null ? null : await this.#runReduced(input, size, this.#reduced);
    return reduced ?? this.#runPlain(input, size);
  }

  /**
   * Null where the answer is not what the card says, which its own outputs tell better, chips are of another size, or the device cannot do
   * it: from then on never again.
   */
  async #runReduced(
    input: Tensor,
    { batch, side }: BatchSize,
    names: ReducedModel,
  ): Promise<ModelRun | null> {
    const { card, overlap } = this.#setup;
    try {
      const { outputs, seconds } = await this.#timed(input, wantedOutputs(names));
      const run: ReducedRun = { outputs, names, batch, side, overlap: overlap!, card };
      if (side === this.#setup.side && hasReducedShapes(run))
        return { seconds, read: (i, memory) => readReduced(run, i, memory) };
    } catch (error) {
      if (isOutOfMemory(messageOf(error))) throw error;
    }
    this.#reduced = null;
    await this.#session.release();
    this.#session = await loadGraph(this.#setup.modelPath, this.#setup);
    return null;
  }

  async #runPlain(input: Tensor, { batch, side }: BatchSize): Promise<ModelRun> {
    const { card } = this.#setup;
    const name = card.output.name ?? this.#session.outputNames[card.output.index]!;
    const { outputs, seconds } = await this.#timed(input, [name]);
    return { seconds, read: (i, memory) => readPlain(chipOf(outputs[name]!, i, batch), card, side, memory) };
  }

  async #timed(input: Tensor, wanted: readonly string[]) {
    const name = this.#setup.card.input.name ?? this.#session.inputNames[0]!;
    const start = performance.now();
    const outputs = await this.#session.run({ [name]: input }, wanted);
    return { outputs, seconds: (performance.now() - start) / 1000 };
  }
}

/** Inputs and outputs of the graph; what is added to a model comes after its own. */
function factsOf({ inputMetadata, outputMetadata }: InferenceSession) {
  const tensors = (all: readonly InferenceSession.ValueMetadata[]): TensorFacts[] =>
    all.flatMap((found) => (found.isTensor ? [found] : []));
  return { inputs: tensors(inputMetadata), outputs: tensors(outputMetadata) };
}

/** The part of an output that answers one chip of the batch, as a tensor of batch 1. */
function chipOf(output: Tensor, index: number, batch: number): Tensor {
  if (batch === 1 || output.dims[0] !== batch) return output;
  const data = output.data as Float32Array;
  const length = data.length / batch;
  const part = data.subarray(index * length, (index + 1) * length);
  return new Tensor(output.type as "float32", part, [1, ...output.dims.slice(1)]);
}

function readPlain(output: Tensor, card: ModelCard, side: number, { scores, winners }: AnswerMemory): void {
  const cells = side / card.output.stride;
  scoresOf(output, card, { width: cells, height: cells }, scores);
  if (winners === null) return;
  const classIds = Uint8Array.from(card.classes, ({ id }) => id);
  findWinners(scores, classIds, winners, { from: 0, to: winners.labels.length, at: 0 });
}
