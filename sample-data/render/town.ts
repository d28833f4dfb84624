import { type Canvas, createCanvas, fillDisc, fillPolygon } from "./canvas.ts";
import { floodCoast } from "./coast.ts";
import { drawTrack, growShrubs, pitchCamp } from "./desert.ts";
import { claimGround, fillDistrict } from "./district.ts";
import { type Field, sampleField } from "./field.ts";
import { laySportsGround } from "./greens.ts";
import { plantTree } from "./houses.ts";
import { VEGETATION, WATER } from "./material.ts";
import { createRandom, ramp, valueNoise } from "./noise.ts";
import type { Scenery } from "./shade.ts";
import { box, direction, type Point, points, smoothPath } from "./shape.ts";
import { drawRoads } from "./streets.ts";
import { shoreDistance } from "./town-coast.ts";
import { districtsOf } from "./town-districts.ts";
import {
  ALONG,
  ALONG_TURNS,
  INLAND,
  INLAND_TURNS,
  ISLAND,
  ISLETS,
  type Place,
  type Spot,
  WHEEL,
} from "./town-plan.ts";
import { drawCrossings, reserveRoads, roadsOf } from "./town-roads.ts";

/** Side of the town's picture, px = m. */
export const TOWN_SIZE = 4096;

/** A drawn scene and what its picture needs besides. */
export interface DrawnScene {
  readonly canvas: Canvas;
  readonly scenery: Scenery;
}

/** Draws the town: sea and coast, districts between avenues, a highway, and the desert behind. */
export function drawTown(seed: number): DrawnScene {
  const canvas = createCanvas(TOWN_SIZE, TOWN_SIZE);
  const at = bend(seed);
  const shore = sampleField(canvas, 8, shoreDistance(seed, at));
  floodCoast(canvas, shore);
  growShrubs(canvas, seed + 50);
  crossDesert(canvas, at, seed);
  const districts = districtsOf(at, seed);
  for (const district of districts) claimGround(canvas, district);
  const roads = roadsOf(at);
  reserveRoads(canvas, at, roads);
  for (const { spot, turns, field } of SPORTS) laySports(canvas, at(...spot), turns, field);
  for (const district of districts) fillDistrict(canvas, district, seed);
  drawRoads(canvas, roads, seed);
  drawCrossings(canvas, at, seed);
  for (const { spot } of ISLETS) plantGreen(canvas, at(...spot), 19, seed);
  plantGreen(canvas, at(...ISLAND), 52, seed);
  plantGreen(canvas, at(...WHEEL), 46, seed);
  sailBoats(canvas, shore, seed);
  return { canvas, scenery: sceneryOf(canvas, seed, shore) };
}

function sceneryOf(canvas: Canvas, seed: number, shore: Field): Scenery {
  const dunes = sampleField(canvas, 16, (x, y) => {
    const inland = INLAND[0] * x + INLAND[1] * y + 220 * valueNoise(seed + 3, x / 500, y / 500);
    return ramp(inland, 4200, 4600);
  });
  return { seed, sun: { rise: 0.5, length: 0.72 }, shore, dunes, ambient: 0.17, light: [1, 1, 1] };
}

/** Coast coordinates to pixels, gently bent so that no avenue is quite straight. */
function bend(seed: number): Place {
  return (u, v) => [
    ALONG[0] * u + INLAND[0] * v + 85 * valueNoise(seed + 1, u / 1300, v / 1300),
    ALONG[1] * u + INLAND[1] * v + 85 * valueNoise(seed + 2, u / 1300, v / 1300),
  ];
}

/** Sports grounds, laid before their districts so that nothing else takes their place. */
const SPORTS: readonly { readonly spot: Spot; readonly turns: number; readonly field: "track" | "courts" }[] =
  [
    { spot: [480, 3420], turns: INLAND_TURNS, field: "track" },
    { spot: [480, 3590], turns: INLAND_TURNS, field: "courts" },
    { spot: [1460, 1850], turns: ALONG_TURNS, field: "courts" },
  ];

function laySports(canvas: Canvas, centre: Point, turns: number, field: "track" | "courts"): void {
  const ground = box(centre, direction(turns), 230, field === "track" ? 150 : 60);
  fillPolygon(canvas, ground, { zone: 0, material: "pavement", tone: 128 });
  laySportsGround(canvas, centre, turns, field);
}

/** Wheel tracks, a cleared corridor and two camps in the desert. */
function crossDesert(canvas: Canvas, at: Place, seed: number): void {
  const random = createRandom(seed, 77);
  for (let i = 0; i < 9; i++) {
    const u = random.range(-900, 2200);
    const spots = [0, 1, 2, 3].map((k) =>
      at(u + k * random.range(120, 420), 4420 + k * random.range(40, 330)),
    );
    drawTrack(canvas, smoothPath(spots, 10), random.range(3, 6));
  }
  const corridor = points("-1500,4500 -200,4520 800,4460 1500,4250 2200,3960 3000,3900");
  drawTrack(
    canvas,
    smoothPath(
      corridor.map(([u, v]) => at(u, v)),
      12,
    ),
    22,
  );
  pitchCamp(canvas, at(1250, 4300), seed + 1);
  pitchCamp(canvas, at(450, 4850), seed + 2);
}

/** A green inside a ring street. */
function plantGreen(canvas: Canvas, centre: Point, radius: number, seed: number): void {
  const random = createRandom(seed, Math.round(centre[0]), Math.round(centre[1]));
  fillDisc(canvas, centre, radius, { material: "lawn", tone: 126, label: VEGETATION });
  for (let i = 0; i < radius * 1.4; i++) {
    const [dx, dy] = direction(random.unit());
    const out = random.range(0.1, 0.9) * radius;
    const at: Point = [centre[0] + dx * out, centre[1] + dy * out];
    plantTree(canvas, at, random.range(1.2, 2.6), random, VEGETATION);
  }
}

/** Boats along the quays, and a few at sea with a wake. They stay water. */
function sailBoats(canvas: Canvas, shore: Field, seed: number): void {
  const random = createRandom(seed, 99);
  const afloat = (index: number): boolean => canvas.label[index] === WATER;
  for (let i = 0; i < 1300; i++) {
    const [x, y] = [random.range(0, 3000), random.range(0, 2600)];
    const [dx, dy] = direction(random.unit());
    const depth = -shore.at(x, y);
    const moored = depth > 7 && depth < 20;
    if (!moored && !(depth > 150 && random.chance(0.012))) continue;
    const wake: Point[] = [
      [x, y],
      [x - dx * 120 - dy * 9, y - dy * 120 + dx * 9],
      [x - dx * 110 + dy * 9, y - dy * 110 - dx * 9],
    ];
    if (!moored) fillPolygon(canvas, wake, { material: "foam", tone: 70 }, afloat);
    const hull = box([x, y], [dx, dy], moored ? 9 : 16, 3.2);
    fillPolygon(canvas, hull, { material: "lightPaint", tone: 118, top: 2 });
  }
}
