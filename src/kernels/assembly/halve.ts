/** The byte that is no data, where there is one. */
const NODATA: u8 = 255;

/**
 * Halves two rows of `2 · count` bytes: each byte of the target is the commonest of its four, the lowest among equals. With `holes`,
 * 255 is no data: it does not vote, and where fewer than two others are left it is the answer. Up to 15 more bytes are written.
 */
export function halveByMode(top: usize, bottom: usize, count: usize, holes: bool, target: usize): void {
  for (let at: usize = 0; at < count; at += 16) {
    const x = top + 2 * at;
    const y = bottom + 2 * at;
    v128.store(target + at, modes(evens(x), odds(x), evens(y), odds(y), holes));
  }
}

/**
 * The same with the mean, half up. With `holes` it is the mean of those that are not 255, where there are two or more of these, else 255.
 */
export function halveByMean(top: usize, bottom: usize, count: usize, holes: bool, target: usize): void {
  for (let at: usize = 0; at < count; at += 16) {
    const x = top + 2 * at;
    const y = bottom + 2 * at;
    if (holes && (hasHoles(x) || hasHoles(y))) {
      for (let i: usize = 0; i < 32; i += 2)
        store<u8>(target + at + (i >> 1), meanBesideHoles(load<u16>(x + i), load<u16>(y + i)));
    } else v128.store(target + at, v128.narrow<u16>(means(x, y), means(x + 16, y + 16)));
  }
}

/** The first of each two bytes of 32, then the second. */
function evens(at: usize): v128 {
  const low = i16x8.splat(255);
  return v128.narrow<u16>(v128.and(v128.load(at), low), v128.and(v128.load(at + 16), low));
}

function odds(at: usize): v128 {
  return v128.narrow<u16>(i16x8.shr_u(v128.load(at), 8), i16x8.shr_u(v128.load(at + 16), 8));
}

/** In sorted order equals are neighbours, and no data is last: a first pair wins, else one in the middle, else the last, else the lowest. */
function modes(a: v128, b: v128, c: v128, d: v128, holes: bool): v128 {
  const low = v128.min<u8>(a, b);
  const high = v128.max<u8>(a, b);
  const otherLow = v128.min<u8>(c, d);
  const otherHigh = v128.max<u8>(c, d);
  const first = v128.min<u8>(low, otherLow);
  const last = v128.max<u8>(high, otherHigh);
  const inner = v128.max<u8>(low, otherLow);
  const otherInner = v128.min<u8>(high, otherHigh);
  const second = v128.min<u8>(inner, otherInner);
  const third = v128.max<u8>(inner, otherInner);
  let lastPair = v128.eq<u8>(third, last);
  if (holes) lastPair = v128.andnot(lastPair, v128.eq<u8>(third, v128.splat<u8>(NODATA)));
  const later = v128.bitselect(third, first, lastPair);
  const middle = v128.bitselect(second, later, v128.eq<u8>(second, third));
  return v128.bitselect(first, middle, v128.eq<u8>(first, second));
}

function hasHoles(at: usize): bool {
  const hole = v128.splat<u8>(NODATA);
  return v128.any_true(v128.or(v128.eq<u8>(v128.load(at), hole), v128.eq<u8>(v128.load(at + 16), hole)));
}

/** Means of eight cells (u16). */
function means(x: usize, y: usize): v128 {
  const sums = i16x8.add(
    i16x8.extadd_pairwise_i8x16_u(v128.load(x)),
    i16x8.extadd_pairwise_i8x16_u(v128.load(y)),
  );
  return i16x8.shr_u(i16x8.add(sums, i16x8.splat(2)), 2);
}

function meanBesideHoles(upper: u32, lower: u32): u32 {
  let sum: u32 = 0;
  let count: u32 = 0;
  for (let bytes = upper | (lower << 16), i = 0; i < 4; i++, bytes >>= 8) {
    const value = bytes & 255;
    if (value === NODATA) continue;
    sum += value;
    count++;
  }
  return count < 2 ? NODATA : (2 * sum + count) / (2 * count);
}
