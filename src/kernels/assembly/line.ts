/** The line that the other kernels work on: its points' columns and rows, i32, in two arrays. See LineBuffer. */
let cols: usize = 0;
let rows: usize = 0;

/** Says where the line is. */
export function placeLine(x: usize, y: usize): void {
  cols = x;
  rows = y;
}

export function xAt(i: i32): i32 {
  return load<i32>(cols + (usize(i) << 2));
}

export function yAt(i: i32): i32 {
  return load<i32>(rows + (usize(i) << 2));
}

export function setPoint(i: i32, x: i32, y: i32): void {
  store<i32>(cols + (usize(i) << 2), x);
  store<i32>(rows + (usize(i) << 2), y);
}

/** Lets a closed line of `count` points begin and end at another of its points. */
export function rotateLine(count: i32, first: i32): void {
  const last = count - 1;
  reverse(0, first);
  reverse(first, last);
  reverse(0, last);
  setPoint(last, xAt(0), yAt(0));
}

/** Reverses the order of the points from one to the last before another. */
function reverse(from: i32, to: i32): void {
  for (let i = from, j = to - 1; i < j; i++, j--) {
    const x = xAt(i);
    const y = yAt(i);
    setPoint(i, xAt(j), yAt(j));
    setPoint(j, x, y);
  }
}
