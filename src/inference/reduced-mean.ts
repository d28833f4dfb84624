import { FLOAT, INT32, type NodeList } from "./node-list.ts";
import { addPair, addScaled, CHANNEL, COL, HALF, ROW, SCORE_LEVELS } from "./reduced-nodes.ts";

/**
 * The mean over several looks at a chip, each mirrored in another way, one run of the model after the other: each run takes the sum so
 * far and hands on its own. A sum is int32 [N, ⌈classes/2⌉, H, W] of levels of 15 bits: lower 16 bits the first half of the classes,
 * upper 16 the second (the middle one of an odd number in both).
 */
export interface ReducedMean {
  /** Input: the sum of the runs before; zeros for the first. */
  readonly before: string;
  /** Inputs int32 [H] and [W]: which row and which column of the sum before lies where a row and a column of this look do. */
  readonly rows: string;
  readonly cols: string;
  /** Output: the sum with this look, mirrored as it is. */
  readonly sum: string;
}

/** The mean, [N, classes, H, W], where this look is the last of `looks`, and the names of what is handed from run to run. */
export function addMean(
  nodes: NodeList,
  probabilities: string,
  { classes, looks }: { readonly classes: number; readonly looks: number },
): { readonly mean: string; readonly names: ReducedMean } {
  const [before, rows, cols] = [nodes.input(INT32), nodes.input(INT32), nodes.input(INT32)];
  const turned = nodes.add("Gather", [nodes.add("Gather", [before, rows], { axis: ROW }), cols], {
    axis: COL,
  });
  const half = Math.ceil(classes / 2);
  const [lower, upper] = addHalves(nodes, turned);
  const rest = nodes.slice(upper, CHANNEL, [2 * half - classes, half]);
  const levels = classes === 1 ? lower : nodes.add("Concat", [lower, rest], { axis: CHANNEL });
  const share = nodes.add("Mul", [nodes.between(probabilities, 0, 1), nodes.floats([SCORE_LEVELS / looks])]);
  const sum = nodes.add("Add", [share, nodes.add("Cast", [levels], { to: FLOAT })]);
  const whole = addScaled(nodes, sum, 1);
  const packed = addPair(
    nodes,
    nodes.slice(whole, CHANNEL, [0, half]),
    nodes.slice(whole, CHANNEL, [classes - half, classes]),
  );
  const mean = nodes.add("Mul", [sum, nodes.floats([1 / SCORE_LEVELS])]);
  return { mean, names: { before, rows, cols, sum: nodes.output(packed, INT32) } };
}

/** The lower and the upper 16 bits of int32, without signs. Not all runtimes know bits: ONNX has them since opset 18. */
function addHalves(nodes: NodeList, words: string): readonly [lower: string, upper: string] {
  const size = nodes.integer(HALF);
  const upper = nodes.add("Div", [words, size]);
  return [nodes.add("Sub", [words, nodes.add("Mul", [upper, size])]), upper];
}
