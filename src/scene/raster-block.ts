import type { Window } from "../geo/window.ts";

/** Sample types that a scene can hold. */
export type SampleType = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32" | "float64";

/** The samples of one type. */
export type SampleArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Pixels of a window of a raster. */
export interface RasterBlock {
  readonly window: Window;
  /** Number of bands in `data`. */
  readonly bands: number;
  /** Samples, row by row, bands interleaved: data[(row · width + col) · bands + band]. */
  readonly data: SampleArray;
  /** Validity, width · height: 1 = data, 0 = nodata; null when every pixel is valid. */
  readonly mask: Uint8Array | null;
}

/** Samples of a decoded block, those of a pixel side by side. Its rows may be parts of a wider picture's, in which other blocks lie beside it. */
export interface BlockSamples {
  readonly samples: SampleArray;
  /** Samples from the beginning of a row to that of the next. */
  readonly rowLength: number;
  /** Bytes of its own rows. */
  readonly byteLength: number;
}

/** An empty sample array of a type and length. */
export function sampleArray(type: SampleType, length: number): SampleArray {
  switch (type) {
    case "uint8":
      return new Uint8Array(length);
    case "int8":
      return new Int8Array(length);
    case "uint16":
      return new Uint16Array(length);
    case "int16":
      return new Int16Array(length);
    case "uint32":
      return new Uint32Array(length);
    case "int32":
      return new Int32Array(length);
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    default:
      throw new RangeError(`unknown sample type ${String(type satisfies never)}`);
  }
}
