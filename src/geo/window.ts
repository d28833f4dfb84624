/** A rectangle of pixels; col and row may be negative or reach past the raster (chips do). */
export interface Window {
  readonly col: number;
  readonly row: number;
  readonly width: number;
  readonly height: number;
}

/** The pixels that both windows have, or null when they share none. */
export function intersectWindows(a: Window, b: Window): Window | null {
  const col = Math.max(a.col, b.col);
  const row = Math.max(a.row, b.row);
  const width = Math.min(a.col + a.width, b.col + b.width) - col;
  const height = Math.min(a.row + a.height, b.row + b.height) - row;
  return width > 0 && height > 0 ? { col, row, width, height } : null;
}

/** True when every pixel of `inner` is in `outer`. */
export function containsWindow(outer: Window, inner: Window): boolean {
  return (
    inner.col >= outer.col &&
    inner.row >= outer.row &&
    inner.col + inner.width <= outer.col + outer.width &&
    inner.row + inner.height <= outer.row + outer.height
  );
}

/** The window of a whole raster. */
export function fullWindow({ width, height }: { readonly width: number; readonly height: number }): Window {
  return { col: 0, row: 0, width, height };
}

/** The window in pieces of at most `size` x `size` px, row by row: each of its pixels is in exactly one. */
export function* splitWindow(window: Window, size: number): Generator<Window> {
  const [right, bottom] = [window.col + window.width, window.row + window.height];
  for (let row = window.row; row < bottom; row += size) {
    for (let col = window.col; col < right; col += size) {
      yield { col, row, width: Math.min(size, right - col), height: Math.min(size, bottom - row) };
    }
  }
}

/** "512 x 512 px at column 448, row 0": a window as messages name it. */
export function describeWindow({ col, row, width, height }: Window): string {
  return `${width} x ${height} px at column ${col}, row ${row}`;
}
