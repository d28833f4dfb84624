/** Class ids, each spread over four lanes of u32. */
const labels = memory.data(256 * 16, 16);

/** Sets what the classes are called: `ids` has a byte for each. */
export function setClasses(ids: usize, classes: i32): void {
  for (let k = 0; k < classes; k++) v128.store(labels + (k << 4), i32x4.splat(load<u8>(ids + k)));
}

/** The four lanes of a class's id. */
export function labelOf(k: u32): v128 {
  return v128.load(labels + (k << 4));
}

/** Scores as whole percent, 0–100, half up. */
export function percent(scores: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(scores, f32x4.splat(100)), f32x4.splat(0.5)));
}

/** The lowest bytes of four lanes, as they lie in memory. */
export function bytesOf(lanes: v128): u32 {
  return i32x4.extract_lane(
    v128.shuffle<u8>(lanes, lanes, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12),
    0,
  );
}

/**
 * The winning class of each cell of f32 scores in planes of `plane` bytes, its id and its percent; the first of equals, and what is
 * negative counts as zero. Works on four cells at a time.
 */
export function findWinners(
  scores: usize,
  plane: usize,
  classes: i32,
  cells: i32,
  winners: usize,
  confidence: usize,
): void {
  const zero = f32x4.splat(0);
  for (let cell: usize = 0, end = cells as usize; cell < end; cell += 4) {
    let at = scores + (cell << 2);
    let best = f32x4.max(v128.load(at), zero);
    let label = labelOf(0);
    for (let k = 1; k < classes; k++) {
      at += plane;
      const score = v128.load(at);
      const better = f32x4.gt(score, best);
      label = v128.bitselect(labelOf(k), label, better);
      best = v128.bitselect(score, best, better);
    }
    store<u32>(winners + cell, bytesOf(label));
    store<u32>(confidence + cell, bytesOf(percent(best)));
  }
}
