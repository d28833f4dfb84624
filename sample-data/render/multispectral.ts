import { createCanvas, RESERVE } from "./canvas.ts";
import { floodCoast } from "./coast.ts";
import { growShrubs } from "./desert.ts";
import { claimGround, type District, fillDistrict } from "./district.ts";
import { sampleField } from "./field.ts";
import { roundFrame, straightFrame } from "./frame.ts";
import { TERRACE_ROWS, TERRACES, VILLA_ROWS, VILLAS } from "./house-styles.ts";
import { fractalNoise } from "./noise.ts";
import { type Point, points, rounded, route } from "./shape.ts";
import { drawRoads, GREEN_AVENUE, type Road, reserveRoad } from "./streets.ts";
import type { DrawnScene } from "./town.ts";

/** Size of the four-band scene, px = m. */
export const MULTISPECTRAL_SIZE = { width: 640, height: 512 } as const;

/** Draws a seaside quarter with a park, small enough for a four-band scene of 16 bits. */
export function drawSeaside(seed: number): DrawnScene {
  const { width, height } = MULTISPECTRAL_SIZE;
  const canvas = createCanvas(width, height);
  const shore = sampleField(
    canvas,
    4,
    (x, y) => y - 96 + 0.12 * x + 40 * fractalNoise(seed + 5, x / 190, y / 190, 4),
  );
  floodCoast(canvas, shore);
  growShrubs(canvas, seed + 50);
  const districts = districtsOf();
  for (const district of districts) claimGround(canvas, district);
  const roads: Road[] = [
    {
      path: route("-60,178 300,150 700,96"),
      style: GREEN_AVENUE,
    },
    {
      path: route("330,150 345,330 330,580"),
      style: GREEN_AVENUE,
    },
  ];
  for (const { path, style } of roads) reserveRoad(canvas, path, style.reserve, RESERVE);
  for (const district of districts) fillDistrict(canvas, district, seed);
  drawRoads(canvas, roads, seed);
  const dunes = sampleField(canvas, 64, () => 0.1);
  return {
    canvas,
    scenery: { seed, sun: { rise: 0.5, length: 0.72 }, shore, dunes, ambient: 0.2, light: [1, 1, 1] },
  };
}

function districtsOf(): District[] {
  const plots = { kind: "plots", border: true, parkEvery: 4 } as const;
  const west: Point[] = points("-200,190 330,150 345,330 330,700 -200,700");
  const east: Point[] = points("335,150 800,100 800,400 340,400");
  const park: Point[] = points("372,410 800,410 800,700 372,700");
  const core = (ring: readonly Point[], clear: number): readonly Point[] => rounded(shrunk(ring, clear), 2);
  return [
    {
      zone: 1,
      ring: west,
      core: core(west, 36),
      fill: {
        ...plots,
        frame: straightFrame(west, 0.01),
        layout: VILLA_ROWS,
        use: { kind: "houses", style: VILLAS },
      },
    },
    {
      zone: 2,
      ring: east,
      core: core(east, 36),
      fill: {
        ...plots,
        frame: roundFrame(east, [560, -700]),
        layout: TERRACE_ROWS,
        use: { kind: "houses", style: TERRACES },
      },
    },
    { zone: 3, ring: park, core: park, fill: { kind: "park" } },
  ];
}

/** The ring with every corner moved towards its middle by `px` along both axes. */
function shrunk(ring: readonly Point[], px: number): Point[] {
  const middle: Point = [
    ring.reduce((sum, [x]) => sum + x, 0) / ring.length,
    ring.reduce((sum, [, y]) => sum + y, 0) / ring.length,
  ];
  return ring.map(([x, y]) => [x + (x < middle[0] ? px : -px), y + (y < middle[1] ? px : -px)] as const);
}
