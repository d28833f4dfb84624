import { type Brush, type Canvas, type Clip, fillDisc, fillPolygon, strokePath } from "./canvas.ts";
import { plantTree } from "./houses.ts";
import { LAND, type Material, ROAD, VEGETATION } from "./material.ts";
import { createRandom, type Random } from "./noise.ts";
import { box, direction, offsetPath, type Point, walk } from "./shape.ts";

/** One carriageway of a road: its middle, px to the right of the road's path, its width and its lanes. */
export interface Carriageway {
  readonly offset: number;
  readonly width: number;
  readonly lanes: number;
}

/** What a road looks like across. */
export interface RoadStyle {
  readonly carriageways: readonly Carriageway[];
  readonly asphalt: Material;
  readonly median: "none" | "sand" | "lawn" | "kerb";
  readonly medianWidth: number;
  /** Width of the ground along the road on which nothing is built, measured across the whole road. */
  readonly reserve: number;
  /** Trees along the median and the edges, per 100 px. */
  readonly trees: number;
  /** Cars per 100 px of lane. */
  readonly cars: number;
  readonly pavement: number;
}

export const STREET: RoadStyle = {
  carriageways: [{ offset: 0, width: 8, lanes: 2 }],
  asphalt: "asphalt",
  median: "none",
  medianWidth: 0,
  reserve: 12,
  trees: 0.6,
  cars: 1.1,
  pavement: 2,
};

export const COLLECTOR: RoadStyle = {
  ...STREET,
  carriageways: [{ offset: 0, width: 12, lanes: 2 }],
  reserve: 30,
  cars: 1.6,
};

export const AVENUE: RoadStyle = {
  carriageways: [
    { offset: -9.5, width: 12, lanes: 3 },
    { offset: 9.5, width: 12, lanes: 3 },
  ],
  asphalt: "asphalt",
  median: "sand",
  medianWidth: 7,
  reserve: 74,
  trees: 3,
  cars: 1.8,
  pavement: 2,
};

export const GREEN_AVENUE: RoadStyle = { ...AVENUE, median: "lawn", trees: 8 };

export const HIGHWAY: RoadStyle = {
  carriageways: [
    { offset: -58, width: 9, lanes: 2 },
    { offset: -20, width: 27, lanes: 6 },
    { offset: 20, width: 27, lanes: 6 },
    { offset: 58, width: 9, lanes: 2 },
  ],
  asphalt: "freshAsphalt",
  median: "kerb",
  medianWidth: 10,
  reserve: 190,
  trees: 0,
  cars: 1.5,
  pavement: 0,
};

/** Marks the ground along a road as its own, so that districts keep off it. */
export function reserveRoad(
  canvas: Canvas,
  path: readonly Point[],
  width: number,
  reserve: number | "closed",
): void {
  const { zone } = canvas;
  strokePath(canvas, path, width, {}, (index) => {
    zone[index] = reserve === "closed" ? 0 : zone[index]! === 0 ? 0 : zone[index]! | reserve;
    return false;
  });
}

/** A road to draw: its middle and what it looks like across. */
export interface Road {
  readonly path: readonly Point[];
  readonly style: RoadStyle;
  readonly clip?: Clip | undefined;
}

/** Draws roads that meet: all pavements first, then all asphalt, lane lines, trees and cars, so that crossings stay open. */
export function drawRoads(canvas: Canvas, roads: readonly Road[], seed: number): void {
  for (const road of roads) layPavement(canvas, road);
  for (const road of roads) drawMedian(canvas, road);
  for (const road of roads) layAsphalt(canvas, road, seed);
  for (const road of roads)
    for (const carriageway of road.style.carriageways) drawLaneLines(canvas, road, carriageway);
  for (const road of roads) drawTrees(canvas, road, randomOf(road, seed));
  for (const road of roads) {
    const random = randomOf(road, seed + 1);
    for (const carriageway of road.style.carriageways) drawCars(canvas, road, carriageway, random);
  }
}

/** The stream of chance of a road, the same wherever it comes in the list. */
function randomOf({ path }: Road, seed: number): Random {
  return createRandom(seed, path.length, Math.round(path[0]![0]), Math.round(path[0]![1]));
}

function layPavement(canvas: Canvas, { path, style, clip }: Road): void {
  if (style.pavement === 0) return;
  const brush: Brush = { material: "pavement", tone: 132, label: LAND, top: 0 };
  for (const { offset, width } of style.carriageways)
    strokePath(canvas, offsetPath(path, offset), width + 2 * style.pavement, brush, clip);
}

function layAsphalt(canvas: Canvas, road: Road, seed: number): void {
  const { path, style, clip } = road;
  const tone = 116 + randomOf(road, seed + 2).integer(26);
  for (const { offset, width } of style.carriageways)
    strokePath(
      canvas,
      offsetPath(path, offset),
      width,
      { material: style.asphalt, tone, label: ROAD, top: 0 },
      clip,
    );
}

function drawMedian(canvas: Canvas, { path, style, clip }: Road): void {
  const { median, medianWidth } = style;
  if (median === "none") return;
  const brushes: Record<"sand" | "lawn" | "kerb", Brush> = {
    sand: { material: "pavement", tone: 138, label: LAND, top: 0 },
    lawn: { material: "lawn", tone: 120, label: VEGETATION, top: 0 },
    kerb: { material: "wornAsphalt", tone: 150, label: LAND, top: 0 },
  };
  strokePath(canvas, path, medianWidth + 1, brushes[median], clip);
}

function drawLaneLines(canvas: Canvas, { path, clip }: Road, { offset, width, lanes }: Carriageway): void {
  if (lanes < 3) return;
  const lane = width / lanes;
  for (let line = 1; line < lanes; line++) {
    const middle = offsetPath(path, offset - width / 2 + line * lane);
    for (const { at, along } of walk(middle, 9))
      fillPolygon(canvas, box(at, along, 4, 1.01), { material: "wornAsphalt", tone: 136 }, clip);
  }
  for (const side of [-1, 1])
    strokePath(
      canvas,
      offsetPath(path, offset + side * (width / 2 - 0.8)),
      1.01,
      { material: "paint", tone: 116 },
      clip,
    );
}

function drawTrees(canvas: Canvas, { path, style, clip }: Road, random: Random): void {
  if (style.trees === 0) return;
  const outer = Math.max(...style.carriageways.map(({ offset, width }) => offset + width / 2)) + 4;
  const rows = style.median === "none" ? [-outer, outer] : [-outer - 2, 0, outer + 2];
  for (const row of rows)
    for (const { at } of walk(offsetPath(path, row), 60 / style.trees)) {
      const point: Point = [at[0] + random.range(-2.5, 2.5), at[1] + random.range(-2.5, 2.5)];
      if (random.chance(0.5) && allowed(canvas, point, clip))
        plantTree(canvas, point, random.range(0.9, 2.3), random);
    }
}

function drawCars(canvas: Canvas, { path, style, clip }: Road, way: Carriageway, random: Random): void {
  for (const { at, along } of walk(offsetPath(path, way.offset), 100 / (style.cars * way.lanes))) {
    const lane = (random.integer(way.lanes) + 0.5) / way.lanes - 0.5;
    const point: Point = [at[0] - along[1] * lane * way.width, at[1] + along[0] * lane * way.width];
    if (allowed(canvas, point, clip)) drawCar(canvas, point, along, random);
  }
}

function allowed(canvas: Canvas, [x, y]: Point, clip?: Clip): boolean {
  if (x < 0 || y < 0 || x >= canvas.width || y >= canvas.height) return false;
  return clip === undefined || clip(Math.floor(y) * canvas.width + Math.floor(x));
}

const CAR_COLOURS: readonly Material[] = [
  ...Array.from({ length: 12 }, () => "lightPaint" as const),
  ...Array.from({ length: 5 }, () => "greyRoof" as const),
  "darkPaint",
  "darkPaint",
  "redPaint",
];

/** A car of about 4 x 2 m, or now and then a lorry. */
export function drawCar(canvas: Canvas, at: Point, along: Point, random: Random): void {
  const lorry = random.chance(0.06);
  const material = random.pick(CAR_COLOURS);
  fillPolygon(canvas, box(at, along, lorry ? 11 : 4.4, lorry ? 2.8 : 1.9), {
    material,
    tone: 110 + random.integer(30),
    top: lorry ? 3 : 1,
  });
}

/** A roundabout: a ring of asphalt around a planted or sandy island. */
export function drawRoundabout(
  canvas: Canvas,
  centre: Point,
  radius: number,
  planted: boolean,
  seed: number,
): void {
  const random = createRandom(seed, Math.round(centre[0]), Math.round(centre[1]));
  fillDisc(canvas, centre, radius + 3, { material: "pavement", label: LAND, top: 0 });
  fillDisc(canvas, centre, radius, { material: "asphalt", tone: 126, label: ROAD, top: 0 });
  const island = radius - 13;
  fillDisc(canvas, centre, island + 1, { material: "pavement", tone: 150, label: LAND });
  const brush: Brush = planted
    ? { material: "lawn", label: VEGETATION }
    : { material: "pavement", tone: 140, label: LAND };
  fillDisc(canvas, centre, island, brush);
  fillDisc(canvas, centre, island * 0.3, { material: planted ? "garden" : "dirt", tone: 120 });
  for (let i = 0; i < island * 1.5; i++) {
    const [dx, dy] = direction(random.unit());
    const out = island * random.range(0.2, 0.9);
    if (planted || i < 8)
      plantTree(canvas, [centre[0] + dx * out, centre[1] + dy * out], random.range(1, 2.4), random);
  }
}
