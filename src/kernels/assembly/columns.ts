/** Numbers of a column of doubles, `stride` bytes apart. */
function valueAt(values: usize, stride: i32, i: i32): f64 {
  return load<f64>(values + usize(i) * stride);
}

/** The least of `count` doubles, `stride` bytes apart; Infinity of none. */
export function leastOf(values: usize, stride: i32, count: i32): f64 {
  let least = Infinity;
  for (let i = 0; i < count; i++) least = min(least, valueAt(values, stride, i));
  return least;
}

/** The greatest of `count` doubles, `stride` bytes apart; −Infinity of none. */
export function greatestOf(values: usize, stride: i32, count: i32): f64 {
  let greatest = -Infinity;
  for (let i = 0; i < count; i++) greatest = max(greatest, valueAt(values, stride, i));
  return greatest;
}

/** Writes the doubles, `stride` bytes apart, to `gathered` in an order (u32 places). */
export function gather(values: usize, stride: i32, order: usize, count: i32, gathered: usize): void {
  for (let i = 0; i < count; i++)
    store<f64>(gathered + (usize(i) << 3), valueAt(values, stride, load<u32>(order + (usize(i) << 2))));
}

/** Moves the doubles that are not NaN to the front; `levels` says with a byte each which were: 1, or 0 for NaN. Returns how many. */
export function dropUnknown(values: usize, count: i32, levels: usize): i32 {
  let known = 0;
  for (let i = 0; i < count; i++) {
    const value = valueAt(values, 8, i);
    const isKnown = !F64.isNaN(value);
    store<u8>(levels + i, u8(isKnown));
    store<f64>(values + (usize(known) << 3), value);
    known += i32(isKnown);
  }
  return known;
}

/** Turns doubles into single floats, in place. */
export function toFloats(values: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<f32>(values + (usize(i) << 2), f32(valueAt(values, 8, i)));
}

/** Turns doubles that are integers into i64, in place. */
export function toIntegers(values: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<i64>(values + (usize(i) << 3), i64(valueAt(values, 8, i)));
}

/**
 * Writes bytes to `packed` as numbers of `width` bits (1 … 8) in Parquet's hybrid of run lengths and packed bits: as one run where
 * all are equal, else packed, the last group of 8 filled up with 0. Returns the length in bytes: 10 more than there are at most.
 */
export function packRuns(numbers: usize, count: i32, width: i32, packed: usize): i32 {
  if (areEqual(numbers, count)) {
    const end = writeVarint(packed, count * 2);
    store<u8>(end, count === 0 ? 0 : load<u8>(numbers));
    return i32(end + 1 - packed);
  }
  const groups = (count + 7) >> 3;
  let at = writeVarint(packed, groups * 2 + 1);
  let held: u32 = 0;
  let bits = 0;
  for (let i = 0; i < groups * 8; i++) {
    if (i < count) held |= u32(load<u8>(numbers + i)) << bits;
    for (bits += width; bits >= 8; bits -= 8, held >>= 8) store<u8>(at++, u8(held));
  }
  return i32(at - packed);
}

function areEqual(numbers: usize, count: i32): bool {
  for (let i = 1; i < count; i++) if (load<u8>(numbers + i) !== load<u8>(numbers)) return false;
  return true;
}

/** Writes an unsigned LEB128 varint; returns where it ends. */
function writeVarint(at: usize, value: u32): usize {
  for (; value > 127; value >>= 7) store<u8>(at++, u8((value & 127) | 128));
  store<u8>(at, u8(value));
  return at + 1;
}
