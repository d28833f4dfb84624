import type { Channels, FullSizeScores } from "./full-size-scores.ts";
import type { ModelCard } from "./model-card.ts";
import { FLOAT, INT32, NodeList } from "./node-list.ts";
import { addMean, type ReducedMean } from "./reduced-mean.ts";
import { addPair, addScaled, CHANNEL, COL, ROW, SCORE_LEVELS } from "./reduced-nodes.ts";

/** How neighbouring chips meet: px that they share, and whether the scores are blended there or one chip's answer stands. */
export interface Overlap {
  readonly px: number;
  readonly isBlended: boolean;
}

/** What a model tells, beside its own outputs, so that no more of its scores is asked for than a map needs: names of outputs. */
export interface ReducedModel {
  /** To be appended to the bytes of the model. */
  readonly nodes: Uint8Array;
  /** int32 [N, 1, ⌈H/2⌉, W]: lower 16 bits the upper half, upper 16 the lower half (the middle row of an odd H in both); see addCodes. */
  readonly codes: string;
  /** float32 [N, classes, 1, 1]: the sum of a look's scores for each class; NaN or infinite where any of them is. */
  readonly sums: string;
  /** The scores in the overlaps, where they are blended; else null. */
  readonly strips: ReducedStrips | null;
  /** What makes the mean of several looks; null where a chip is shown once. */
  readonly mean: ReducedMean | null;
}

/** Scores in the overlaps, of 15 bits (0–SCORE_LEVELS), two in an int32: they need no sign. */
export interface ReducedStrips {
  /** int32 [N, classes, overlap, W]: lower 16 bits the uppermost rows, upper 16 the lowest. */
  readonly rows: string;
  /** int32 [N, classes, H, overlap]: lower 16 bits the leftmost columns, upper 16 the rightmost. */
  readonly columns: string;
}

/** What the names of added values begin with; a model that has such names itself is refused by the runtime. */
export const ADDED = "landstitch.reduced.";

/** Positive numbers below it count as zero: the smallest normal one. */
const TINY = 2 ** -126;

/** What is known of a model's scores, and what of them is asked for. */
export interface Reduction {
  readonly scores: Pick<FullSizeScores, "name" | "opset">;
  readonly channels: Channels;
  readonly card: ModelCard;
  /** Side of a chip, px. */
  readonly side: number;
  readonly overlap: Overlap;
  /** How many times each chip is shown. */
  readonly looks: number;
}

/**
 * Nodes behind the scores that a model answers for every pixel: they find what wins, its percent, and the scores in the overlaps, so that
 * no score of the interior leaves the device.
 *
 * All is float and int32, of two values a word: GPUs have no bytes, and ONNX Runtime would have the CPU make them of what crosses the bus
 * as four times as much. ArgMax, which is int64, is a maximum here too. Values outside 0–1 are clipped.
 */
export function reducedModel({ scores, channels, card, side, overlap, looks }: Reduction): ReducedModel {
  const nodes = new NodeList(ADDED, scores.opset);
  const classes = card.classes.length;
  const shown = addProbabilities(nodes, { name: scores.name, channels }, card);
  const { mean: probabilities, names: mean } =
    looks === 1 ? { mean: shown, names: null } : addMean(nodes, shown, { classes, looks });
  const codes = nodes.output(addCodes(nodes, { probabilities, classes, height: side }), INT32);
  const isStripped = overlap.isBlended && overlap.px > 0;
  const strips = isStripped ? addStrips(nodes, probabilities, { px: overlap.px, side }) : null;
  // one axis after the other: a float that counts to millions one by one stops at 2^24
  const sums = nodes.output(nodes.reduce("ReduceSum", nodes.reduce("ReduceSum", shown, [COL]), [ROW]), FLOAT);
  return { codes, sums, strips, mean, nodes: nodes.bytes };
}

/** Probabilities [N, classes, H, W], whatever the model answers. */
function addProbabilities(
  nodes: NodeList,
  { name, channels }: { readonly name: string; readonly channels: Channels },
  { output }: ModelCard,
): string {
  // all else is several times as fast in planes
  const planes = output.layout === "nchw" ? name : nodes.add("Transpose", [name], { perm: [0, 3, 1, 2] });
  const first = (): string =>
    output.kind === "logits" ? addZeros(nodes, planes) : nodes.add("Sub", [nodes.floats([1]), planes]);
  const scores = channels === "second" ? nodes.add("Concat", [first(), planes], { axis: CHANNEL }) : planes;
  if (output.kind !== "logits") return scores;
  // Softmax itself went over all axes from the one that it was given on before opset 13, and is slow across planes
  const best = nodes.reduce("ReduceMax", scores, [CHANNEL]);
  const powers = nodes.add("Exp", [nodes.add("Sub", [scores, best])]);
  return nodes.add("Div", [powers, nodes.reduce("ReduceSum", powers, [CHANNEL])]);
}

/** Zeros in the shape of a value, whatever it holds. */
function addZeros(nodes: NodeList, value: string): string {
  return nodes.between(value, 0, 0);
}

/**
 * Per pixel 256 · percent + rank, where the rank is the number of classes minus the place of the first that has the highest score,
 * and 0 where none is above zero; two pixels in an int32.
 */
function addCodes(
  nodes: NodeList,
  {
    probabilities,
    classes,
    height,
  }: { readonly probabilities: string; readonly classes: number; readonly height: number },
): string {
  const best = nodes.add("Max", [nodes.reduce("ReduceMax", probabilities, [CHANNEL]), nodes.floats([TINY])]);
  const wins = nodes.add("Cast", [nodes.reaches(probabilities, best)], { to: FLOAT });
  const ranks = nodes.floats(
    Array.from({ length: classes }, (_, i) => classes - i),
    CHANNEL,
  );
  const rank = nodes.reduce("ReduceMax", nodes.add("Mul", [wins, ranks]), [CHANNEL]);
  const percent = nodes.add("Floor", [addScaled(nodes, nodes.add("Min", [best, nodes.floats([1])]), 100)]);
  const codes = nodes.add("Add", [nodes.add("Mul", [percent, nodes.floats([256])]), rank]);
  const half = Math.ceil(height / 2);
  return addPair(nodes, nodes.slice(codes, ROW, [0, half]), nodes.slice(codes, ROW, [-half, height]));
}

/** The first and the last cells along the rows and along the columns. */
function addStrips(
  nodes: NodeList,
  probabilities: string,
  { px, side }: { readonly px: number; readonly side: number },
): ReducedStrips {
  const pair = (axis: number): string => {
    const levels = (start: number, end: number): string => {
      const strip = nodes.slice(probabilities, axis, [start, end]);
      return addScaled(nodes, nodes.between(strip, 0, 1), SCORE_LEVELS);
    };
    return nodes.output(addPair(nodes, levels(0, px), levels(-px, side)), INT32);
  };
  return { rows: pair(ROW), columns: pair(COL) };
}
