/** Adler-32 (RFC 1950), 16 bytes at a time: the second sum gets the first one 16 times and each byte as often as it counts in it. */
export function adler32(source: usize, length: usize): u32 {
  const weightsLow = v128(16, 0, 15, 0, 14, 0, 13, 0, 12, 0, 11, 0, 10, 0, 9, 0);
  const weightsHigh = v128(8, 0, 7, 0, 6, 0, 5, 0, 4, 0, 3, 0, 2, 0, 1, 0);
  let a: u32 = 1;
  let b: u32 = 0;
  const end = source + length;
  let at = source;
  while (at + 16 <= end) {
    // sums of so many bytes stay within 32 bits
    const stop = min(at + 4096, end - ((end - at) & 15));
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    const count = ((stop - at) & ~15) as u32;
    for (const limit = at + count; at < limit; at += 16) {
      const bytes = v128.load(at);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), weightsLow));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), weightsHigh));
    }
    b = (b + a * count + (total(before) << 4) + total(weighted)) % 65_521;
    a = (a + total(sums)) % 65_521;
  }
  for (; at < end; at++) {
    a += load<u8>(at);
    b += a;
  }
  return ((b % 65_521) << 16) | (a % 65_521);
}

function total(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}
