/**
 * A set of lattice points: one bit for each, in as many rows as fit, a power of two; row y lies where row y mod that number does.
 * See TriangleGuard, which places it.
 */
let points: usize = 0;
let rowBytes: usize = 0;
let lastRow: i32 = 0;

/** Says where the bits are: `rows` rows (a power of two) of so many bytes. */
export function placePoints(address: usize, bytesPerRow: usize, rows: i32): void {
  points = address;
  rowBytes = bytesPerRow;
  lastRow = rows - 1;
}

/** Columns that bitsFrom gives at once. */
export const COLUMNS: i32 = 56;

/** The points of a row from a column on: bit k is column x + k, in COLUMNS bits at least. */
export function bitsFrom(x: i32, y: i32): u64 {
  return load<u64>(placeOf(x, y)) >> (x & 7);
}

export function forgetPoint(x: i32, y: i32): void {
  const at = placeOf(x, y);
  const bit = 1 << (x & 7);
  store<u8>(at, u8(i32(load<u8>(at)) & ~bit));
}

function placeOf(x: i32, y: i32): usize {
  return points + usize(y & lastRow) * rowBytes + usize(x >> 3);
}
