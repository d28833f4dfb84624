import type { ModelCard } from "./model-card.ts";

/** An input or output of a graph as it declares itself: sizes are numbers, free ones have names. */
export interface TensorFacts {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** The inputs and outputs of a graph. */
export interface GraphFacts {
  readonly inputs: readonly TensorFacts[];
  readonly outputs: readonly TensorFacts[];
}

/**
 * Where a graph declares itself otherwise than its card says, for chips of `side` px: names, element types, layouts, bands, classes
 * and sizes, one line each; empty where they agree. What a graph leaves open shows when it is run.
 */
export function cardFaults(card: ModelCard, graph: GraphFacts, side: number): readonly string[] {
  const input = tensorOf(graph.inputs, card.input.name ?? 0);
  const output = tensorOf(graph.outputs, card.output.name ?? card.output.index);
  return [
    ...(input === null
      ? [missing("input", card.input.name ?? 0, graph.inputs)]
      : inputFaults(card, input, side)),
    ...(graph.inputs.length > 1
      ? [`the model takes ${named(graph.inputs)}, but only one input is given`]
      : []),
    ...(output === null
      ? [missing("output", card.output.name ?? card.output.index, graph.outputs)]
      : outputFaults(card, output, side)),
  ];
}

function tensorOf(tensors: readonly TensorFacts[], wanted: string | number): TensorFacts | null {
  const found = typeof wanted === "number" ? tensors[wanted] : tensors.find(({ name }) => name === wanted);
  return found ?? null;
}

function missing(what: string, wanted: string | number, tensors: readonly TensorFacts[]): string {
  const which = typeof wanted === "number" ? `${what} ${wanted}` : `${what} "${wanted}"`;
  return `the model has no ${which}; it has ${named(tensors)}`;
}

function named(tensors: readonly TensorFacts[]): string {
  return tensors.map(({ name }) => `"${name}"`).join(", ");
}

function inputFaults({ input }: ModelCard, { type, shape }: TensorFacts, side: number): string[] {
  const faults: string[] = [];
  if (type !== input.dtype) faults.push(`the model takes ${type}, but its card says ${input.dtype}`);
  if (shape.length !== 4) return [...faults, `the model takes ${shapeText(shape)}, but chips have four axes`];
  const { channels, rows, cols } = axesOf(shape, input.layout);
  const bands = input.bands.length;
  if (isSwapped(shape, input.layout, bands)) {
    faults.push(`the model takes ${shapeText(shape)}, but its card says ${input.layout}`);
  } else if (isOther(channels, bands)) {
    faults.push(
      `the model takes ${count(channels, "band")}, but its card names ${bands} (${input.bands.join(", ")})`,
    );
  } else if (isOther(rows, side) || isOther(cols, side)) {
    faults.push(`the model takes chips of ${cols} x ${rows} px, but by its card they are ${side} x ${side}`);
  }
  return faults;
}

function outputFaults({ output, classes }: ModelCard, { type, shape }: TensorFacts, side: number): string[] {
  if (output.kind === "labels") {
    const [, second, , last] = shape;
    return shape.length === 4 && isOther(second, 1) && last !== 1
      ? [`the model answers ${shapeText(shape)}, but its card says labels, which have one channel`]
      : [];
  }
  const faults: string[] = [];
  if (type !== "float32") {
    faults.push(`the model answers in ${type}, but its card says ${output.kind}, which is float32`);
  }
  if (shape.length !== 4)
    return [...faults, `the model answers ${shapeText(shape)}, but scores have four axes`];
  const { channels, rows, cols } = axesOf(shape, output.layout);
  const cells = side / output.stride;
  const isBinary = channels === 1 && classes.length === 2;
  if (isSwapped(shape, output.layout, classes.length) && !isBinary) {
    faults.push(`the model answers ${shapeText(shape)}, but its card says ${output.layout}`);
  } else if (isOther(channels, classes.length) && !isBinary) {
    const names = classes.map(({ name }) => name).join(", ");
    faults.push(
      `the model answers ${count(channels, "class", "es")}, but its card names ${classes.length} (${names})`,
    );
  } else if (isOther(rows, cells) || isOther(cols, cells)) {
    faults.push(
      `the model answers ${cols} x ${rows} cells for a chip of ${side} x ${side} px, but its card says stride ${output.stride}`,
    );
  }
  return faults;
}

type Size = number | string | undefined;
type Layout = ModelCard["input"]["layout"];

function axesOf(shape: readonly Size[], layout: Layout): Record<"channels" | "rows" | "cols", Size> {
  const [, a, b, c] = shape;
  return layout === "nchw" ? { channels: a, rows: b, cols: c } : { rows: a, cols: b, channels: c };
}

/** True where only the other layout has as many channels as expected. */
function isSwapped(shape: readonly Size[], layout: Layout, expected: number): boolean {
  const other = layout === "nchw" ? "nhwc" : "nchw";
  return axesOf(shape, layout).channels !== expected && axesOf(shape, other).channels === expected;
}

/** True where a size is fixed and another than expected. */
function isOther(size: Size, expected: number): boolean {
  return typeof size === "number" && size > 0 && size !== expected;
}

function count(number: Size, noun: string, plural = "s"): string {
  return `${number} ${noun}${number === 1 ? "" : plural}`;
}

/** "[batch, 3, height, width]". */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.map((size) => (size === "" ? "?" : size)).join(", ")}]`;
}
