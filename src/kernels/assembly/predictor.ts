/**
 * TIFF predictor 2 (TIFF 6.0, section 14) of rows of bytes, in place: each becomes its difference to the one before it. The length of a
 * row is a multiple of 16.
 */
export function differenceBytes(bytes: usize, rows: i32, rowLength: i32): void {
  const zero = i8x16.splat(0);
  for (let row = bytes, last = bytes + rows * rowLength; row < last; row += rowLength) {
    for (let at = row + rowLength - 16; at > row; at -= 16)
      v128.store(at, i8x16.sub(v128.load(at), v128.load(at - 1)));
    const first = v128.load(row);
    const before = v128.shuffle<u8>(
      zero,
      first,
      0,
      16,
      17,
      18,
      19,
      20,
      21,
      22,
      23,
      24,
      25,
      26,
      27,
      28,
      29,
      30,
    );
    v128.store(row, i8x16.sub(first, before));
  }
}

/** Undoes it, for pixels of any number of samples: each sample is the sum of the differences before it in its row. */
export function addUpBytes(bytes: usize, rows: i32, rowLength: i32, samples: i32): void {
  const end = bytes + rows * rowLength;
  for (let row = bytes; row < end; row += rowLength) {
    if (samples === 1) addUpRow1(row, row + rowLength);
    else if (samples === 3) addUpRow3(row, row + rowLength);
    else if (samples === 4) addUpRow4(row, row + rowLength);
    else addUpTail(row + samples, row + rowLength, samples);
  }
}

/** Running sums of 16 bytes at a time: by doubling steps within them, then the last sum before them is added to all. */
function addUpRow1(row: usize, end: usize): void {
  const zero = i8x16.splat(0);
  let carry = zero;
  let at = row;
  for (; at + 16 <= end; at += 16) {
    let sum = v128.load(at);
    sum = i8x16.add(
      sum,
      v128.shuffle<u8>(zero, sum, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30),
    );
    sum = i8x16.add(
      sum,
      v128.shuffle<u8>(zero, sum, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
    );
    sum = i8x16.add(
      sum,
      v128.shuffle<u8>(zero, sum, 0, 0, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27),
    );
    sum = i8x16.add(sum, v128.shuffle<u8>(zero, sum, 0, 0, 0, 0, 0, 0, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23));
    sum = i8x16.add(sum, carry);
    v128.store(at, sum);
    carry = v128.shuffle<u8>(sum, sum, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15);
  }
  addUpTail(max(at, row + 1), end, 1);
}

/** The same for three samples: the sums before lie in the last three bytes, in the order in which the next bytes need them. */
function addUpRow3(row: usize, end: usize): void {
  const zero = i8x16.splat(0);
  let carry = zero;
  let at = row;
  for (; at + 16 <= end; at += 16) {
    let sum = v128.load(at);
    sum = i8x16.add(
      sum,
      v128.shuffle<u8>(zero, sum, 0, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28),
    );
    sum = i8x16.add(
      sum,
      v128.shuffle<u8>(zero, sum, 0, 0, 0, 0, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25),
    );
    sum = i8x16.add(sum, v128.shuffle<u8>(zero, sum, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 17, 18, 19));
    sum = i8x16.add(sum, carry);
    v128.store(at, sum);
    carry = v128.shuffle<u8>(sum, sum, 13, 14, 15, 13, 14, 15, 13, 14, 15, 13, 14, 15, 13, 14, 15, 13);
  }
  addUpTail(max(at, row + 3), end, 3);
}

function addUpRow4(row: usize, end: usize): void {
  const zero = i8x16.splat(0);
  let carry = zero;
  let at = row;
  for (; at + 16 <= end; at += 16) {
    let sum = v128.load(at);
    sum = i8x16.add(sum, v128.shuffle<u32>(zero, sum, 0, 4, 5, 6));
    sum = i8x16.add(sum, v128.shuffle<u32>(zero, sum, 0, 0, 4, 5));
    sum = i8x16.add(sum, carry);
    v128.store(at, sum);
    carry = v128.shuffle<u32>(sum, sum, 3, 3, 3, 3);
  }
  addUpTail(max(at, row + 4), end, 4);
}

function addUpTail(from: usize, end: usize, samples: usize): void {
  for (let at = from; at < end; at++) store<u8>(at, load<u8>(at) + load<u8>(at - samples));
}
