import { type Brush, type Canvas, paintPixel } from "./canvas.ts";
import type { Field } from "./field.ts";
import { LAND, VEGETATION, WATER } from "./material.ts";
import { fractalNoise, valueNoise } from "./noise.ts";

/** Width of the beach above the waterline, px of shore distance. */
const BEACH = 26;

/** Paints water where the shore distance is negative and a beach just above it. */
export function floodCoast(canvas: Canvas, shore: Field): void {
  forEachPixel(canvas, (index, x, y) => {
    const level = shore.at(x, y);
    if (level < 0) paintPixel(canvas, index, { material: "water", label: WATER });
    else if (level < BEACH)
      paintPixel(canvas, index, { material: "beach", tone: 128 - Math.round((1 - level / BEACH) * 26) });
  });
}

/** Grows mangroves on a district's tidal ground: channels of water, mud between, and a closed canopy higher up. */
export function growMangroves(canvas: Canvas, zone: number, seed: number): void {
  forEachPixel(canvas, (index, x, y) => {
    if (canvas.zone[index] !== zone) return;
    const land = fractalNoise(seed, x / 210, y / 210, 4);
    const channel = Math.abs(
      valueNoise(seed + 9, x / 170, y / 170) + 0.25 * valueNoise(seed + 10, x / 50, y / 50),
    );
    if (channel < 0.045) paintPixel(canvas, index, { material: "water", label: WATER, tone: 150 });
    else if (land > -0.14) paintPixel(canvas, index, canopy(seed, x, y));
    else paintPixel(canvas, index, { material: "sabkha", tone: 130 + Math.round(land * 24), label: LAND });
  });
}

/** Crowns of a few px side by side, of uneven height. */
function canopy(seed: number, x: number, y: number): Brush {
  const crown = valueNoise(seed + 4, x / 3.2, y / 3.2);
  const stand = fractalNoise(seed + 5, x / 90, y / 60, 3);
  return {
    material: "mangrove",
    tone: Math.round(128 + crown * 30 + stand * 40),
    label: VEGETATION,
    top: 3,
  };
}

/** Calls `visit` for every pixel with its index, column and row. */
export function forEachPixel(
  { width, height }: Canvas,
  visit: (index: number, x: number, y: number) => void,
): void {
  for (let y = 0, index = 0; y < height; y++) for (let x = 0; x < width; x++, index++) visit(index, x, y);
}
