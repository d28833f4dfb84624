/** The labels of a tile (side x side px, row by row) with `margin` px of its neighbours around it; 255 where there is none. */
export function labelsWithMargin(
  side: number,
  margin: number,
  labelsOf: (dx: number, dy: number) => Uint8Array | null,
): Uint8Array {
  const across = side + 2 * margin;
  return Uint8Array.from({ length: across * across }, (_, i) => {
    const [col, row] = [(i % across) - margin, Math.floor(i / across) - margin];
    const [dx, dy] = [Math.floor(col / side), Math.floor(row / side)];
    return labelsOf(dx, dy)?.[(row - dy * side) * side + col - dx * side] ?? 255;
  });
}
