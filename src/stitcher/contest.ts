import { percent } from "../inference/winners.ts";
import type { PixelRows } from "./pixel-rows.ts";

/** Four neighbouring cells of different winners: where the scores of each begin. */
export interface Corners {
  readonly upperLeft: number;
  readonly upperRight: number;
  readonly lowerLeft: number;
  readonly lowerRight: number;
}

/** Which class wins at the pixels between four cells that do not agree: each score is interpolated bilinearly between them. */
export class Contest {
  readonly #classIds: Uint8Array;
  /** Where the pixels lie on both axes: 0 at the first cells, towards 1 at the others. */
  readonly #fractions: Float64Array;
  readonly #pixels: PixelRows;
  /** Per class: the scores of a pixel row at its left and right ends. */
  readonly #left: Float64Array;
  readonly #right: Float64Array;

  constructor(classIds: Uint8Array, fractions: Float64Array, pixels: PixelRows) {
    this.#classIds = classIds;
    this.#fractions = fractions;
    this.#pixels = pixels;
    this.#left = new Float64Array(classIds.length);
    this.#right = new Float64Array(classIds.length);
  }

  /**
   * Resolves the first `rows` rows of the pixels `start` to `end`. Of two winners (`one`, `other`) the higher score of these alone is
   * looked for where no third class can be higher than both: than their mean, which is nowhere less than at one of the cells.
   */
  resolve(
    cells: Float32Array,
    corners: Corners,
    one: number,
    other: number,
    rows: number,
    start: number,
    end: number,
  ): void {
    if (this.#isBetween(cells, corners, one, other))
      this.#duel(cells, corners, Math.min(one, other), Math.max(one, other), rows, start, end);
    else this.#all(cells, corners, rows, start, end);
  }

  #isBetween(
    cells: Float32Array,
    { upperLeft: a, upperRight: b, lowerLeft: c, lowerRight: d }: Corners,
    one: number,
    other: number,
  ): boolean {
    const least =
      Math.min(
        cells[a + one]! + cells[a + other]!,
        cells[b + one]! + cells[b + other]!,
        cells[c + one]! + cells[c + other]!,
        cells[d + one]! + cells[d + other]!,
      ) / 2;
    for (let k = 0; k < this.#classIds.length; k++) {
      if (k === one || k === other) continue;
      if (Math.max(cells[a + k]!, cells[b + k]!, cells[c + k]!, cells[d + k]!) > least) return false;
    }
    return true;
  }

  #duel(
    cells: Float32Array,
    { upperLeft: a, upperRight: b, lowerLeft: c, lowerRight: d }: Corners,
    one: number,
    other: number,
    rows: number,
    start: number,
    end: number,
  ): void {
    const fractions = this.#fractions;
    const pixels = this.#pixels;
    const across = fractions[0]!;
    const share = 1 / fractions.length;
    const [id, otherId] = [this.#classIds[one]!, this.#classIds[other]!];
    for (let row = 0; row < rows; row++) {
      const down = fractions[row]!;
      const left = between(cells[a + one]!, cells[c + one]!, down);
      const slope = between(cells[b + one]!, cells[d + one]!, down) - left;
      const otherLeft = between(cells[a + other]!, cells[c + other]!, down);
      const otherSlope = between(cells[b + other]!, cells[d + other]!, down) - otherLeft;
      pixels.duel(
        pixels.at(row, start),
        pixels.at(row, end),
        id,
        otherId,
        left + slope * across,
        slope * share,
        otherLeft + otherSlope * across,
        otherSlope * share,
      );
    }
  }

  /** Every class at every pixel. */
  #all(
    cells: Float32Array,
    { upperLeft: a, upperRight: b, lowerLeft: c, lowerRight: d }: Corners,
    rows: number,
    start: number,
    end: number,
  ): void {
    const { labels, confidence } = this.#pixels;
    const [left, right] = [this.#left, this.#right];
    for (let row = 0; row < rows; row++) {
      const down = this.#fractions[row]!;
      for (let k = 0; k < left.length; k++) {
        left[k] = between(cells[a + k]!, cells[c + k]!, down);
        right[k] = between(cells[b + k]!, cells[d + k]!, down);
      }
      const line = this.#pixels.at(row, 0);
      for (let col = start; col < end; col++) {
        const across = this.#fractions[col - start]!;
        let best = 0;
        let bestScore = Number.NEGATIVE_INFINITY;
        for (let k = 0; k < left.length; k++) {
          const score = between(left[k]!, right[k]!, across);
          if (score > bestScore) {
            best = k;
            bestScore = score;
          }
        }
        labels[line + col] = this.#classIds[best]!;
        confidence[line + col] = percent(bestScore);
      }
    }
  }
}

function between(first: number, second: number, fraction: number): number {
  return first + (second - first) * fraction;
}
