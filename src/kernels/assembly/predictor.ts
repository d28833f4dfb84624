/**
 * TIFF predictor 2 (TIFF 6.0, section 14) of rows of bytes, in place: each becomes its difference to the one before it. The length of a
 * row is a multiple of 16.
 */
export function differenceBytes(bytes: usize, rows: i32, rowLength: i32): void {
  for (let row = bytes, last = bytes + rows * rowLength; row < last; row += rowLength) {
    for (let at = row + rowLength - 16; at > row; at -= 16)
      v128.store(at, i8x16.sub(v128.load(at), v128.load(at - 1)));
    const first = v128.load(row);
    v128.store(row, i8x16.sub(first, i8x16.swizzle(first, movedBy(1))));
  }
}

/**
 * TIFF predictor 2 (TIFF 6.0, section 14), undone in place: each sample is the sum of the differences before it in its row, as its bits
 * wrap. Rows of `rowLength` bytes, samples of `size` bytes (1, 2, 4 or 8), pixels of `stride` bytes.
 */
export function addUp(bytes: usize, rows: i32, rowLength: i32, stride: i32, size: i32): void {
  const end = bytes + rows * rowLength;
  for (let row = bytes; row < end; row += rowLength) {
    if (size === 1) addUpRow<u8>(row, row + rowLength, stride);
    else if (size === 2) addUpRow<u16>(row, row + rowLength, stride);
    else if (size === 4) addUpRow<u32>(row, row + rowLength, stride);
    else addUpRow<u64>(row, row + rowLength, stride);
  }
}

function addUpRow<T extends number>(row: usize, end: usize, stride: usize): void {
  let at = row + stride;
  if (stride < 16) at = addUpWithin<T>(row, end, stride);
  else for (; at + 16 <= end; at += 16) v128.store(at, v128.add<T>(v128.load(at), v128.load(at - stride)));
  for (; at < end; at += sizeof<T>()) store<T>(at, <T>(load<T>(at) + load<T>(at - stride)));
}

/** Of several pixels in 16 bytes: by doubling steps within them, then the last sums before them are added to all. Answers how far it went. */
function addUpWithin<T>(row: usize, end: usize, stride: usize): usize {
  const one = movedBy(stride);
  const two = movedBy(stride * 2);
  const four = movedBy(stride * 4);
  const eight = movedBy(stride * 8);
  const last = lastPixel(stride);
  let carry = i8x16.splat(0);
  let at = row;
  for (; at + 16 <= end; at += 16) {
    let sum = v128.load(at);
    sum = v128.add<T>(sum, i8x16.swizzle(sum, one));
    if (stride < 8) sum = v128.add<T>(sum, i8x16.swizzle(sum, two));
    if (stride < 4) sum = v128.add<T>(sum, i8x16.swizzle(sum, four));
    if (stride < 2) sum = v128.add<T>(sum, i8x16.swizzle(sum, eight));
    sum = v128.add<T>(sum, carry);
    v128.store(at, sum);
    carry = i8x16.swizzle(sum, last);
  }
  return max(at, row + stride);
}

/** For i8x16.swizzle: the bytes moved so far behind, zeros before them. */
function movedBy(distance: usize): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return i8x16.sub_sat_s(places, i8x16.splat(<i8>min(distance, 16)));
}

/** For i8x16.swizzle: the last pixel over and over, in the order in which the next 16 bytes need it. */
function lastPixel(stride: usize): v128 {
  let places = i8x16.splat(0);
  for (let i: usize = 0; i < 16; i++) {
    const place = i8x16.splat(<i8>(16 - stride + (i % stride)));
    places = v128.bitselect(place, places, i8x16.eq(movedBy(0), i8x16.splat(<i8>i)));
  }
  return places;
}
