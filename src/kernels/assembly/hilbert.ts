/** Places of Hilbert's curve are sorted with the box they belong to behind them: this times the place, plus the box. */
const BOX_KEYS: f64 = 65_536;

/**
 * Writes a key for each box (west, south, east and north, f64) that sorts it by the place of its centre on the Hilbert curve over a
 * square from (west, south) of which `scale` is 65535 over the side; the rest of it by 65536 is the box.
 */
export function hilbertKeys(boxes: usize, count: i32, west: f64, south: f64, scale: f64, keys: usize): void {
  for (let i = 0; i < count; i++) {
    const box = boxes + (usize(i) << 5);
    const x = ((load<f64>(box) + load<f64>(box, 16)) / 2 - west) * scale;
    const y = ((load<f64>(box, 8) + load<f64>(box, 24)) / 2 - south) * scale;
    store<f64>(keys + (usize(i) << 3), f64(hilbertIndex(x, y)) * BOX_KEYS + f64(i));
  }
}

/** The boxes (u32) of sorted keys. */
export function boxesOfKeys(keys: usize, count: i32, order: usize): void {
  for (let i = 0; i < count; i++) {
    const key = u64(load<f64>(keys + (usize(i) << 3)));
    store<u32>(order + (usize(i) << 2), u32(key & 65_535));
  }
}

/** Position (0 … 4^16 − 1) along the Hilbert curve over a 65536 x 65536 grid: points near on the curve are near in space. */
export function hilbertIndex(x: f64, y: f64): u32 {
  let index: u32 = 0;
  for (let side = 32_768; side > 0; side >>= 1) {
    const right: u32 = (i32(x) & side) > 0 ? 1 : 0;
    const upper: u32 = (i32(y) & side) > 0 ? 1 : 0;
    index = (index << 2) + ((3 * right) ^ upper);
    if (upper !== 0) continue;
    if (right !== 0) {
      x = 65_535 - x;
      y = 65_535 - y;
    }
    const swapped = x;
    x = y;
    y = swapped;
  }
  return index;
}
