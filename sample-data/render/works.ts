import { type Canvas, type Clip, fillPolygon, fits } from "./canvas.ts";
import { type Plot, partOf } from "./frame.ts";
import { BUILDING, LAND, type Material } from "./material.ts";
import { createRandom } from "./noise.ts";
import { between, direction } from "./shape.ts";
import { drawCar } from "./streets.ts";
import { speckle } from "./towers.ts";

/** Builds a warehouse: a wide metal roof with ridges on a paved yard with lorries. */
export function buildWarehouse(canvas: Canvas, plot: Plot, vacant: number, seed: number, clip: Clip): void {
  const random = createRandom(seed, ...plot.key);
  if (!fits(canvas, partOf(plot, 0, 1, 0, 1), clip)) return;
  if (random.chance(vacant)) return;
  fillPolygon(canvas, partOf(plot, 0.01, 0.99, 0.01, 0.99), {
    material: "pavement",
    tone: 112 + random.integer(30),
    label: LAND,
  });
  const roof = random.pick<Material>([
    "metalRoof",
    "metalRoof",
    "metalRoof",
    "whiteRoof",
    "whiteRoof",
    "creamRoof",
    "greyRoof",
    "blueRoof",
    "tileRoof",
  ]);
  const halls = 1 + random.integer(3);
  for (let hall = 0; hall < halls; hall++) {
    const [u0, u1] = [0.06 + (0.88 * hall) / halls, 0.06 + (0.88 * (hall + 1)) / halls - 0.03];
    const ring = partOf(plot, u0, u1, 0.22, 0.94);
    const tone = 118 + random.integer(16);
    fillPolygon(canvas, ring, { material: roof, tone, label: BUILDING, top: 9 });
    fillPolygon(canvas, partOf(plot, u0, (u0 + u1) / 2, 0.22, 0.94), {
      material: roof,
      tone: tone - 14,
      label: BUILDING,
      top: 9,
    });
    speckle(canvas, ring, 9, 4, random);
  }
  for (let i = 0; i < 9; i++)
    drawCar(
      canvas,
      plot.at(random.range(0.08, 0.92), random.range(0.05, 0.16)),
      direction(random.unit()),
      random,
    );
}

/** Digs a site up: excavations, heaps, rows of huts, nothing that counts as a building yet but the huts. */
export function openSite(canvas: Canvas, plot: Plot, seed: number, clip: Clip): void {
  const random = createRandom(seed, ...plot.key);
  if (!fits(canvas, partOf(plot, 0, 1, 0, 1), clip)) return;
  fillPolygon(canvas, partOf(plot, 0, 1, 0, 1), {
    material: "excavation",
    tone: 112 + random.integer(34),
    label: LAND,
  });
  if (random.chance(0.5))
    fillPolygon(canvas, partOf(plot, 0.3, 0.85, 0.3, 0.85), { material: "sabkha", tone: 120, label: LAND });
  for (let i = 0; i < 5; i++) {
    const u = random.range(0.05, 0.7);
    const v = random.range(0.04, 0.2);
    fillPolygon(canvas, partOf(plot, u, u + 0.16, v, v + 0.06), {
      material: random.pick<Material>(["whiteRoof", "blueRoof", "greyRoof"]),
      label: BUILDING,
      top: 3,
    });
  }
  for (let i = 0; i < 12; i++) {
    const at = between(plot.at(random.unit(), random.unit()), plot.at(0.5, 0.5), 0.15);
    drawCar(canvas, at, direction(random.unit()), random);
  }
}
