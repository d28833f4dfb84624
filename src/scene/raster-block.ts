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

/** Bytes seen as samples of a type, in the machine's byte order. They begin at a multiple of 8 in their memory. */
export function viewSamples(type: SampleType, { buffer, byteOffset, byteLength }: Uint8Array): SampleArray {
  switch (type) {
    case "uint8":
      return new Uint8Array(buffer, byteOffset, byteLength);
    case "int8":
      return new Int8Array(buffer, byteOffset, byteLength);
    case "uint16":
      return new Uint16Array(buffer, byteOffset, byteLength / 2);
    case "int16":
      return new Int16Array(buffer, byteOffset, byteLength / 2);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, byteLength / 4);
    case "int32":
      return new Int32Array(buffer, byteOffset, byteLength / 4);
    case "float32":
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case "float64":
      return new Float64Array(buffer, byteOffset, byteLength / 8);
    default:
      throw new RangeError(`unknown sample type ${String(type satisfies never)}`);
  }
}

/** Bytes with whatever the memory held: for those that are all written next. Zeros first would cost as much as some codecs. */
export function unfilledBytes(length: number): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(length);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
