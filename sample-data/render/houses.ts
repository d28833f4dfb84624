import { type Brush, type Canvas, type Clip, fillDisc, fillPolygon, fits, strokeRing } from "./canvas.ts";
import { type Plot, partOf } from "./frame.ts";
import { BUILDING, type Material, VEGETATION } from "./material.ts";
import { createRandom, type Random } from "./noise.ts";
import type { Point } from "./shape.ts";

/** How the houses of a district look. */
export interface HouseStyle {
  readonly roofs: readonly Material[];
  /** Share of plots that stay bare. */
  readonly vacant: number;
  /** Share of the plot that is garden, 0 … 1, behind the house. */
  readonly garden: number;
  readonly pools: number;
  readonly trees: number;
  /** The house fills its plot from side to side, as in a terrace. */
  readonly terrace: boolean;
  readonly storeys: readonly [low: number, high: number];
}

/** Builds a walled plot with a house of one to four wings, yard, garden and trees, where its ground is free. */
export function buildHouse(canvas: Canvas, plot: Plot, style: HouseStyle, seed: number, clip: Clip): void {
  const ground = partOf(plot, 0, 1, 0, 1);
  const random = createRandom(seed, ...plot.key);
  if (random.chance(style.vacant) || !fits(canvas, ground, clip)) return;
  layGround(canvas, plot, style, random);
  const setBack = style.terrace ? 0.12 : random.range(0.1, 0.2);
  const back = 1 - style.garden - (style.terrace ? 0 : 0.03);
  raiseWings(canvas, plot, style, [setBack, back], random);
  furnish(canvas, plot, style, random);
}

function layGround(canvas: Canvas, plot: Plot, style: HouseStyle, random: Random): void {
  const tone = 108 + random.integer(44);
  fillPolygon(canvas, partOf(plot, 0, 1, 0, 1), { material: "yard", tone, label: BUILDING });
  if (!style.terrace)
    strokeRing(canvas, partOf(plot, 0.01, 0.99, 0.01, 0.99), 1.01, { material: "wall", tone: 120, top: 1 });
  for (let i = 0; i < 3; i++) {
    const [u, v] = [random.range(0.03, 0.6), random.range(0.03, 0.7)];
    const paving = partOf(plot, u, u + random.range(0.12, 0.36), v, v + random.range(0.1, 0.26));
    fillPolygon(canvas, paving, {
      material: random.chance(0.5) ? "pavement" : "yard",
      tone: 84 + random.integer(80),
    });
  }
  if (style.garden > 0.15) {
    const dry = random.chance(0.25);
    const brush: Brush = dry
      ? { material: "yard", tone: 120 + random.integer(30) }
      : {
          material: random.chance(0.5) ? "garden" : "lawn",
          tone: 104 + random.integer(40),
          label: VEGETATION,
        };
    fillPolygon(canvas, partOf(plot, 0.05, 0.95, 1 - style.garden, 0.97), brush);
  }
}

/** A main wing, up to three lower or higher ones on it with roofs of their own brightness, perhaps a courtyard, and a stair house. */
function raiseWings(
  canvas: Canvas,
  plot: Plot,
  style: HouseStyle,
  [front, back]: readonly [number, number],
  random: Random,
): void {
  const roof = random.pick(style.roofs);
  const tone = 120 + random.integer(24);
  const depth = back - front;
  const inset = style.terrace ? 0.02 : random.range(0.06, 0.14);
  const shift = style.terrace ? 0 : random.range(0.08, 0.26);
  const [left, right] = random.chance(0.5) ? [inset, 1 - inset - shift] : [inset + shift, 1 - inset];
  const rise = (u0: number, u1: number, v0: number, v1: number, darker: number, storeys: number): void => {
    const brush: Brush = {
      material: roof,
      tone: tone - darker,
      label: BUILDING,
      top: Math.round(storeys * 3.4),
    };
    fillPolygon(canvas, partOf(plot, Math.max(inset, u0), Math.min(1 - inset, u1), v0, v1), brush);
  };
  const storeys = random.range(...style.storeys);
  rise(left, right, front + depth * random.range(0, 0.2), back - depth * random.range(0, 0.2), 0, storeys);
  for (let wing = random.integer(3); wing >= 0; wing--) {
    const [u, v] = [random.range(left - 0.08, right - 0.25), front + depth * random.range(0, 0.6)];
    const [wide, deep] = [random.range(0.2, 0.42), depth * random.range(0.25, 0.45)];
    const level = random.chance(0.4) ? 1.1 : random.range(...style.storeys);
    rise(u, u + wide, v, v + deep, random.integer(56) - 12, level);
  }
  if (random.chance(0.3)) {
    const [u, v] = [random.range(left + 0.1, right - 0.25), front + depth * random.range(0.25, 0.5)];
    fillPolygon(canvas, partOf(plot, u, u + 0.14, v, v + depth * 0.2), {
      material: "yard",
      tone: 116,
      top: 1,
    });
  }
  const stairs = plot.at(random.range(left + 0.15, right - 0.15), front + depth * random.range(0.3, 0.7));
  stairHouse(canvas, stairs, random);
}

function stairHouse(canvas: Canvas, [x, y]: Point, random: Random): void {
  const half = random.range(1, 2.2);
  const ring: Point[] = [
    [x - half, y - half],
    [x + half, y - half],
    [x + half, y + half],
    [x - half, y + half],
  ];
  fillPolygon(canvas, ring, { material: random.chance(0.6) ? "greyRoof" : "whiteRoof", tone: 140, top: 12 });
}

/** Trees, a pool, a car port and a car. */
function furnish(canvas: Canvas, plot: Plot, style: HouseStyle, random: Random): void {
  const gardenV = (): number => random.range(1 - Math.max(0.16, style.garden), 0.95);
  if (random.chance(style.pools))
    fillPolygon(canvas, partOf(plot, 0.4, 0.62, 0.8, 0.92), {
      material: "pool",
      tone: 120 + random.integer(30),
    });
  const trees = Math.round(style.trees * random.range(0.4, 1.6));
  for (let i = 0; i < trees; i++) {
    const anywhere = random.chance(0.45);
    const point = plot.at(random.range(0.06, 0.94), anywhere ? random.range(0.02, 0.14) : gardenV());
    plantTree(canvas, point, random.range(1.2, 2.9), random);
  }
  if (random.chance(0.35)) {
    const u = random.range(0.08, 0.7);
    const cover = partOf(plot, u, u + 0.2, 0.02, 0.12);
    fillPolygon(canvas, cover, { material: random.pick(["carPort", "greyRoof", "tileRoof"]), top: 3 });
  }
}

/** A crown with its height, so that it casts a shadow; the ground keeps its class unless a label is given. */
export function plantTree(canvas: Canvas, at: Point, radius: number, random: Random, label?: number): void {
  const brush: Brush = {
    material: random.chance(0.3) ? "palm" : "tree",
    tone: 96 + random.integer(64),
    top: Math.round(2 + radius * 1.4),
  };
  fillDisc(canvas, at, radius, label === undefined ? brush : { ...brush, label });
}
