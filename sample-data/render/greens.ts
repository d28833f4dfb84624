import {
  type Brush,
  type Canvas,
  fillPolygon,
  indexAt,
  paintPixel,
  strokePath,
  strokeRing,
  within,
} from "./canvas.ts";
import { forEachPixel } from "./coast.ts";
import { plantTree } from "./houses.ts";
import { codeOf, LAND, VEGETATION, WATER } from "./material.ts";
import { createRandom, fractalNoise, hash, valueNoise } from "./noise.ts";
import { arc, between, box, direction, moved, type Point } from "./shape.ts";

/** Fills a district with a golf course: fairways along a noise's level lines, rough sand between, lakes, greens, bunkers, trees. */
export function layGolfCourse(canvas: Canvas, zone: number, seed: number): void {
  const inside = within(canvas, zone);
  forEachPixel(canvas, (index, x, y) => {
    if (!inside(index)) return;
    const brush = courseAt(seed, x, y);
    paintPixel(canvas, index, brush);
    if (brush.label === WATER) canvas.zone[index] = 0;
  });
  scatter(canvas, zone, seed + 40, 13, (at, key) => {
    const random = createRandom(key);
    const material = canvas.material[indexAt(canvas, at)!]!;
    const trees =
      material === codeOf("garden") ? 4 : material === codeOf("sand") ? 2 : random.chance(0.04) ? 2 : 0;
    for (let i = 0; i < trees; i++)
      plantTree(
        canvas,
        [at[0] + random.range(-7, 7), at[1] + random.range(-7, 7)],
        random.range(1.2, 3.2),
        random,
        VEGETATION,
      );
  });
}

/** Ground of a golf course: level lines of one noise part lakes, their banks, sand, rough and fairways; others dot them with greens and bunkers. */
function courseAt(seed: number, x: number, y: number): Brush {
  const lake = fractalNoise(seed + 20, x / 260, y / 260, 3);
  if (lake > 0.36) return { material: "water", tone: 140, label: WATER };
  if (lake > 0.33) return { material: "garden", tone: 110, label: VEGETATION };
  const rough = Math.abs(
    fractalNoise(seed, x / 150, y / 210, 2) + 0.1 * valueNoise(seed + 5, x / 24, y / 24),
  );
  if (rough < 0.08) return { material: "sand", tone: 104, label: LAND };
  if (rough < 0.15 || rough > 0.5) return { material: "garden", tone: 126, label: VEGETATION };
  const dot = valueNoise(seed + 7, x / 17, y / 17) + 0.7 * valueNoise(seed + 8, x / 90, y / 90);
  if (dot > 1.12) return { material: "beach", tone: 116, label: LAND };
  if (dot < -1.1) return { material: "green", tone: 132, label: VEGETATION };
  return {
    material: "fairway",
    tone: 126 + Math.round(valueNoise(seed + 6, x / 22, y / 22) * 13),
    label: VEGETATION,
  };
}

/** Fills a ring with a park: lawn, winding paths, a pond and clumps of trees. */
export function layPark(canvas: Canvas, ring: readonly Point[], zone: number, seed: number): void {
  const inside = within(canvas, zone);
  const random = createRandom(seed);
  const covered = new Set<number>();
  fillPolygon(
    canvas,
    ring,
    { material: "lawn", label: VEGETATION },
    (index) => inside(index) && covered.add(index) !== null,
  );
  const here = (index: number): boolean => covered.has(index);
  const middle = between(ring[0]!, ring[Math.floor(ring.length / 2)]!, 0.5);
  const paths = Math.min(4, Math.floor(covered.size / 5000));
  for (let i = 0; i < paths; i++) {
    const from = ring[i % ring.length]!;
    const to = ring[(i + 1 + random.integer(ring.length - 1)) % ring.length]!;
    const turn: Point = [middle[0] + random.range(-50, 50), middle[1] + random.range(-50, 50)];
    const path = Array.from({ length: 25 }, (_, k) =>
      between(between(from, turn, k / 24), between(turn, to, k / 24), k / 24),
    );
    strokePath(canvas, path, 2.6, { material: "pavement", tone: 128, label: LAND }, here);
  }
  for (const index of covered) {
    const [x, y] = [index % canvas.width, Math.floor(index / canvas.width)];
    const wood = fractalNoise(seed + 3, x / 40, y / 40, 2);
    if (canvas.material[index] === codeOf("lawn")) canvas.tone[index] = 126 + Math.round(wood * 34);
    if (hash(seed + 2, x, y) % (wood > 0.1 ? 42 : 210) === 0)
      plantTree(canvas, [x + 0.5, y + 0.5], random.range(1.2, 3.4), random, VEGETATION);
  }
}

/** A running track with its field, beside courts. */
export function laySportsGround(
  canvas: Canvas,
  centre: Point,
  turns: number,
  field: "track" | "courts",
): void {
  const along = direction(turns);
  if (field === "courts") {
    for (const step of [-54, -18, 18, 54]) {
      const at: Point = [centre[0] + along[0] * step, centre[1] + along[1] * step];
      fillPolygon(canvas, box(at, along, 32, 30), { material: "blueCourt", label: LAND });
      fillPolygon(canvas, box(at, along, 24, 12), { material: "court", label: LAND });
      strokeRing(canvas, box(at, along, 24, 12), 1.01, { material: "paint", tone: 150 });
    }
    return;
  }
  const ring = stadium(centre, turns, 42, 36);
  fillPolygon(canvas, stadium(centre, turns, 42, 46), { material: "court", label: LAND });
  for (const lane of [38, 40, 42, 44])
    strokeRing(canvas, stadium(centre, turns, 42, lane), 1.01, { material: "court", tone: 150 });
  fillPolygon(canvas, ring, { material: "green", tone: 112, label: VEGETATION });
  for (let stripe = -40; stripe < 42; stripe += 12) {
    const at: Point = [centre[0] + along[0] * stripe, centre[1] + along[1] * stripe];
    fillPolygon(canvas, box(at, along, 6, 60), { material: "green", tone: 122, label: VEGETATION });
  }
  strokeRing(canvas, box(centre, along, 96, 60), 1.01, { material: "paint", tone: 150 });
}

/** Two half circles joined by straights: `half` is half a straight's length. */
function stadium([x, y]: Point, turns: number, half: number, radius: number): Point[] {
  const [ux, uy] = direction(turns);
  return [
    ...moved(arc([x, y], radius, turns - 0.25, turns + 0.25), [ux * half, uy * half]),
    ...moved(arc([x, y], radius, turns + 0.25, turns + 0.75), [-ux * half, -uy * half]),
  ];
}

/** Calls `place` at one shaken position in each cell of a lattice that is in the zone. */
export function scatter(
  canvas: Canvas,
  zone: number,
  seed: number,
  cell: number,
  place: (at: Point, key: number) => void,
): void {
  for (let row = 0; row * cell < canvas.height; row++)
    for (let col = 0; col * cell < canvas.width; col++) {
      const key = hash(seed, col, row);
      const at: Point = [(col + (key & 255) / 256) * cell, (row + ((key >> 8) & 255) / 256) * cell];
      const index = indexAt(canvas, at);
      if (index !== null && canvas.zone[index] === zone) place(at, key);
    }
}
