import { UserError } from "../errors.ts";
import { fullWindow, splitWindow, type Window } from "../geo/window.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { RasterBlock } from "../scene/raster-block.ts";
import type { Scene } from "../scene/scene.ts";
import { type Alignment, predictionPixelsAlong, predictionWindow } from "./alignment.ts";
import { emptyPairs, ID_COUNT, type PairCounts } from "./confusion.ts";

/** Side (px) of the windows that are read from the larger-scale raster of the two: what bounds the memory. */
const READ_SIZE = 1024;

/** What became of the reference's pixels; the five counts add up to all of them. */
export interface ComparedPixels {
  /** Both sides have a class. */
  readonly compared: number;
  /** The reference has no data. */
  readonly referenceNodata: number;
  /** The reference's value was to be ignored. */
  readonly ignored: number;
  /** The reference has a label, the prediction no data. */
  readonly predictionNodata: number;
  /** The reference has a label outside the prediction's extent. */
  readonly outsidePrediction: number;
}

/** The pairs of values that were found, and how many pixels there were of each kind. */
export interface Tally {
  readonly pairs: PairCounts;
  readonly pixels: ComparedPixels;
}

interface Counts {
  readonly pairs: PairCounts;
  readonly pixels: { -readonly [Kind in keyof ComparedPixels]: number };
}

/**
 * Counts the pairs of values over the reference's pixels, window by window.
 * Throws UserError "not-class-ids" at a value that is not a whole number from 0 to 255.
 */
export async function tally(
  prediction: Scene,
  reference: Scene,
  alignment: Alignment,
  ignore: readonly number[],
): Promise<Tally> {
  const pixels = { compared: 0, referenceNodata: 0, ignored: 0, predictionNodata: 0, outsidePrediction: 0 };
  const counts: Counts = { pairs: emptyPairs(), pixels };
  const ignored = new Set(ignore);
  const size = Math.max(1, Math.floor(READ_SIZE / predictionPixelsAlong(alignment.toPrediction)));
  for (const window of splitWindow(fullWindow(reference.grid), size)) {
    const source = predictionWindow(alignment.toPrediction, window, prediction.grid);
    const [labels, predicted] = await Promise.all([
      reference.read(window),
      source === null ? null : prediction.read(source),
    ]);
    countWindow(counts, { labels, predicted, alignment, ignored, paths: [prediction.path, reference.path] });
  }
  return counts;
}

interface Pair {
  readonly labels: RasterBlock;
  readonly predicted: RasterBlock | null;
  readonly alignment: Alignment;
  readonly ignored: ReadonlySet<number>;
  readonly paths: readonly [prediction: string, reference: string];
}

function countWindow(
  { pairs, pixels }: Counts,
  { labels, predicted, alignment, ignored, paths }: Pair,
): void {
  const [a, b, c, d, e, f] = alignment.toPrediction;
  const { col, row, width, height } = labels.window;
  for (let index = 0; index < width * height; index++) {
    const expected = valueAt(labels, index);
    if (expected === NODATA) pixels.referenceNodata++;
    else if (ignored.has(expected)) pixels.ignored++;
    else {
      const x = col + (index % width) + 0.5;
      const y = row + Math.floor(index / width) + 0.5;
      const found = predicted && indexAt(predicted.window, a * x + b * y + c, d * x + e * y + f);
      if (predicted === null || found === null) pixels.outsidePrediction++;
      else {
        const value = valueAt(predicted, found);
        if (value === NODATA) pixels.predictionNodata++;
        else if (!isId(expected)) throw notClassIds(paths[1], labels, index);
        else if (!isId(value)) throw notClassIds(paths[0], predicted, found);
        else {
          pixels.compared++;
          pairs[expected * ID_COUNT + value]!++;
        }
      }
    }
  }
}

/** Place in a window's data of the pixel that holds a position (px), or null outside it. */
function indexAt({ col, row, width, height }: Window, x: number, y: number): number | null {
  const [inCol, inRow] = [Math.floor(x) - col, Math.floor(y) - row];
  return inCol >= 0 && inRow >= 0 && inCol < width && inRow < height ? inRow * width + inCol : null;
}

/** The value of a pixel, NODATA where it is masked. */
function valueAt({ data, mask }: RasterBlock, index: number): number {
  return mask !== null && mask[index] === 0 ? NODATA : data[index]!;
}

function isId(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < ID_COUNT;
}

function notClassIds(path: string, { data, window }: RasterBlock, index: number): UserError {
  const col = window.col + (index % window.width);
  const row = window.row + Math.floor(index / window.width);
  return new UserError(
    "not-class-ids",
    `${path} holds ${data[index]} at column ${col}, row ${row}; class ids are whole numbers from 0 to 254.`,
    "Compare rasters of class ids. If the value means no data, give the file that nodata tag.",
  );
}
