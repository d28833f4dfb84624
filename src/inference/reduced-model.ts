import { declaredGraph } from "./graph-facts.ts";
import type { ModelCard } from "./model-card.ts";
import { FLOAT, INT32, NodeList } from "./node-list.ts";

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
  /** float32 [N, classes, 1, 1]: the sum of a chip's scores for each class; NaN or infinite where any of them is. */
  readonly sums: string;
  /** The scores in the overlaps, where they are blended; else null. */
  readonly strips: ReducedStrips | null;
}

/** Scores in the overlaps, of 15 bits (0–SCORE_LEVELS), two in an int32: they need no sign. */
export interface ReducedStrips {
  /** int32 [N, classes, overlap, W]: lower 16 bits the uppermost rows, upper 16 the lowest. */
  readonly rows: string;
  /** int32 [N, classes, H, overlap]: lower 16 bits the leftmost columns, upper 16 the rightmost. */
  readonly columns: string;
}

/** What the names of added values begin with; a model that has such names itself is refused by the runtime. */
const ADDED = "landstitch.reduced.";

/** The score 1 in a strip. */
export const SCORE_LEVELS = 32_767;

/** Positive numbers below it count as zero: the smallest normal one. */
const TINY = 2 ** -126;
/** Two int32 halves of 16 bits. */
const HALF = 65_536;

/** Versions of ONNX's operators: 11 brought Clip and Equal as they are used, 26 is the newest that ONNX Runtime 1.30 takes. */
const [OLDEST_OPSET, NEWEST_OPSET] = [11, 26];

/**
 * The model with nodes behind the scores that it answers for every pixel: they find what wins, its percent, and the scores in the
 * overlaps, so that no score of the interior leaves the device. Null where the answer is no such scores, or the file does not say
 * enough: that is no fault, the scores are then taken as they come.
 *
 * All is float and int32, of two values a word: GPUs have no bytes, and ONNX Runtime would have the CPU make them of what crosses the bus
 * as four times as much. ArgMax, which is int64, is a maximum here too. Values outside 0–1 are clipped.
 */
export function reducedModel(
  model: Uint8Array,
  { card, side, overlap }: { readonly card: ModelCard; readonly side: number; readonly overlap: Overlap },
): ReducedModel | null {
  const scores = scoresIn(model, card);
  if (scores === null) return null;
  const nodes = new NodeList(ADDED, scores.opset);
  const probabilities = addProbabilities(nodes, scores, card);
  const classes = card.classes.length;
  const codes = nodes.output(addCodes(nodes, { probabilities, classes, height: side }), INT32);
  const isStripped = overlap.isBlended && overlap.px > 0;
  const strips = isStripped ? addStrips(nodes, probabilities, { px: overlap.px, side }) : null;
  // one axis after the other: a float that counts to millions one by one stops at 2^24
  const sums = nodes.output(
    nodes.reduce("ReduceSum", nodes.reduce("ReduceSum", probabilities, [COL]), [ROW]),
    FLOAT,
  );
  return { codes, sums, strips, nodes: nodes.bytes };
}

/** Axes of planes [N, classes, H, W]. */
const [CHANNEL, ROW, COL] = [1, 2, 3];

interface DeclaredScores {
  readonly name: string;
  /** One channel tells of the second of two classes. */
  readonly isBinary: boolean;
  readonly opset: number;
}

/** The scores, where they are there for every pixel, and so many as the card says. */
function scoresIn(model: Uint8Array, { output, classes }: ModelCard): DeclaredScores | null {
  if (output.kind === "labels" || output.stride !== 1) return null;
  const { opset, outputs } = declaredGraph(model);
  if (opset === null || opset < OLDEST_OPSET || opset > NEWEST_OPSET) return null;
  const found =
    output.name === undefined ? outputs[output.index] : outputs.find(({ name }) => name === output.name);
  if (found?.type !== FLOAT || found.shape?.length !== 4) return null;
  const declared = found.shape[output.layout === "nchw" ? 1 : 3] ?? null;
  const isBinary = declared === 1 && classes.length === 2;
  if (declared === null ? classes.length <= 2 : declared !== classes.length && !isBinary) return null;
  return { name: found.name, isBinary, opset };
}

/** Probabilities [N, classes, H, W], whatever the model answers. */
function addProbabilities(
  nodes: NodeList,
  { name, isBinary }: DeclaredScores,
  { output }: ModelCard,
): string {
  // all else is several times as fast in planes
  const planes = output.layout === "nchw" ? name : nodes.add("Transpose", [name], { perm: [0, 3, 1, 2] });
  const first = (): string =>
    output.kind === "logits" ? addZeros(nodes, planes) : nodes.add("Sub", [nodes.floats([1]), planes]);
  const scores = isBinary ? nodes.add("Concat", [first(), planes], { axis: CHANNEL }) : planes;
  if (output.kind !== "logits") return scores;
  // Softmax itself went over all axes from the one that it was given on before opset 13, and is slow across planes
  const best = nodes.reduce("ReduceMax", scores, [CHANNEL]);
  const powers = nodes.add("Exp", [nodes.add("Sub", [scores, best])]);
  return nodes.add("Div", [powers, nodes.reduce("ReduceSum", powers, [CHANNEL])]);
}

/** Zeros in the shape of a value, whatever it holds. */
function addZeros(nodes: NodeList, value: string): string {
  const zero = nodes.floats([0]);
  return nodes.add("Clip", [value, zero, zero]);
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
  const wins = nodes.add("Cast", [nodes.add("Equal", [probabilities, best])], { to: FLOAT });
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
      return addScaled(nodes, nodes.add("Clip", [strip, nodes.floats([0]), nodes.floats([1])]), SCORE_LEVELS);
    };
    return nodes.output(addPair(nodes, levels(0, px), levels(-px, side)), INT32);
  };
  return { rows: pair(ROW), columns: pair(COL) };
}

/** value · factor + 1/2. */
function addScaled(nodes: NodeList, value: string, factor: number): string {
  return nodes.add("Add", [nodes.add("Mul", [value, nodes.floats([factor])]), nodes.floats([0.5])]);
}

/** Two values of whole numbers, or what is cut to such, below 2^15 or 2^16, in the halves of int32. */
function addPair(nodes: NodeList, low: string, high: string): string {
  const [lower, upper] = [low, high].map((value) => nodes.add("Cast", [value], { to: INT32 }));
  return nodes.add("Add", [nodes.add("Mul", [upper!, nodes.integer(HALF)]), lower!]);
}
