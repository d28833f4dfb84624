import type { Canvas } from "./canvas.ts";
import type { Field } from "./field.ts";
import { codeOf, SURFACE_LIST } from "./material.ts";
import { clamp, fractalNoise, grain, mix, ramp, valueNoise } from "./noise.ts";
import { castShadows, type Sun } from "./shadow.ts";

/** What light and ground do to the surfaces. */
export interface Scenery {
  readonly seed: number;
  readonly sun: Sun;
  /** Distance to the shore (px), negative in the sea: how deep water looks. */
  readonly shore: Field;
  /** How much of a dune field the sand is, 0 … 1. */
  readonly dunes: Field;
  /** Share of light left in shadows. */
  readonly ambient: number;
  /** Multiplies red, green and blue: the day's light. */
  readonly light: readonly [red: number, green: number, blue: number];
}

/** Bands of a shaded picture, 0 … 255, row by row, interleaved: red, green, blue, near infrared. */
export const SHADED_BANDS = 4;

const SAND = codeOf("sand");
const WATER = codeOf("water");
const BARE = new Set([SAND, codeOf("beach"), codeOf("excavation")]);

/** Turns materials into colours: surface colour x tone x texture x relief x shadow. */
export function shade(canvas: Canvas, scenery: Scenery): Uint8Array {
  const { width, height, material } = canvas;
  const shaded = castShadows(canvas, scenery.sun);
  const picture = new Uint8Array(width * height * SHADED_BANDS);
  const colour: [number, number, number, number] = [0, 0, 0, 0];
  for (let y = 0, index = 0; y < height; y++) {
    for (let x = 0; x < width; x++, index++) {
      const code = material[index]!;
      if (code === WATER) waterColour(colour, scenery, x, y, canvas.tone[index]!);
      else surfaceColour(colour, canvas, scenery, index, x, y);
      const dark = shaded[index] === 1 ? scenery.ambient : 1;
      const blueSky = dark < 1 ? 1.05 : 1;
      picture[index * 4] = clamp(colour[0] * dark * scenery.light[0] + 0.5, 0, 255);
      picture[index * 4 + 1] = clamp(colour[1] * dark * scenery.light[1] + 0.5, 0, 255);
      picture[index * 4 + 2] = clamp(colour[2] * dark * blueSky * scenery.light[2] + 0.5, 0, 255);
      picture[index * 4 + 3] = clamp(colour[3] * dark + 0.5, 0, 255);
    }
  }
  return picture;
}

function surfaceColour(
  out: [number, number, number, number],
  canvas: Canvas,
  scenery: Scenery,
  index: number,
  x: number,
  y: number,
): void {
  const { width, material, tone, top } = canvas;
  const code = material[index]!;
  const { rgb, nir, grain: fine, blotch } = SURFACE_LIST[code]!;
  let light = 1 + (tone[index]! - 128) / 160;
  const sunward = index + width + 2;
  if (sunward < top.length) light *= 1 + clamp(top[index]! - top[sunward]!, -3, 3) * 0.025;
  const texture = fine * grain(scenery.seed + 1, x, y) + blotch * valueNoise(scenery.seed + 2, x / 5, y / 5);
  let [red, green, blue] = rgb;
  if (BARE.has(code)) {
    const ground = groundTone(scenery, x, y);
    light *= ground.light;
    red += ground.warm * 13;
    blue -= ground.warm * 11;
  }
  out[0] = red * light + texture;
  out[1] = green * light + texture;
  out[2] = blue * light + texture;
  out[3] = nir * light + texture;
}

/** Brightness and warmth of bare ground: regions, stains, and dunes with a bright and a dark side. */
function groundTone(
  { seed, dunes }: Scenery,
  x: number,
  y: number,
): { readonly light: number; readonly warm: number } {
  const region = fractalNoise(seed + 11, x / 640, y / 640, 3);
  const stain = fractalNoise(seed + 15, x / 90 + region, y / 60 - region, 4);
  const dune = dunes.at(x, y);
  const town = 1 - dune;
  let light = 1 + region * 0.12 + stain * (0.07 + 0.06 * town) - ramp(stain * 0.5 + region, 0.2, 0.75) * 0.28;
  light += 0.05 * town * valueNoise(seed + 17, x / 11, y / 11);
  if (dune > 0.01) light += dune * (0.04 + duneRelief(seed, x, y));
  return { light, warm: clamp(fractalNoise(seed + 19, x / 420, y / 420, 2) * 1.2 + town * 0.35, -0.35, 0.9) };
}

/** Slope of a dune profile that repeats across the wind and meanders along it. */
function duneRelief(seed: number, x: number, y: number): number {
  const across = (y * 0.94 + x * 0.2) / 62 + 1.5 * fractalNoise(seed + 23, x / 340, y / 130, 3);
  const phase = across - Math.floor(across);
  const crest = valueNoise(seed + 27, x / 120, Math.floor(across) * 7.3);
  const slip = ramp(phase, 0.66, 0.88) * (1 - ramp(phase, 0.9, 1));
  const lit = ramp(phase, 0.3, 0.6) * (1 - ramp(phase, 0.62, 0.72));
  return (lit * 0.05 - slip * 0.15) * clamp(crest + 0.45, 0, 1) + 0.02 * valueNoise(seed + 29, x / 9, y / 4);
}

/** Water gets darker with depth: sandy shallows, green, then almost black; wind draws streaks on it. */
function waterColour(
  out: [number, number, number, number],
  { seed, shore }: Scenery,
  x: number,
  y: number,
  tone: number,
): void {
  const pond = tone !== 128;
  const murk = fractalNoise(seed + 31, x / 330, y / 260, 3);
  const depth = pond ? 0.62 + 0.2 * murk : clamp(-shore.at(x, y) / (210 + 150 * murk) + murk * 0.2, 0, 1);
  const shallow = pond ? 0 : 1 - ramp(depth, 0.02, 0.16);
  const middle = 1 - ramp(depth, 0.12, 0.75);
  const windy = pond ? 0 : ramp(valueNoise(seed + 35, x / 700, y / 520), 0.05, 0.5);
  const swell = valueNoise(seed + 36, (x + y * 0.4) / 26, (y - x * 0.3) / 3.4) + 0.7 * grain(seed + 38, x, y);
  const texture = windy * (26 + 11 * swell) + 2 * grain(seed + 37, x, y);
  out[0] = mix(9 + middle * 20, 122, shallow * 0.8) + texture * 1.15;
  out[1] = mix(9 + middle * 25, 132, shallow * 0.8) + texture;
  out[2] = mix(9 + middle * 13, 108, shallow * 0.8) + texture * 0.75;
  out[3] = mix(6, 40, shallow) + texture;
}
