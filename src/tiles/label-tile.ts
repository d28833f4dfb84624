import { NODATA } from "../scene/class-scheme.ts";

/** Labels of a square, row by row. */
export interface LabelSquare {
  readonly labels: Uint8Array;
  readonly side: number;
}

/** The labels of a tile's neighbour, `dx` tiles to the east and `dy` to the south; null where it has none. */
export type NeighbourLabels = (dx: number, dy: number) => Uint8Array | null;

/** A tile with `margin` px of its eight neighbours around it. */
export function withMargin(size: number, margin: number, neighbour: NeighbourLabels): LabelSquare {
  const side = size + 2 * margin;
  const labels = new Uint8Array(side * side).fill(NODATA);
  for (const dy of [-1, 0, 1]) {
    for (const dx of [-1, 0, 1]) {
      const source = neighbour(dx, dy);
      if (source === null) continue;
      const left = dx < 0 ? size - margin : 0;
      const right = dx > 0 ? margin : size;
      for (let row = dy < 0 ? size - margin : 0; row < (dy > 0 ? margin : size); row++) {
        const target = (row + dy * size + margin) * side + dx * size + margin;
        labels.set(source.subarray(row * size + left, row * size + right), target + left);
      }
    }
  }
  return { labels, side };
}

/**
 * A square in which the blocks of `step` x `step` px further than `border` px from its edge each have one label, the commonest of
 * their data (of equals the one that comes first, which favours no class). Nodata stays where it is, and so does everything within
 * `border` px of the edge.
 */
export function coarsen({ labels, side }: LabelSquare, step: number, border: number): LabelSquare {
  const coarse = labels.slice();
  for (let row = border; row + step <= side - border; row += step)
    for (let col = border; col + step <= side - border; col += step)
      coarsenBlock(coarse, row * side + col, side, step);
  return { labels: coarse, side };
}

function coarsenBlock(labels: Uint8Array, start: number, side: number, step: number): void {
  const places = Array.from(
    { length: step * step },
    (_, i) => start + Math.floor(i / step) * side + (i % step),
  );
  const data = places.filter((place) => labels[place] !== NODATA);
  const label = commonest(data.map((place) => labels[place]!));
  for (const place of data) labels[place] = label;
}

function commonest(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  let best = NODATA;
  let most = 0;
  for (const [label, count] of counts) if (count > most) [best, most] = [label, count];
  return best;
}
