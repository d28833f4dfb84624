import type { SampleArray } from "../scene/raster-block.ts";
import type { ModelCard } from "./model-card.ts";

type Input = ModelCard["input"];

/** Samples that a tensor of the card's element type takes. */
export type TensorSamples = Uint8Array | Uint16Array | Float32Array;

/**
 * The input tensor's data from interleaved samples of a chip: value = (raw · scale − mean) / std, in the card's layout and
 * element type. Without anything to do the samples themselves are returned.
 */
export function inputTensorData(data: SampleArray, pixels: number, input: Input): TensorSamples {
  const bands = input.bands.length;
  if (input.layout === "nhwc" && isPlain(input) && isOfType(data, input.dtype)) return data;
  const tensor = newTensorData(input.dtype, data.length);
  const [pixelStep, bandStep] = input.layout === "nhwc" ? [bands, 1] : [1, pixels];
  for (let band = 0; band < bands; band++) {
    const divisor = valueFor(input.std, band);
    const factor = input.scale / divisor;
    const offset = -valueFor(input.mean, band) / divisor;
    for (let pixel = 0; pixel < pixels; pixel++) {
      tensor[pixel * pixelStep + band * bandStep] = data[pixel * bands + band]! * factor + offset;
    }
  }
  return tensor;
}

function isPlain({ scale, mean, std }: Input): boolean {
  return scale === 1 && mean.every((value) => value === 0) && std.every((value) => value === 1);
}

function isOfType(data: SampleArray, dtype: Input["dtype"]): data is TensorSamples {
  switch (dtype) {
    case "uint8":
      return data instanceof Uint8Array;
    case "uint16":
      return data instanceof Uint16Array;
    case "float32":
      return data instanceof Float32Array;
    default:
      throw new RangeError(`unknown element type ${String(dtype satisfies never)}`);
  }
}

/** The input tensor's axes for a batch of chips of width x height px. */
export function inputDims(
  { layout, bands }: Input,
  batch: number,
  { width, height }: { readonly width: number; readonly height: number },
): number[] {
  return layout === "nhwc" ? [batch, height, width, bands.length] : [batch, bands.length, height, width];
}

/** Zeros. */
export function newTensorData(dtype: Input["dtype"], length: number): TensorSamples {
  switch (dtype) {
    case "uint8":
      return new Uint8Array(length);
    case "uint16":
      return new Uint16Array(length);
    case "float32":
      return new Float32Array(length);
    default:
      throw new RangeError(`unknown element type ${String(dtype satisfies never)}`);
  }
}

function valueFor(perBand: readonly number[], band: number): number {
  return (perBand.length === 1 ? perBand[0] : perBand[band])!;
}
