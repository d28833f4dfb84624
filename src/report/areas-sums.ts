import { type LandCoverClass, NODATA } from "../scene/class-scheme.ts";
import type { RasterBlock } from "../scene/raster-block.ts";
import type { RowAreas } from "./pixel-areas.ts";

const VALUES = 256;

/** A pixel of which the model is less sure than this (percent) is as likely wrong as right. */
export const LOW_CONFIDENCE = 50;

/** One hectare in m². */
export const HECTARE = 10_000;

/** How hectares were found: on the WGS 84 ellipsoid, in the plane of a CRS that cannot be projected, or not at all. */
export type AreaMethod = "ellipsoid" | "plane" | "none";

/** How much there is of something. */
export interface Extent {
  readonly pixels: number;
  /** Null without a CRS. */
  readonly hectares: number | null;
}

/** How much a label raster has of one class, or of all classes. */
export interface ClassArea extends Extent {
  /** Share (0–1) of the area with data, of its pixels where hectares are unknown; null when nothing has data. */
  readonly share: number | null;
  /** Mean confidence over the class's pixels, 0–100 %; null without pixels or without a confidence raster. */
  readonly meanConfidence: number | null;
  /** Share (0–1) of those pixels with a confidence under 50 %; null as above. */
  readonly lowConfidence: number | null;
}

/** Areas of a label raster, by pixels. */
export interface RasterAreas {
  readonly method: AreaMethod;
  readonly classes: readonly (ClassArea & Pick<LandCoverClass, "id" | "name">)[];
  /** All classes together. */
  readonly total: ClassArea;
  readonly nodata: Extent;
}

/** Sums per pixel value, 256 each. */
export interface AreaSums {
  readonly pixels: Float64Array;
  readonly squareMetres: Float64Array;
  readonly confidence: Float64Array;
  /** Pixels that have a confidence. */
  readonly confident: Float64Array;
  /** Pixels that have a low confidence. */
  readonly unsure: Float64Array;
}

/** No pixels summed yet. */
export function emptySums(): AreaSums {
  const zeros = (): Float64Array => new Float64Array(VALUES);
  return { pixels: zeros(), squareMetres: zeros(), confidence: zeros(), confident: zeros(), unsure: zeros() };
}

/**
 * Adds the pixels of a window of labels (bytes; masked ones count as nodata), run by run of one label. The window is summed on its
 * own first, so that rounding does not grow with the number of pixels.
 */
export function addWindow(
  sums: AreaSums,
  labels: RasterBlock,
  confidence: RasterBlock | null,
  areas: RowAreas | null,
): void {
  const own = emptySums();
  const { width, height } = labels.window;
  const values = bytesOf(labels);
  for (let row = 0; row < height; row++) {
    areas?.toRow(row);
    const end = (row + 1) * width;
    for (let from = row * width; from < end; ) {
      const value = values[from]!;
      const to = runEnd(values, from, end);
      own.pixels[value]! += to - from;
      if (areas !== null) own.squareMetres[value]! += areas.between(from - row * width, to - row * width);
      if (confidence !== null) addConfidence(own, value, confidence, from, to);
      from = to;
    }
  }
  for (const key of ["pixels", "squareMetres", "confidence", "confident", "unsure"] as const) {
    for (let value = 0; value < VALUES; value++) sums[key][value]! += own[key][value]!;
  }
}

/** The labels, NODATA where they are masked. */
function bytesOf({ data, mask }: RasterBlock): Uint8Array {
  const values = data instanceof Uint8Array ? data : Uint8Array.from(data);
  return mask === null ? values : values.map((value, i) => (mask[i] === 0 ? NODATA : value));
}

/** Where the run of the byte at `from` ends, at `end` at the latest. */
function runEnd(values: Uint8Array, from: number, end: number): number {
  const value = values[from]!;
  let to = from + 1;
  while (to < end && values[to] === value) to++;
  return to;
}

function addConfidence(
  sums: AreaSums,
  value: number,
  { data, mask }: RasterBlock,
  from: number,
  to: number,
): void {
  let [sum, confident, unsure] = [0, 0, 0];
  for (let index = from; index < to; index++) {
    if (mask !== null && mask[index] === 0) continue;
    const percent = data[index]!;
    sum += percent;
    confident++;
    if (percent < LOW_CONFIDENCE) unsure++;
  }
  sums.confidence[value]! += sum;
  sums.confident[value]! += confident;
  sums.unsure[value]! += unsure;
}

/** Values with pixels that are neither a class nor nodata. */
export function unknownValues({ pixels }: AreaSums, classes: readonly LandCoverClass[]): readonly number[] {
  const known = new Set([NODATA, ...classes.map(({ id }) => id)]);
  return [...pixels.keys()].filter((value) => pixels[value]! > 0 && !known.has(value));
}

/** The areas that the sums amount to. */
export function areasOf(sums: AreaSums, classes: readonly LandCoverClass[], method: AreaMethod): RasterAreas {
  const ids = classes.map(({ id }) => id);
  const size = (of: readonly number[]): number =>
    total(method === "none" ? sums.pixels : sums.squareMetres, of);
  const area = (of: readonly number[]): ClassArea => {
    const confident = total(sums.confident, of);
    return {
      pixels: total(sums.pixels, of),
      hectares: method === "none" ? null : size(of) / HECTARE,
      share: size(ids) === 0 ? null : size(of) / size(ids),
      meanConfidence: confident === 0 ? null : total(sums.confidence, of) / confident,
      lowConfidence: confident === 0 ? null : total(sums.unsure, of) / confident,
    };
  };
  const { pixels, hectares } = area([NODATA]);
  return {
    method,
    classes: classes.map(({ id, name }) => ({ id, name, ...area([id]) })),
    total: area(ids),
    nodata: { pixels, hectares },
  };
}

function total(values: Float64Array, of: readonly number[]): number {
  return of.reduce((sum, value) => sum + values[value]!, 0);
}
