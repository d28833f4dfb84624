import { INT32, type NodeList } from "./node-list.ts";

/** Axes of planes [N, classes, H, W]. */
export const [CHANNEL, ROW, COL] = [1, 2, 3] as const;

/** The score 1 where scores are told in 15 bits. */
export const SCORE_LEVELS = 32_767;

/** Two halves of 16 bits in an int32. */
export const HALF = 65_536;

/** value · factor + 1/2. */
export function addScaled(nodes: NodeList, value: string, factor: number): string {
  return nodes.add("Add", [nodes.add("Mul", [value, nodes.floats([factor])]), nodes.floats([0.5])]);
}

/** Two values of whole numbers, or what is cut to such, below 2^15 or 2^16, in the halves of int32. */
export function addPair(nodes: NodeList, low: string, high: string): string {
  const [lower, upper] = [low, high].map((value) => nodes.add("Cast", [value], { to: INT32 }));
  return nodes.add("Add", [nodes.add("Mul", [upper!, nodes.integer(HALF)]), lower!]);
}
