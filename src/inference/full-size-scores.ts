import { declaredGraph } from "./graph-facts.ts";
import type { ModelCard } from "./model-card.ts";
import { FLOAT } from "./node-list.ts";

/** Scores that a model answers for every pixel, as its file declares them. */
export interface FullSizeScores {
  /** Name of the output. */
  readonly name: string;
  /** Null where the file leaves it open. */
  readonly channels: Channels | null;
  readonly opset: number;
}

/** What the channels tell of: each of its class, or one of the second of two. */
export type Channels = "each" | "second";

/** By the length of the axis that holds them; null where that is neither. */
export function channelsOf(length: number, { classes }: ModelCard): Channels | null {
  if (length === classes.length) return "each";
  return length === 1 && classes.length === 2 ? "second" : null;
}

/** Versions of ONNX's operators: 8 brought Max and Min of values of different shapes, 26 is the newest that ONNX Runtime 1.30 takes. */
const [OLDEST_OPSET, NEWEST_OPSET] = [8, 26];

/** The scores, where by the card they are there for every pixel; null where they are not, or the file says otherwise. */
export function fullSizeScores(model: Uint8Array, card: ModelCard): FullSizeScores | null {
  const { output, classes } = card;
  if (output.kind === "labels" || output.stride !== 1) return null;
  const { opset, outputs } = declaredGraph(model);
  if (opset === null || opset < OLDEST_OPSET || opset > NEWEST_OPSET) return null;
  const found =
    output.name === undefined ? outputs[output.index] : outputs.find(({ name }) => name === output.name);
  if (found?.type !== FLOAT) return null;
  const { name, shape } = found;
  if (shape === null) return { name, opset, channels: null };
  if (shape.length !== 4) return null;
  const declared = shape[output.layout === "nchw" ? 1 : 3] ?? null;
  if (declared === null) return { name, opset, channels: classes.length === 2 ? null : "each" };
  const channels = channelsOf(declared, card);
  return channels === null ? null : { name, opset, channels };
}
