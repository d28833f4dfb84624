import {
  type Canvas,
  type Clip,
  createCanvas,
  fillDisc,
  fillPolygon,
  indexAt,
  paintPixel,
  RESERVE,
} from "./canvas.ts";
import { forEachPixel } from "./coast.ts";
import { growShrubs } from "./desert.ts";
import { claimGround, type District, fillDistrict } from "./district.ts";
import { type Field, sampleField } from "./field.ts";
import { straightFrame, windingFrame } from "./frame.ts";
import { GARDEN_VILLAS, TERRACE_ROWS, TERRACES, VILLA_ROWS, VILLAS } from "./house-styles.ts";
import { BUILDING, codeOf, LAND, ROAD, WATER } from "./material.ts";
import { createRandom, fractalNoise, grain, hash, type Random, valueNoise } from "./noise.ts";
import type { Scenery } from "./shade.ts";
import { between, box, direction, distanceToPath, type Point, rounded, route } from "./shape.ts";
import { AVENUE, COLLECTOR, drawRoads, drawRoundabout, type Road, reserveRoad } from "./streets.ts";
import type { DrawnScene } from "./town.ts";

/** Side of the pictures before and after the flood, px = m. */
export const FLOOD_SIZE = 1024;

/** The wadi that runs through the quarter, dry before the flood. */
const WADI: readonly Point[] = route("-40,700 180,640 360,690 560,560 720,420 900,380 1070,250");

/** Draws the same quarter of a town before or after a flood: the wadi over its banks, houses along it gone, the sun elsewhere. */
export function drawQuarter(seed: number, when: "before" | "after"): DrawnScene {
  const canvas = createCanvas(FLOOD_SIZE, FLOOD_SIZE);
  const ground = sampleField(canvas, 4, elevationOf(seed));
  const toWadi = sampleField(canvas, 4, (x, y) => distanceToPath([x, y], WADI));
  growShrubs(canvas, seed + 50);
  drawWadi(canvas, toWadi, seed);
  const districts = districtsOf(seed);
  for (const district of districts) claimGround(canvas, district);
  const roads = roadsOf();
  for (const { path, style } of roads) reserveRoad(canvas, path, style.reserve, RESERVE);
  keepOffWadi(canvas, toWadi);
  for (const district of districts) fillDistrict(canvas, district, seed);
  drawRoads(canvas, roads, seed);
  drawRoundabout(canvas, [512, 330], 36, true, seed);
  if (when === "after") {
    wreckHouses(canvas, ground, seed);
    flood(canvas, ground, seed);
  }
  return { canvas, scenery: sceneryOf(canvas, seed, when) };
}

function sceneryOf(canvas: Canvas, seed: number, when: "before" | "after"): Scenery {
  const shore = sampleField(canvas, 64, () => -400);
  const dunes = sampleField(canvas, 64, () => 0.15);
  const shared = { seed, shore, dunes };
  return when === "before"
    ? { ...shared, sun: { rise: 0.5, length: 0.72 }, ambient: 0.2, light: [1, 1, 1] }
    : { ...shared, sun: { rise: 0.3, length: 0.95 }, ambient: 0.26, light: [0.93, 0.92, 0.9] };
}

/** Height of the ground above the bed of the wadi, m. */
function elevationOf(seed: number): (x: number, y: number) => number {
  return (x, y) =>
    distanceToPath([x, y], WADI) / 46 +
    1.5 * fractalNoise(seed + 61, x / 210, y / 210, 4) +
    0.12 * valueNoise(seed + 62, x / 9, y / 9);
}

function drawWadi(canvas: Canvas, toWadi: Field, seed: number): void {
  forEachPixel(canvas, (index, x, y) => {
    const bank = toWadi.at(x, y) + 14 * fractalNoise(seed + 63, x / 70, y / 70, 3);
    if (bank > 32) return;
    const tone = 118 + Math.round(18 * fractalNoise(seed + 64, x / 40, y / 16, 3));
    paintPixel(canvas, index, { material: bank < 26 ? "dirt" : "excavation", tone, label: LAND, top: 0 });
  });
}

function keepOffWadi(canvas: Canvas, toWadi: Field): void {
  forEachPixel(canvas, (index, x, y) => {
    if (canvas.zone[index] !== 0 && toWadi.at(x, y) < 42) canvas.zone[index] = 0;
  });
}

function roadsOf(): Road[] {
  return [
    {
      path: route("512,-60 505,330 540,620 520,1090"),
      style: AVENUE,
    },
    {
      path: route("-60,360 512,330 1090,300"),
      style: AVENUE,
    },
    {
      path: route("-60,900 520,870 1090,900"),
      style: COLLECTOR,
    },
  ];
}

function districtsOf(seed: number): District[] {
  const quarter = (
    zone: number,
    [x0, y0]: Point,
    [x1, y1]: Point,
    fill: (ring: readonly Point[]) => District["fill"],
  ): District => {
    const ring = rectangle([x0, y0], [x1, y1]);
    const core = rectangle([x0 + 40, y0 + 40], [x1 - 40, y1 - 40]);
    return { zone, ring, core: rounded(core, 3), fill: fill(ring) };
  };
  const plots = { kind: "plots", border: true, parkEvery: 5 } as const;
  return [
    quarter(1, [-160, -160], [512, 350], (ring) => ({
      ...plots,
      frame: windingFrame(ring, 0.02, 20, 300, seed),
      layout: VILLA_ROWS,
      use: { kind: "houses", style: VILLAS },
    })),
    quarter(2, [512, -160], [1180, 320], (ring) => ({
      ...plots,
      frame: straightFrame(ring, -0.03),
      layout: TERRACE_ROWS,
      use: { kind: "houses", style: TERRACES },
    })),
    quarter(3, [-160, 350], [520, 880], (ring) => ({
      ...plots,
      frame: straightFrame(ring, -0.01),
      layout: VILLA_ROWS,
      use: { kind: "houses", style: GARDEN_VILLAS },
    })),
    quarter(4, [520, 320], [1180, 880], (ring) => ({
      ...plots,
      frame: windingFrame(ring, 0.23, 30, 300, seed),
      layout: TERRACE_ROWS,
      use: { kind: "houses", style: TERRACES },
    })),
    quarter(5, [-160, 880], [520, 1180], (ring) => ({
      ...plots,
      frame: straightFrame(ring, 0),
      layout: { streetWidth: 14, plotWidth: 70, plotDepth: 64, blockLength: 240 },
      use: { kind: "towers", style: { storeys: [3, 8], vacant: 0.15, unfinished: 0.1, slab: true } },
    })),
    quarter(6, [520, 880], [1180, 1180], (ring) => ({
      ...plots,
      parkEvery: 0,
      frame: straightFrame(ring, 0.02),
      layout: { streetWidth: 16, plotWidth: 90, plotDepth: 56, blockLength: 330 },
      use: { kind: "warehouses", vacant: 0.1 },
    })),
  ];
}

/** The corners and edges of an upright rectangle, several points an edge. */
function rectangle([x0, y0]: Point, [x1, y1]: Point): Point[] {
  const edge = (from: Point, to: Point): Point[] => [0, 1, 2, 3, 4, 5].map((i) => between(from, to, i / 6));
  return [
    ...edge([x0, y0], [x1, y0]),
    ...edge([x1, y0], [x1, y1]),
    ...edge([x1, y1], [x0, y1]),
    ...edge([x0, y1], [x0, y0]),
  ];
}

/** Turns buildings into heaps of rubble, chosen by chance and by how low they stand. */
function wreckHouses(canvas: Canvas, ground: Field, seed: number): void {
  const random = createRandom(seed, 404);
  for (let i = 0; i < 1500; i++) {
    const at: Point = [random.range(0, FLOOD_SIZE), random.range(0, FLOOD_SIZE)];
    const index = indexAt(canvas, at)!;
    const stands = canvas.label[index] === BUILDING && canvas.top[index]! >= 4;
    if (stands && ground.at(...at) < random.range(1.2, 5))
      wreck(canvas, at, random.range(12, 19), random, seed);
  }
}

/** Replaces what stands around a point by rubble with an uneven edge: bare land with blocks of concrete on it. */
function wreck(canvas: Canvas, [x, y]: Point, radius: number, random: Random, seed: number): void {
  const gone: Clip = (index) => {
    const [dx, dy] = [(index % FLOOD_SIZE) + 0.5 - x, Math.floor(index / FLOOD_SIZE) + 0.5 - y];
    const reach = radius * (0.75 + 0.4 * valueNoise(seed + 65, (x + dx) / 7, (y + dy) / 7));
    return canvas.label[index] === BUILDING && dx * dx + dy * dy < reach * reach;
  };
  fillDisc(
    canvas,
    [x, y],
    radius * 1.2,
    { material: "rubble", tone: 112 + random.integer(30), label: LAND, top: 0 },
    gone,
  );
  const rubble: Clip = (index) => canvas.material[index] === codeOf("rubble");
  for (let piece = 0; piece < 30; piece++) {
    const at: Point = [x + random.range(-0.8, 0.8) * radius, y + random.range(-0.8, 0.8) * radius];
    const material = random.pick(["whiteRoof", "concrete", "darkRoof", "rubble"] as const);
    const block = box(at, direction(random.unit()), random.range(1.5, 5), random.range(1, 3));
    fillPolygon(canvas, block, { material, tone: 100 + random.integer(50), top: 1 }, rubble);
  }
}

/** Covers low ground with muddy water; roofs, crowns above it and high pavements stay. */
function flood(canvas: Canvas, ground: Field, seed: number): void {
  forEachPixel(canvas, (index, x, y) => {
    const street = canvas.label[index] === ROAD ? 0.35 : 0;
    const built = canvas.label[index] === BUILDING && canvas.top[index]! >= 3;
    const depth = 2.15 - ground.at(x, y) + street;
    if (depth < 0 || built || canvas.top[index]! > 4) return;
    const debris = grain(seed + 71, x, y) > 0.985 && hash(seed + 72, x >> 4, y >> 4) % 3 === 0;
    paintPixel(
      canvas,
      index,
      debris
        ? { material: "rubble", tone: 110 }
        : { material: "flood", tone: 140 - Math.round(Math.min(1.6, depth) * 26) },
    );
    canvas.label[index] = WATER;
    canvas.top[index] = 0;
  });
}
