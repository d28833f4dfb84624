/**
 * Cuts a block of `size` by `size` bytes out of rows of `pitch` bytes. Of these it shows `cols` by `rows`, at most `size` each; past them
 * it is `padding`.
 */
export function cutBlock(
  source: usize,
  pitch: usize,
  cols: usize,
  rows: usize,
  padding: u8,
  size: usize,
  block: usize,
): void {
  if (cols < size || rows < size) memory.fill(block, padding, size * size);
  for (let row: usize = 0; row < rows; row++) memory.copy(block + row * size, source + row * pitch, cols);
}
