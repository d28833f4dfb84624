import { NODATA } from "../scene/class-scheme.ts";
import { NO_REGION } from "./region-index.ts";

/** A square of a tile's pixels, row by row: the class of each, and the region of the map that it was taken from. */
export interface TileLabels {
  readonly side: number;
  /** Class ids, nodata 255. */
  readonly labels: Uint8Array;
  /** See RegionIndex; null where regions are not asked for. */
  readonly regions: Uint32Array | null;
}

/** A square without data. */
export function emptyLabels(side: number, withRegions: boolean): TileLabels {
  return {
    side,
    labels: new Uint8Array(side * side).fill(NODATA),
    regions: withRegions ? new Uint32Array(side * side).fill(NO_REGION) : null,
  };
}

/**
 * Squares of one side, used again: what one row of tiles lets go the next one takes. Fresh ones would double the memory of the rows,
 * for the collector comes late.
 */
export class SquarePool {
  readonly #side: number;
  readonly #spare = { withRegions: [] as TileLabels[], without: [] as TileLabels[] };

  constructor(side: number) {
    this.#side = side;
  }

  /** A square without data. */
  take(withRegions: boolean): TileLabels {
    const square = this.#spareOf(withRegions).pop();
    return square === undefined ? emptyLabels(this.#side, withRegions) : emptied(square);
  }

  /** Takes back a square that nobody looks at any more. */
  give(square: TileLabels): void {
    this.#spareOf(square.regions !== null).push(square);
  }

  #spareOf(withRegions: boolean): TileLabels[] {
    return withRegions ? this.#spare.withRegions : this.#spare.without;
  }
}

/** The same square without data. */
export function emptied(square: TileLabels): TileLabels {
  square.labels.fill(NODATA);
  square.regions?.fill(NO_REGION);
  return square;
}

/**
 * A square in which the blocks of `step` x `step` px further than `border` px from its edge each have one label, the commonest of
 * their data (of equals the one that comes first, which favours no class). Nodata stays where it is, and so does everything within
 * `border` px of the edge.
 */
export function coarsen(square: TileLabels, step: number, border: number): TileLabels {
  const { side } = square;
  const coarse = { side, labels: square.labels.slice(), regions: square.regions?.slice() ?? null };
  for (let row = border; row + step <= side - border; row += step)
    for (let col = border; col + step <= side - border; col += step)
      coarsenBlock(coarse, row * side + col, step);
  return coarse;
}

function coarsenBlock({ side, labels, regions }: TileLabels, start: number, step: number): void {
  const places = Array.from(
    { length: step * step },
    (_, i) => start + Math.floor(i / step) * side + (i % step),
  );
  const data = places.filter((place) => labels[place] !== NODATA);
  const label = commonest(data.map((place) => labels[place]!));
  const shown = data.find((place) => labels[place] === label);
  for (const place of data) {
    if (regions !== null) regions[place] = regions[shown!]!;
    labels[place] = label;
  }
}

function commonest(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  let best = NODATA;
  let most = 0;
  for (const [label, count] of counts) if (count > most) [best, most] = [label, count];
  return best;
}
