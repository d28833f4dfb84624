import { type Canvas, type Clip, fillPolygon, fits, strokeRing } from "./canvas.ts";
import { type Plot, partOf } from "./frame.ts";
import { plantTree } from "./houses.ts";
import { BUILDING, LAND, type Material, VEGETATION } from "./material.ts";
import { createRandom, type Random } from "./noise.ts";
import { between, distance, moved, type Point } from "./shape.ts";
import { drawCar } from "./streets.ts";

/** The picture is taken from the north-west of the zenith: roofs lean this many px per m of height. */
const LEAN: Point = [0.11, 0.07];

/** How tall buildings of a district look. */
export interface TowerStyle {
  readonly storeys: readonly [low: number, high: number];
  readonly vacant: number;
  /** Share of sites where the tower is still going up. */
  readonly unfinished: number;
  readonly slab: boolean;
}

/** Builds a site: paved ground, car park and lawn, a podium and one tower or slab. */
export function buildTower(canvas: Canvas, plot: Plot, style: TowerStyle, seed: number, clip: Clip): void {
  const random = createRandom(seed, ...plot.key);
  if (random.chance(style.vacant) || !fits(canvas, partOf(plot, 0, 1, 0, 1), clip)) return;
  fillPolygon(canvas, partOf(plot, 0.02, 0.98, 0.02, 0.98), {
    material: "pavement",
    tone: 116 + random.integer(24),
    label: LAND,
  });
  if (random.chance(style.unfinished)) buildShell(canvas, plot, random);
  else buildFinished(canvas, plot, style, random);
}

/** Car park and lawn, a podium and a tower on it, or a slab. */
function buildFinished(canvas: Canvas, plot: Plot, style: TowerStyle, random: Random): void {
  layGarden(canvas, plot, random);
  parkCars(canvas, plot, random);
  const floors = Math.round(random.range(...style.storeys));
  const podium = partOf(plot, 0.16, 0.84, 0.34, 0.84);
  const roofs: readonly Material[] = ["greyRoof", "creamRoof", "whiteRoof", "greyRoof", "creamRoof"];
  if (style.slab) {
    buildSlab(canvas, plot, floors, random);
    return;
  }
  fillPolygon(canvas, podium, {
    material: random.pick(roofs),
    tone: 112 + random.integer(20),
    label: BUILDING,
    top: 9,
  });
  speckle(canvas, podium, 9, 12, random);
  const [u, v] = [random.range(0.3, 0.45), random.range(0.42, 0.52)];
  raiseBlock(
    canvas,
    chamfered(partOf(plot, u, u + 0.3, v, v + 0.28), random.chance(0.5) ? 0.22 : 0.04),
    Math.min(240, 9 + floors * 3.4),
    random.pick(roofs),
    random,
  );
}

/** An L- or U-shaped slab of flats around its yard. */
function buildSlab(canvas: Canvas, plot: Plot, floors: number, random: Random): void {
  const roof = random.pick<Material>(["creamRoof", "greyRoof", "whiteRoof"]);
  const wings = [
    partOf(plot, 0.08, 0.92, 0.62, 0.9),
    partOf(plot, 0.08, 0.34, 0.2, 0.64),
    partOf(plot, 0.66, 0.92, 0.2, 0.64),
  ];
  for (const wing of random.chance(0.5) ? wings : wings.slice(0, 2))
    raiseBlock(canvas, wing, 4 + floors * 3.4, roof, random);
}

/** Draws an upright block as seen from the side: facade from the foot to the leaning roof, then the roof and what stands on it. */
export function raiseBlock(
  canvas: Canvas,
  foot: readonly Point[],
  metres: number,
  roof: Material,
  random: Random,
): void {
  const top = Math.round(metres);
  const facadeTone = 100 + random.integer(60);
  for (let level = 0; level < top; level += 3) {
    const ring = moved(foot, [LEAN[0] * level, LEAN[1] * level]);
    fillPolygon(canvas, ring, {
      material: "facade",
      tone: facadeTone + (level % 2) * 14,
      label: BUILDING,
      top: level,
    });
  }
  const ring = moved(foot, [LEAN[0] * top, LEAN[1] * top]);
  fillPolygon(canvas, ring, { material: roof, tone: 120 + random.integer(24), label: BUILDING, top });
  strokeRing(canvas, ring, 1.6, { material: roof, tone: 146, label: BUILDING, top: top + 1 });
  speckle(canvas, ring, top, 7, random);
}

/** Lift houses and machines on a roof, some with shadows. */
export function speckle(
  canvas: Canvas,
  ring: readonly Point[],
  top: number,
  count: number,
  random: Random,
): void {
  const [a, b, c, d] = [
    ring[0]!,
    ring[Math.floor(ring.length / 4)]!,
    ring[Math.floor(ring.length / 2)]!,
    ring[Math.floor((ring.length * 3) / 4)]!,
  ];
  const clipTop = (index: number): boolean => canvas.top[index]! >= top && canvas.top[index]! <= top + 1;
  for (let i = 0; i < count; i++) {
    const [x, y] = between(
      between(a, b, random.range(0.1, 0.9)),
      between(d, c, random.range(0.1, 0.9)),
      random.range(0.1, 0.9),
    );
    const [w, h] = [random.range(1, 4), random.range(1, 4)];
    const box: Point[] = [
      [x - w, y - h],
      [x + w, y - h],
      [x + w, y + h],
      [x - w, y + h],
    ];
    const material = random.pick<Material>(["greyRoof", "darkRoof", "whiteRoof", "creamRoof"]);
    fillPolygon(
      canvas,
      box,
      { material, tone: 110 + random.integer(36), top: top + 1 + random.integer(4) },
      clipTop,
    );
  }
}

/** A building site with a bare concrete frame. */
function buildShell(canvas: Canvas, plot: Plot, random: Random): void {
  fillPolygon(canvas, partOf(plot, 0, 1, 0, 1), {
    material: "excavation",
    tone: 116 + random.integer(24),
    label: LAND,
  });
  const frame = partOf(plot, 0.22, 0.76, 0.3, 0.8);
  fillPolygon(canvas, frame, {
    material: "concrete",
    tone: 110 + random.integer(24),
    label: BUILDING,
    top: 6,
  });
  speckle(canvas, frame, 6, 26, random);
  for (let i = 0; i < 14; i++) {
    const [x, y] = plot.at(
      random.range(0.05, 0.95),
      random.chance(0.5) ? random.range(0.04, 0.24) : random.range(0.84, 0.96),
    );
    const half = random.range(1, 3);
    const heap: Point[] = [
      [x - half, y - 1],
      [x + half, y - 1],
      [x + half, y + 1],
      [x - half, y + 1],
    ];
    fillPolygon(canvas, heap, {
      material: random.pick<Material>(["whiteRoof", "darkRoof", "blueRoof", "tileRoof"]),
      tone: 120,
      top: 2,
    });
  }
}

function layGarden(canvas: Canvas, plot: Plot, random: Random): void {
  if (random.chance(0.4)) return;
  fillPolygon(canvas, partOf(plot, 0.06, 0.94, 0.86, 0.96), {
    material: "lawn",
    tone: 124,
    label: VEGETATION,
  });
  for (let i = 0; i < plot.width / 6; i++)
    plantTree(
      canvas,
      plot.at(random.range(0.06, 0.94), random.range(0.86, 0.96)),
      random.range(1.4, 2.8),
      random,
      VEGETATION,
    );
}

/** Two rows of parked cars between the street and the podium. */
function parkCars(canvas: Canvas, plot: Plot, random: Random): void {
  fillPolygon(canvas, partOf(plot, 0.06, 0.94, 0.06, 0.27), {
    material: "parking",
    tone: 118 + random.integer(20),
    label: LAND,
  });
  const across = unit(plot.at(0.5, 0), plot.at(0.5, 1));
  const bays = Math.floor((plot.width * 0.84) / 3.4);
  for (const v of [0.1, 0.225])
    for (let bay = 0; bay < bays; bay++)
      if (random.chance(0.62)) drawCar(canvas, plot.at(0.08 + (0.84 * bay) / bays, v), across, random);
}

function unit(a: Point, b: Point): Point {
  const length = distance(a, b);
  return [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
}

/** The ring with its corners cut by a fraction of the sides. */
function chamfered(ring: readonly Point[], cut: number): Point[] {
  return ring.flatMap((corner, i) => [
    between(corner, ring[(i + ring.length - 1) % ring.length]!, cut),
    between(corner, ring[(i + 1) % ring.length]!, cut),
  ]);
}
