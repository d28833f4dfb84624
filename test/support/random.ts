/** Seeded random numbers 0 ≤ x < 1 (mulberry32, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Blotchy RGB (uint8, interleaved): squares of random colour with speckle, so that classes have shapes and fine detail. */
export function blotchyRgb(width: number, height: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const cells = Math.ceil(Math.max(width, height) / 16) + 1;
  const colours = Uint8Array.from({ length: cells * cells * 3 }, () => Math.floor(random() * 256));
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const cell = (Math.floor(Math.floor(pixel / width) / 16) * cells + Math.floor((pixel % width) / 16)) * 3;
    return Math.min(255, Math.max(0, colours[cell + (i % 3)]! + Math.floor(random() * 60) - 30));
  });
}
