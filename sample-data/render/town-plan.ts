import type { Point } from "./shape.ts";

/** Coast coordinates: u along the coast (towards the upper right), v inland (towards the lower right), px. */
export type Spot = readonly [u: number, v: number];

/** From coast coordinates to a position in the picture. */
export type Place = (u: number, v: number) => Point;

/** Directions of u and v in the picture. */
export const ALONG: Point = [0.857, -0.515];
export const INLAND: Point = [0.515, 0.857];

/** The same directions as angles, in turns. */
export const ALONG_TURNS = -0.086;
export const INLAND_TURNS = 0.164;

/** Where lines along the coast lie: v. */
export const WATERLINE = 1490;
export const COAST_ROAD = 1660;
export const HIGHWAY_AT = 2330;
export const GARDEN_AVENUE = 3090;
export const RING_AVENUE = 3760;
export const LAST_STREET = 4330;

/** An island at the end of a causeway. */
export const ISLAND: Spot = [80, 1010];

/** Middle of the round district. */
export const WHEEL: Spot = [2250, 2710];

/** A lake in the desert. */
export const LAKE: Spot = [1850, 4560];

/** Avenues from the coast inland: where they cross the coast, and how far they go. */
export const CROSS_AVENUES: readonly {
  readonly u: number;
  readonly from: number;
  readonly to: number;
  readonly green: boolean;
}[] = [
  { u: -1350, from: GARDEN_AVENUE, to: LAST_STREET, green: false },
  { u: -550, from: COAST_ROAD, to: LAST_STREET, green: false },
  { u: 250, from: COAST_ROAD, to: LAST_STREET, green: true },
  { u: 1050, from: GARDEN_AVENUE, to: LAST_STREET, green: false },
  { u: 1050, from: COAST_ROAD, to: HIGHWAY_AT, green: true },
  { u: 1850, from: COAST_ROAD, to: RING_AVENUE, green: true },
  { u: 2650, from: COAST_ROAD, to: GARDEN_AVENUE, green: false },
];

/** Where avenues cross the highway by a cloverleaf. */
export const INTERCHANGES: readonly Spot[] = [
  [250, HIGHWAY_AT],
  [1850, HIGHWAY_AT],
];

/** A lagoon inside a cell: from u to u, `reach` px on both sides of its spine road, with round islets of houses. */
export const LAGOON = { u: [-480, 180], spine: 3425, reach: 176, radius: 65 } as const;

/** Middles of the islets, and the angle (turns) at which each one's street leads to the spine road. */
export const ISLETS: readonly { readonly spot: Spot; readonly start: number }[] = [
  -378, -228, -78, 72,
].flatMap((u) => [
  { spot: [u, LAGOON.spine - 88] as const, start: INLAND_TURNS },
  { spot: [u, LAGOON.spine + 88] as const, start: INLAND_TURNS + 0.5 },
]);
