/** A mixed 32-bit unsigned integer of a seed and a lattice position: the only source of chance in these scenes. */
export function hash(seed: number, x: number, y: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** White noise in −1 … 1 at a pixel. */
export function grain(seed: number, x: number, y: number): number {
  return hash(seed, x, y) / 0x80000000 - 1;
}

/** Value noise in −1 … 1: lattice values a distance of 1 apart, blended by a smoothstep. */
export function valueNoise(seed: number, x: number, y: number): number {
  const col = Math.floor(x);
  const row = Math.floor(y);
  const u = smoothstep(x - col);
  const v = smoothstep(y - row);
  const top = mix(hash(seed, col, row), hash(seed, col + 1, row), u);
  const bottom = mix(hash(seed, col, row + 1), hash(seed, col + 1, row + 1), u);
  return mix(top, bottom, v) / 0x80000000 - 1;
}

/** Value noise of several octaves, each half as large and half as strong as the one before: about −1 … 1. */
export function fractalNoise(seed: number, x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0;
  for (let octave = 0; octave < octaves; octave++) {
    const scale = 2 ** octave;
    sum += valueNoise(seed + octave, x * scale, y * scale) / scale;
    weight += 1 / scale;
  }
  return sum / weight;
}

/** From a to b as t goes from 0 to 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** 3t² − 2t³. */
export function smoothstep(t: number): number {
  return t * t * (3 - 2 * t);
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function ramp(value: number, from: number, to: number): number {
  return smoothstep(clamp((value - from) / (to - from), 0, 1));
}

export function clamp(value: number, low: number, high: number): number {
  return value < low ? low : Math.min(value, high);
}

/** A stream of chance that depends on its seed alone. */
export interface Random {
  /** 0 ≤ value < 1. */
  unit(): number;
  range(low: number, high: number): number;
  /** 0 … count − 1. */
  integer(count: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** The stream of chance of a seed and any number of keys (district, column, row …). */
export function createRandom(seed: number, ...keys: readonly number[]): Random {
  const stream = keys.reduce((mixed, key) => hash(mixed, key, 0x51ed), seed);
  let counter = 0;
  const unit = (): number => hash(stream, counter++, 0x2545) / 0x100000000;
  return {
    unit,
    range: (low, high) => low + (high - low) * unit(),
    integer: (count) => Math.floor(unit() * count),
    chance: (probability) => unit() < probability,
    pick: (list) => list[Math.floor(unit() * list.length)]!,
  };
}
