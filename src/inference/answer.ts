import type { Tensor } from "onnxruntime-node";
import type { ModelCard } from "./model-card.ts";

/** What an output turned out to be when a chip was shown. */
export interface Answer extends Pick<ModelCard["output"], "kind" | "layout" | "stride"> {
  /** 1 for labels and for a single class against all else. */
  readonly channels: number;
  /** The highest label found; null where the output is no labels. */
  readonly highestLabel: number | null;
}

/**
 * Reads the answer to a chip of `side` px: which axis holds the classes, how many px a cell stands for, and by its values what it
 * holds. Null where it is no map of the chip, or scores in a type that is not read.
 */
export function readAnswer({ dims, type, data }: Tensor, side: number): Answer | null {
  const [batch, ...axes] = dims.length === 4 ? dims : [1, 1, ...dims.slice(-2)];
  if (batch !== 1 || axes.length !== 3 || dims.length > 4) return null;
  const [a, b, c] = axes as [number, number, number];
  const isSide = (cells: number): boolean => cells > 1 && side % cells === 0;
  const layout = b === c && isSide(b) ? "nchw" : a === b && isSide(a) ? "nhwc" : null;
  if (layout === null) return null;
  const [channels, cells] = layout === "nchw" ? [a, b] : [c, a];
  if (type === "string" || data.length !== channels * cells * cells) return null;
  const values = Float64Array.from(data as Iterable<number | bigint>, Number);
  const place = { layout, channels, stride: side / cells } as const;
  if (channels === 1 && holdsLabels(values, type)) {
    return {
      ...place,
      kind: "labels",
      highestLabel: values.reduce((high, value) => Math.max(high, value), 0),
    };
  }
  if (type !== "float32") return null;
  return { ...place, kind: kindOf(values, channels, layout), highestLabel: null };
}

/** Whole numbers: by their type, or floats of which one is above 1 (0 and 1 alone are a certain probability). */
function holdsLabels(values: Float64Array, type: Tensor.Type): boolean {
  if (type !== "float32" && type !== "float64") return type !== "float16";
  return values.every((value) => Number.isInteger(value) && value >= 0) && values.some((value) => value > 1);
}

/** Within 0 and 1 they are probabilities, and of exclusive classes where they sum to 1 in each cell. */
function kindOf(
  values: Float64Array,
  channels: number,
  layout: ModelCard["output"]["layout"],
): ModelCard["output"]["kind"] {
  if (!values.every((value) => value >= -1e-6 && value <= 1 + 1e-6)) return "logits";
  if (channels === 1) return "sigmoid";
  const cells = values.length / channels;
  const sums = new Float64Array(cells);
  for (let i = 0; i < values.length; i++) {
    sums[layout === "nchw" ? i % cells : Math.floor(i / channels)]! += values[i]!;
  }
  return sums.every((sum) => Math.abs(sum - 1) < 0.01) ? "softmax" : "sigmoid";
}
