/** Smooth colours of period 64, 96, 128 … px with a fixed speckle, 0–255: an integer function of the position, interleaved. */
export function testPattern(side: number, bands: number): Uint8Array {
  return Uint8Array.from({ length: side * side * bands }, (_, i) => {
    const pixel = Math.floor(i / bands);
    const wave = ((pixel % side) * 3 + Math.floor(pixel / side) * (2 + (i % bands))) % 256;
    return (wave + ((pixel * 2654435761) % 23)) % 256;
  });
}
