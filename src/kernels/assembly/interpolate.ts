import { bytesOf, labelOf, percent } from "./winners";

/** No class: the four cells around do not agree. */
const NONE: u32 = 255;

/**
 * The place of the winning class of each cell of f32 scores in planes of `plane` bytes, as bytes, the first of equals: at most 255
 * classes. Works on four cells at a time.
 */
export function rankCells(scores: usize, plane: usize, classes: i32, cells: i32, ranks: usize): void {
  for (let cell: usize = 0, end = cells as usize; cell < end; cell += 4) {
    let at = scores + (cell << 2);
    let best = v128.load(at);
    let place = i32x4.splat(0);
    for (let k = 1; k < classes; k++) {
      at += plane;
      const score = v128.load(at);
      const better = f32x4.gt(score, best);
      place = v128.bitselect(i32x4.splat(k), place, better);
      best = v128.bitselect(score, best, better);
    }
    store<u32>(ranks + cell, bytesOf(place));
  }
}

/**
 * Where two neighbouring rows of `count` cells agree on the winner: for the gap before each cell, and the one behind the last, the
 * winner of the four cells around, or NONE. At the edges the cells are repeated.
 */
export function findAgreements(upper: usize, lower: usize, count: i32, gaps: usize): void {
  for (let gap = 0; gap <= count; gap++) {
    const left = max(gap - 1, 0);
    const right = min(gap, count - 1);
    const winner: u32 = load<u8>(upper + left);
    const same =
      winner === load<u8>(upper + right) &&
      winner === load<u8>(lower + left) &&
      winner === load<u8>(lower + right);
    store<u8>(gaps + gap, same ? winner : NONE);
  }
}

/** Scores between two rows of `count` cells, in every class: `down` is 0 at the upper row, 1 at the lower one. */
export function mixRows(
  upper: usize,
  lower: usize,
  plane: usize,
  classes: i32,
  count: i32,
  down: f32,
  mixed: usize,
  mixedPlane: usize,
): void {
  const share = f32x4.splat(down);
  for (let k = 0; k < classes; k++) {
    for (let at: usize = 0, end = (count as usize) << 2; at < end; at += 16) {
      const first = v128.load(upper + at);
      const step = f32x4.sub(v128.load(lower + at), first);
      v128.store(mixed + at, f32x4.add(first, f32x4.mul(step, share)));
    }
    upper += plane;
    lower += plane;
    mixed += mixedPlane;
  }
}

/**
 * The winning class of each pixel of a row, its id and its percent, between the cells of mixRows: a gap at a time, with the scores of
 * the one class that its cells agree on or else of all (the first of equals wins). `across` has where the pixels of a gap lie: f32, 0 at
 * the left cell, 1 at the right one. The first `centre` pixels lie before the first cell. Up to `stride` + 3 more bytes are written.
 */
export function interpolateRow(
  mixed: usize,
  mixedPlane: usize,
  classes: i32,
  count: i32,
  gaps: usize,
  across: usize,
  stride: i32,
  width: i32,
  labels: usize,
  confidence: usize,
): void {
  const centre = stride >> 1;
  let start = 0;
  for (let gap = 0; start < width; gap++) {
    const left = mixed + (max(gap - 1, 0) << 2);
    const right = mixed + (min(gap, count - 1) << 2);
    const winner = load<u8>(gaps + gap) as u32;
    const end = gap * stride + centre;
    for (let pixel = start; pixel < end; pixel += 4) {
      const share = v128.load(across + ((pixel - start) << 2));
      if (winner === NONE)
        resolve(left, right, mixedPlane, classes, share, labels + pixel, confidence + pixel);
      else {
        const plane = (winner as usize) * mixedPlane;
        store<u32>(labels + pixel, bytesOf(labelOf(winner)));
        store<u32>(confidence + pixel, bytesOf(percent(between(left + plane, right + plane, share))));
      }
    }
    start = end;
  }
}

/** Four pixels between two cells of a row. */
function resolve(
  left: usize,
  right: usize,
  plane: usize,
  classes: i32,
  share: v128,
  labels: usize,
  confidence: usize,
): void {
  let best = between(left, right, share);
  let label = labelOf(0);
  for (let k = 1; k < classes; k++) {
    left += plane;
    right += plane;
    const score = between(left, right, share);
    const better = f32x4.gt(score, best);
    label = v128.bitselect(labelOf(k), label, better);
    best = v128.bitselect(score, best, better);
  }
  store<u32>(labels, bytesOf(label));
  store<u32>(confidence, bytesOf(percent(best)));
}

function between(left: usize, right: usize, share: v128): v128 {
  const first = v128.load32_splat(left);
  return f32x4.add(first, f32x4.mul(f32x4.sub(v128.load32_splat(right), first), share));
}
