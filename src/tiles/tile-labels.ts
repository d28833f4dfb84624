import { NODATA } from "../scene/class-scheme.ts";
import { NO_REGION } from "./region-index.ts";

/** A square of a tile's pixels, row by row: the class of each, and the region of the map that it was taken from. */
export interface TileLabels {
  readonly side: number;
  /** The first row that is held: 0 but for what lowerEdge leaves. */
  readonly top: number;
  /** Class ids, nodata 255. */
  readonly labels: Uint8Array;
  /** See RegionIndex; null where regions are not asked for. */
  readonly regions: Uint32Array | null;
}

/** A square without data. */
export function emptyLabels(side: number, withRegions: boolean): TileLabels {
  return {
    side,
    top: 0,
    labels: new Uint8Array(side * side).fill(NODATA),
    regions: withRegions ? new Uint32Array(side * side).fill(NO_REGION) : null,
  };
}

/** The lowest `rows` rows of a square: all that the squares below it ask of it. */
export function lowerEdge({ side, labels, regions }: TileLabels, rows: number): TileLabels {
  const start = (side - rows) * side;
  return { side, top: side - rows, labels: labels.slice(start), regions: regions?.slice(start) ?? null };
}

/** A tile's neighbour, `dx` tiles to the east and `dy` to the south; null where it has none. */
export type Neighbour = (dx: number, dy: number) => TileLabels | null;

/** A tile with `margin` px of its eight neighbours around it, in `room`: a square of that size with regions, for its content to be lost. */
export function withMargin(
  tile: TileLabels,
  margin: number,
  neighbour: Neighbour,
  room: TileLabels,
): TileLabels {
  const size = tile.side;
  const square = tile.regions === null ? { ...room, regions: null } : room;
  square.labels.fill(NODATA);
  square.regions?.fill(NO_REGION);
  for (const dy of [-1, 0, 1]) {
    for (const dx of [-1, 0, 1]) {
      const source = dx === 0 && dy === 0 ? tile : neighbour(dx, dy);
      if (source === null) continue;
      const left = dx < 0 ? size - margin : 0;
      const right = dx > 0 ? margin : size;
      const target = (dy * size + margin) * square.side + dx * size + margin;
      for (let row = dy < 0 ? size - margin : 0; row < (dy > 0 ? margin : size); row++) {
        const from = (row - source.top) * size;
        copyPixels(source, from + left, from + right, square, target + row * square.side + left);
      }
    }
  }
  return square;
}

/** Copies the pixels `from` to `to` of a square to another; few of them one by one, for views cost more. */
function copyPixels(source: TileLabels, from: number, to: number, target: TileLabels, at: number): void {
  if (to - from > 16) {
    target.labels.set(source.labels.subarray(from, to), at);
    if (source.regions !== null) target.regions?.set(source.regions.subarray(from, to), at);
    return;
  }
  for (let i = from, k = at; i < to; i++, k++) {
    target.labels[k] = source.labels[i]!;
    if (target.regions !== null && source.regions !== null) target.regions[k] = source.regions[i]!;
  }
}

/**
 * A square in which the blocks of `step` x `step` px further than `border` px from its edge each have one label, the commonest of
 * their data (of equals the one that comes first, which favours no class). Nodata stays where it is, and so does everything within
 * `border` px of the edge.
 */
export function coarsen(square: TileLabels, step: number, border: number): TileLabels {
  const { side } = square;
  const coarse = { side, top: 0, labels: square.labels.slice(), regions: square.regions?.slice() ?? null };
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
