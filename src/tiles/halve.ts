import { NODATA } from "../scene/class-scheme.ts";
import type { TileLabels } from "./tile-labels.ts";

/** Side (px of the result) of the squares within which shares are balanced; tiles of every size are made of whole ones. */
const SQUARE = 128;
/** A class is overdue when this many pixels of it have been lost more than won. */
const OVERDUE = 16;
/** What a pixel of the four counts in a score: more than any balance within a square (4 · SQUARE²). */
const VOTE = 1 << 20;

/** Which quarter of a tile its child is: columns and rows of tiles from its top left corner. */
export interface Quarter {
  readonly dx: 0 | 1;
  readonly dy: 0 | 1;
}

/**
 * Halves a tile of one zoom into a quarter of its parent: a pixel takes the commonest label of its four. Among equals wins the class
 * that has lost most so far (the lowest id where that is equal too), so that lines and corners, which a plain mode wears away, keep
 * their share from zoom to zoom; where a class finds no ties to win and is OVERDUE, it wins a pixel that it has fewer of. What is lost
 * is counted within SQUARE px, so a share is kept where it is. Labels are never averaged. A pixel is data when at least `least` of its
 * four are. Its region is that of the first of the four with its label.
 */
export function halveInto(parent: TileLabels, child: TileLabels, quarter: Quarter, least: 1 | 2): void {
  const half = child.side / 2;
  const lost = new Int32Array(256);
  for (let row = 0; row < half; row += SQUARE)
    for (let col = 0; col < half; col += SQUARE) {
      lost.fill(0);
      const rows = Math.min(SQUARE, half - row);
      for (let k = 0; k < rows; k++) {
        const from = 2 * (row + k) * child.side + 2 * col;
        const to = (quarter.dy * half + row + k) * parent.side + quarter.dx * half + col;
        halveRow(parent, to, child, from, Math.min(SQUARE, half - col), lost, least);
      }
    }
}

/** Makes `count` pixels of a parent's row, from `to` on, of two rows of a child, from `from` on. */
function halveRow(
  parent: TileLabels,
  to: number,
  child: TileLabels,
  from: number,
  count: number,
  lost: Int32Array,
  least: number,
): void {
  const { labels, side, regions } = child;
  for (let i = 0, at = from; i < count; i++, at += 2) {
    const a = labels[at]!;
    const b = labels[at + 1]!;
    const c = labels[at + side]!;
    const d = labels[at + side + 1]!;
    const label = a === b && a === c && a === d ? a : choose(a, b, c, d, lost, least);
    parent.labels[to + i] = label;
    if (label === NODATA || parent.regions === null || regions === null) continue;
    const place = label === a ? at : label === b ? at + 1 : label === c ? at + side : at + side + 1;
    parent.regions[to + i] = regions[place]!;
  }
}

/** The label of four pixels that are not all equal; updates how many pixels each class has lost. */
function choose(a: number, b: number, c: number, d: number, lost: Int32Array, least: number): number {
  const data = Number(a !== NODATA) + Number(b !== NODATA) + Number(c !== NODATA) + Number(d !== NODATA);
  if (data < least) return NODATA;
  let winner = NODATA;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const label = i === 0 ? a : i === 1 ? b : i === 2 ? c : d;
    if (label === NODATA) continue;
    const votes = Number(label === a) + Number(label === b) + Number(label === c) + Number(label === d);
    const balance = lost[label]!;
    const score = votes * VOTE + balance + (balance > OVERDUE ? 4 * VOTE : 0);
    if (score < most || (score === most && label >= winner)) continue;
    winner = label;
    most = score;
  }
  if (a !== NODATA) lost[a]!++;
  if (b !== NODATA) lost[b]!++;
  if (c !== NODATA) lost[c]!++;
  if (d !== NODATA) lost[d]!++;
  lost[winner]! -= data;
  return winner;
}
