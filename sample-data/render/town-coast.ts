import { fractalNoise, valueNoise } from "./noise.ts";
import { arc, distance, distanceToPath, type Point, points, smoothPath } from "./shape.ts";
import {
  ALONG,
  COAST_ROAD,
  INLAND,
  ISLAND,
  ISLETS,
  LAGOON,
  LAKE,
  type Place,
  WATERLINE,
} from "./town-plan.ts";

/** Distance inland from the waterline: the coast with its works, the lagoon, and a lake in the desert. */
export function shoreDistance(seed: number, at: Place): (x: number, y: number) => number {
  const outer = seaCoast(at);
  const lagoon = lagoonBank(at);
  const lake = at(...LAKE);
  return (x, y) => {
    const wobble =
      34 * fractalNoise(seed + 5, x / 420, y / 420, 4) + 5 * valueNoise(seed + 6, x / 31, y / 31);
    const point: Point = [x, y];
    return Math.min(outer(point, wobble), lagoon(point, wobble), distance(point, lake) - 120 + 2.4 * wobble);
  };
}

type Bank = (point: Point, wobble: number) => number;

/** The sea's side: a natural coast, a dug marina with two arms, groynes, a sand bar, and an island with its causeway. */
function seaCoast(at: Place): Bank {
  const path = (spots: string): Point[] =>
    smoothPath(
      points(spots).map(([u, v]) => at(u, v)),
      30,
    );
  const marina = path("640,1300 650,1700 720,1950 560,2120 390,2080");
  const arm = path("720,1950 890,2040 950,1900");
  const groynes = [1250, 1480, 1710, 2100, 2330].map((u) => [at(u, 1360), at(u, 1540)]);
  const causeway = [at(...ISLAND), at(ISLAND[0], COAST_ROAD)];
  const bar = arc(at(1300, 1330), 330, 0.52, 0.78);
  const centre = at(...ISLAND);
  return (point, wobble) => {
    const coast = INLAND[0] * point[0] + INLAND[1] * point[1] - WATERLINE + wobble * 2.2;
    const dug = Math.min(distanceToPath(point, marina) - 46, distanceToPath(point, arm) - 38);
    return Math.max(
      Math.min(coast, quay(dug + wobble * 0.3)),
      215 - distance(point, centre) + wobble * 0.8,
      20 - distanceToPath(point, causeway),
      12 - distanceToPath(point, bar) + wobble,
      8 - Math.min(...groynes.map((groyne) => distanceToPath(point, groyne))),
    );
  };
}

/** The lagoon inside the town: a basin with round islets and a spine of land. */
function lagoonBank(at: Place): Bank {
  const [from, to] = LAGOON.u;
  const spine = [from - 70, -150, to + 70].map((u) => at(u, LAGOON.spine));
  const islets = ISLETS.map(({ spot }) => at(...spot));
  return (point, wobble) => {
    const u = ALONG[0] * point[0] + ALONG[1] * point[1] - (from + to) / 2;
    const v = INLAND[0] * point[0] + INLAND[1] * point[1] - LAGOON.spine;
    const basin = Math.max(Math.abs(u) - (to - from) / 2, Math.abs(v) - LAGOON.reach) + wobble;
    const islet = LAGOON.radius - Math.min(...islets.map((centre) => distance(point, centre)));
    return quay(Math.max(basin, islet, 16 - distanceToPath(point, spine)));
  };
}

/** A quay instead of a beach: the ground falls off four times as fast. */
function quay(shoreDistance: number): number {
  return shoreDistance * 4;
}
