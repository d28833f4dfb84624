import { type Canvas, fillDisc, fillPolygon, RESERVE, strokePath } from "./canvas.ts";
import { VEGETATION } from "./material.ts";
import { arc, type Point, smoothPath } from "./shape.ts";
import {
  AVENUE,
  drawRoads,
  drawRoundabout,
  GREEN_AVENUE,
  HIGHWAY,
  type Road,
  type RoadStyle,
  reserveRoad,
  STREET,
} from "./streets.ts";
import {
  COAST_ROAD,
  CROSS_AVENUES,
  GARDEN_AVENUE,
  HIGHWAY_AT,
  INTERCHANGES,
  ISLAND,
  LAGOON,
  LAST_STREET,
  type Place,
  RING_AVENUE,
} from "./town-plan.ts";

const SPINE: RoadStyle = { ...STREET, trees: 2, reserve: 30 };
const RAMP: RoadStyle = {
  ...STREET,
  carriageways: [{ offset: 0, width: 9, lanes: 1 }],
  pavement: 1,
  cars: 0.8,
  trees: 0,
};
const BRIDGE: RoadStyle = { ...AVENUE, median: "kerb", pavement: 1, trees: 0 };

/** Avenues, the highway, and the roads on causeways. */
export function roadsOf(at: Place): Road[] {
  const along = (v: number, from: number, to: number): Point[] => sampled((u) => at(u, v), from, to);
  const inland = (u: number, from: number, to: number): Point[] => sampled((v) => at(u, v), from, to);
  return [
    ...CROSS_AVENUES.map(({ u, from, to, green }) => ({
      path: inland(u, from, to),
      style: green ? GREEN_AVENUE : AVENUE,
    })),
    { path: along(COAST_ROAD, -560, 3600), style: GREEN_AVENUE },
    { path: along(GARDEN_AVENUE, -2200, 3400), style: GREEN_AVENUE },
    { path: along(RING_AVENUE, -2400, 3000), style: AVENUE },
    { path: along(LAST_STREET, -1500, 1060), style: AVENUE },
    { path: along(HIGHWAY_AT, -1800, 3700), style: HIGHWAY },
    { path: along(LAGOON.spine, -550, 250), style: SPINE },
    { path: inland(ISLAND[0], ISLAND[1] + 165, COAST_ROAD), style: SPINE },
  ];
}

function sampled(at: (value: number) => Point, from: number, to: number): Point[] {
  const count = Math.max(1, Math.round((to - from) / 120));
  const spots = Array.from({ length: count + 1 }, (_, i) => at(from + ((to - from) * i) / count));
  return smoothPath(spots, 12);
}

/** Keeps districts off the roads and the interchanges. */
export function reserveRoads(canvas: Canvas, at: Place, roads: readonly Road[]): void {
  for (const { path, style } of roads)
    reserveRoad(canvas, path, style.reserve, style === HIGHWAY ? "closed" : RESERVE);
  for (const [u, v] of INTERCHANGES) fillDisc(canvas, at(u, v), 250, { zone: 0 });
}

/** Interchanges and bridges over the highway, and roundabouts where avenues meet. */
export function drawCrossings(canvas: Canvas, at: Place, seed: number): void {
  for (const { u, from, to } of CROSS_AVENUES) {
    if (INTERCHANGES.some(([x]) => x === u)) drawCloverleaf(canvas, at, u, seed);
    if (from < HIGHWAY_AT && to > HIGHWAY_AT) drawBridge(canvas, at, u, seed);
    for (const v of [COAST_ROAD, GARDEN_AVENUE, RING_AVENUE, LAST_STREET])
      if (v >= from && v <= to)
        drawRoundabout(canvas, at(u, v), v === GARDEN_AVENUE ? 48 : 40, (u + v) % 20 !== 0, seed);
  }
}

/** Four loops and four outer ramps between the highway and an avenue. */
function drawCloverleaf(canvas: Canvas, at: Place, u: number, seed: number): void {
  const ramps: Road[] = [];
  for (const side of [1, -1])
    for (const depth of [1, -1]) {
      const place = (du: number, dv: number): Point => at(u + side * du, HIGHWAY_AT + depth * dv);
      const loop = arc([0, 0], 46, 0, 1).map(([du, dv]) => place(66 + du, 84 + dv));
      fillPolygon(canvas, loop, { material: "lawn", tone: 118, label: VEGETATION });
      ramps.push({ path: loop, style: RAMP });
      const outer = [place(330, 40), place(210, 60), place(90, 160), place(26, 300)];
      ramps.push({ path: smoothPath(outer, 8), style: RAMP });
    }
  drawRoads(canvas, ramps, seed);
}

/** The avenue's deck over the highway, high enough to throw a shadow. */
function drawBridge(canvas: Canvas, at: Place, u: number, seed: number): void {
  const deck = smoothPath([at(u, HIGHWAY_AT - 78), at(u, HIGHWAY_AT), at(u, HIGHWAY_AT + 78)], 10);
  drawRoads(canvas, [{ path: deck, style: BRIDGE }], seed);
  strokePath(canvas, deck, 34, { top: 7 });
}
