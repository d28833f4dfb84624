/** Position (0 … 4^16 − 1) along the Hilbert curve over a 65536 x 65536 grid: points near on the curve are near in space. */
export function hilbertIndex(x: number, y: number): number {
  let index = 0;
  for (let side = 32768; side > 0; side >>= 1) {
    const right = (x & side) > 0 ? 1 : 0;
    const upper = (y & side) > 0 ? 1 : 0;
    index = index * 4 + ((3 * right) ^ upper);
    if (upper === 0) {
      if (right === 1) {
        x = 65535 - x;
        y = 65535 - y;
      }
      [x, y] = [y, x];
    }
  }
  return index;
}
