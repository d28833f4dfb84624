/**
 * Finds the runs of equal bytes in a row of `width` px. Writes the first column (i32) of each to `start` and its value (f64) to
 * `value`, that of `nodata` as `outside`; before and behind them lies `outside`, which starts at column −1, and the start behind the
 * last run is `end`. Returns the number of runs. See findRuns, which describes them.
 */
export function findByteRuns(
  row: usize,
  width: i32,
  nodata: i32,
  outside: f64,
  end: i32,
  start: usize,
  value: usize,
): i32 {
  store<i32>(start, -1);
  store<f64>(value, outside);
  let count = 1;
  if (width > 0 && load<u8>(row) !== nodata) {
    store<i32>(start, 0, 4);
    store<f64>(value, f64(load<u8>(row)), 8);
    count = 2;
  }
  let col = 1;
  for (; col < width; col += 16) {
    const changes = i8x16.ne(v128.load(row + col), v128.load(row + col - 1));
    let bits = i8x16.bitmask(changes);
    if (width - col < 16) bits &= (1 << (width - col)) - 1;
    for (; bits !== 0; bits &= bits - 1) {
      const first = col + ctz(bits);
      const label = i32(load<u8>(row + first));
      store<i32>(start + (usize(count) << 2), first);
      store<f64>(value + (usize(count) << 3), label === nodata ? outside : f64(label));
      count++;
    }
  }
  if (load<f64>(value + (usize(count - 1) << 3)) !== outside) {
    store<i32>(start + (usize(count) << 2), width);
    store<f64>(value + (usize(count) << 3), outside);
    count++;
  }
  store<i32>(start + (usize(count) << 2), end);
  return count;
}
