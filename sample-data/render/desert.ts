import { type Canvas, fillDisc, fillPolygon, indexAt, strokePath } from "./canvas.ts";
import { BUILDING, codeOf, LAND } from "./material.ts";
import { createRandom, fractalNoise, hash } from "./noise.ts";
import { box, direction, offsetPath, type Point } from "./shape.ts";

/** Low bushes on open sand, thick in some places and missing in others; they stay bare land. */
export function growShrubs(canvas: Canvas, seed: number): void {
  const cell = 8;
  const sand = codeOf("sand");
  for (let row = 0; row * cell < canvas.height; row++)
    for (let col = 0; col * cell < canvas.width; col++) {
      const key = hash(seed, col, row);
      const at: Point = [(col + (key & 255) / 256) * cell, (row + ((key >> 8) & 255) / 256) * cell];
      const thick = fractalNoise(seed + 1, at[0] / 170, at[1] / 120, 4);
      if (((key >> 16) & 255) / 256 > 0.015 + Math.max(0, thick - 0.05) * 0.9) continue;
      const index = indexAt(canvas, at);
      if (index === null || canvas.material[index] !== sand) continue;
      fillDisc(canvas, at, 0.6 + (((key >> 24) & 15) / 15) ** 3 * 1.5, {
        material: "shrub",
        tone: 104 + ((key >> 20) & 31),
        top: 1,
      });
    }
}

/** A track of two bright wheel ruts. */
export function drawTrack(canvas: Canvas, path: readonly Point[], width: number): void {
  strokePath(canvas, path, width, { material: "dirt", tone: 122, label: LAND });
  for (const side of [-0.25, 0.25])
    strokePath(canvas, offsetPath(path, side * width), 1.01, { material: "dirt", tone: 132, label: LAND });
}

/** A walled camp in the desert: huts and pens. */
export function pitchCamp(canvas: Canvas, centre: Point, seed: number): void {
  const random = createRandom(seed);
  const along = direction(random.unit());
  fillPolygon(canvas, box(centre, along, 90, 60), { material: "dirt", tone: 118, label: LAND });
  for (let i = 0; i < 9; i++) {
    const at: Point = [centre[0] + random.range(-34, 34), centre[1] + random.range(-22, 22)];
    const material = random.pick(["whiteRoof", "greyRoof", "blueRoof", "tileRoof"] as const);
    fillPolygon(canvas, box(at, along, random.range(6, 16), random.range(5, 9)), {
      material,
      label: BUILDING,
      top: 4,
    });
  }
  for (let i = 0; i < 6; i++)
    fillDisc(canvas, [centre[0] + random.range(-60, 60), centre[1] + random.range(-40, 40)], 2.2, {
      material: "tree",
      top: 4,
    });
}
