import type { District, Use } from "./district.ts";
import { type Frame, type PlotOptions, roundFrame, straightFrame, windingFrame } from "./frame.ts";
import {
  BLUE_VILLAS,
  GARDEN_VILLAS,
  HALL_ROWS,
  NEW_PLOTS,
  SLAB_ROWS,
  TERRACE_ROWS,
  TERRACES,
  TOWER_ROWS,
  VILLA_ROWS,
  VILLAS,
} from "./house-styles.ts";
import type { HouseStyle } from "./houses.ts";
import { arc, type Point, points, rounded, smoothPath } from "./shape.ts";
import {
  ALONG_TURNS,
  COAST_ROAD,
  GARDEN_AVENUE,
  HIGHWAY_AT,
  INLAND_TURNS,
  ISLAND,
  ISLETS,
  LAGOON,
  LAST_STREET,
  type Place,
  RING_AVENUE,
  type Spot,
  WHEEL,
} from "./town-plan.ts";

/** A rectangle in coast coordinates, from avenue to avenue. */
type Cell = readonly [u0: number, u1: number, v0: number, v1: number];

/** How the streets of a cell run. */
type Streets =
  | { readonly run: "straight"; readonly turns: number }
  | { readonly run: "winding"; readonly turns: number; readonly swing: number }
  | { readonly run: "round"; readonly centre: Spot; readonly innermost: number };

type Fill =
  | { readonly kind: "mangrove" | "golf" }
  | {
      readonly kind: "plots";
      readonly streets: Streets;
      readonly layout: PlotOptions;
      readonly use: Use;
      readonly parkEvery: number;
    };

const straight = (turns = ALONG_TURNS): Streets => ({ run: "straight", turns });
const winding = (swing: number, turns = ALONG_TURNS): Streets => ({ run: "winding", turns, swing });
const round = (centre: Spot, innermost = 0): Streets => ({ run: "round", centre, innermost });

const houses = (style: HouseStyle): Use => ({ kind: "houses", style });
const slabs = (vacant: number): Use => ({
  kind: "towers",
  style: { storeys: [3, 8], vacant, unfinished: 0.1, slab: true },
});
const TOWERS: Use = {
  kind: "towers",
  style: { storeys: [14, 46], vacant: 0.08, unfinished: 0.12, slab: false },
};
const halls = (vacant: number): Use => ({ kind: "warehouses", vacant });

const plots = (streets: Streets, layout: PlotOptions, use: Use, parkEvery = 5): Fill => ({
  kind: "plots",
  streets,
  layout,
  use,
  parkEvery,
});

const SMALL_VILLAS: PlotOptions = { ...VILLA_ROWS, plotWidth: 29, plotDepth: 31 };
const SUNNY_TERRACES: HouseStyle = { ...TERRACES, roofs: ["creamRoof", "whiteRoof", "greyRoof"] };

/** What fills the cells between the avenues: coast, behind the highway, behind the garden avenue, edge of the desert. */
const CELLS: readonly (readonly [Cell, Fill])[] = [
  [[-1500, -550, COAST_ROAD - 190, HIGHWAY_AT], { kind: "mangrove" }],
  [[-550, 250, COAST_ROAD, HIGHWAY_AT], plots(winding(40), VILLA_ROWS, houses(VILLAS))],
  [[250, 1050, COAST_ROAD, HIGHWAY_AT], plots(straight(), TOWER_ROWS, TOWERS, 12)],
  [[1050, 1850, COAST_ROAD, HIGHWAY_AT], plots(straight(), SLAB_ROWS, slabs(0.16))],
  [
    [1850, 2650, COAST_ROAD, HIGHWAY_AT],
    plots(winding(55), SMALL_VILLAS, houses({ ...VILLAS, vacant: 0.25 })),
  ],
  [[2650, 3700, COAST_ROAD, HIGHWAY_AT], plots(straight(INLAND_TURNS), TERRACE_ROWS, houses(TERRACES))],

  [[-1800, -550, HIGHWAY_AT, GARDEN_AVENUE], plots(straight(), HALL_ROWS, halls(0.2), 0)],
  [[-550, 250, HIGHWAY_AT, GARDEN_AVENUE], plots(round([-900, 3500]), TERRACE_ROWS, houses(TERRACES))],
  [[250, 1850, HIGHWAY_AT, GARDEN_AVENUE], { kind: "golf" }],
  [
    [1850, 2650, HIGHWAY_AT, GARDEN_AVENUE],
    plots(round(WHEEL, 60), { ...SLAB_ROWS, plotWidth: 44, plotDepth: 44 }, slabs(0.42)),
  ],
  [[2650, 3500, HIGHWAY_AT, GARDEN_AVENUE], plots(straight(), VILLA_ROWS, houses(NEW_PLOTS))],

  [
    [-2300, -1350, GARDEN_AVENUE, RING_AVENUE],
    plots(straight(), { ...HALL_ROWS, plotWidth: 80 }, { kind: "sites", share: 0.45 }, 0),
  ],
  [
    [-1350, -550, GARDEN_AVENUE, RING_AVENUE],
    plots(straight(), { ...HALL_ROWS, plotWidth: 60, plotDepth: 50 }, halls(0.1), 0),
  ],
  [
    [-550, 250, GARDEN_AVENUE, RING_AVENUE],
    plots(straight(INLAND_TURNS), SMALL_VILLAS, houses(GARDEN_VILLAS), 3),
  ],
  [[250, 1050, GARDEN_AVENUE, RING_AVENUE], plots(straight(INLAND_TURNS), SLAB_ROWS, slabs(0.12), 3)],
  [[1050, 1850, GARDEN_AVENUE, RING_AVENUE], plots(winding(60), VILLA_ROWS, houses(VILLAS))],
  [
    [1850, 3100, GARDEN_AVENUE, RING_AVENUE],
    plots(round([2500, 4700]), { ...TERRACE_ROWS, plotWidth: 18 }, houses(BLUE_VILLAS)),
  ],

  [[-1350, -550, RING_AVENUE, LAST_STREET], plots(straight(), VILLA_ROWS, houses(NEW_PLOTS))],
  [
    [-550, 250, RING_AVENUE, LAST_STREET],
    plots(winding(45), VILLA_ROWS, houses({ ...VILLAS, vacant: 0.35 })),
  ],
  [
    [250, 1050, RING_AVENUE, LAST_STREET],
    plots(winding(35, INLAND_TURNS), TERRACE_ROWS, houses(SUNNY_TERRACES)),
  ],
];

/** Every district of the town, each on its own zone number. */
export function districtsOf(at: Place, seed: number): District[] {
  const cells = CELLS.map(([cell, fill], i) => cellDistrict(at, seed, i + 1, cell, fill));
  const islets = ISLETS.map(({ spot, start }, i) =>
    roundDistrict(CELLS.length + 2 + i, at(...spot), LAGOON.radius - 4, start),
  );
  return [...cells, roundDistrict(CELLS.length + 1, at(...ISLAND), 165, INLAND_TURNS), ...islets];
}

/** The district of a cell; its core is clear of the avenues (more of the highway) and has round corners. */
function cellDistrict(at: Place, seed: number, zone: number, [u0, u1, v0, v1]: Cell, fill: Fill): District {
  const clear = (v: number): number => (v === HIGHWAY_AT ? 118 : 46);
  const ring = border(at, [u0, u1, v0, v1], 12);
  const core = rounded(border(at, [u0 + 46, u1 - 46, v0 + clear(v0), v1 - clear(v1)], 6), 3);
  switch (fill.kind) {
    case "mangrove":
      return { zone, ring, core, fill: { kind: "mangrove" } };
    case "golf":
      return { zone, ring, core, fill: { kind: "golf", streets: golfStreets(at), style: GARDEN_VILLAS } };
    case "plots": {
      const { streets, layout, use, parkEvery } = fill;
      const frame = frameOf(at, seed, ring, streets);
      return { zone, ring, core, fill: { kind: "plots", border: true, frame, layout, use, parkEvery } };
    }
    default:
      throw new RangeError(`unknown fill ${String(fill satisfies never)}`);
  }
}

function frameOf(at: Place, seed: number, ring: readonly Point[], streets: Streets): Frame {
  switch (streets.run) {
    case "straight":
      return straightFrame(ring, streets.turns);
    case "winding":
      return windingFrame(ring, streets.turns, streets.swing, 330, seed);
    case "round":
      return roundFrame(ring, at(...streets.centre), streets.innermost);
    default:
      throw new RangeError(`unknown streets ${String(streets satisfies never)}`);
  }
}

/** Houses around a ring street; one street leads out at the angle `start` (turns). */
function roundDistrict(zone: number, centre: Point, radius: number, start: number): District {
  const core = arc(centre, radius, 0, 1).slice(1);
  const ring = arc(centre, radius + 14, 0, 1).slice(1);
  const innermost = radius > 100 ? 62 : 24;
  const frame = roundFrame([...core, ...arc(centre, innermost, 0, 1)], centre, innermost, start);
  const layout = { streetWidth: 10, plotWidth: 25, plotDepth: 30, blockLength: 1000 };
  const use = houses({ ...GARDEN_VILLAS, garden: 0.18 });
  return {
    zone,
    ring,
    core,
    fill: { kind: "plots", border: radius > 100, frame, layout, use, parkEvery: 0 },
  };
}

/** The border of a cell, bent like the avenues. */
function border(at: Place, [u0, u1, v0, v1]: Cell, pieces: number): Point[] {
  const edge = (a: Spot, b: Spot): Point[] =>
    Array.from({ length: pieces }, (_, i) =>
      at(a[0] + ((b[0] - a[0]) * i) / pieces, a[1] + ((b[1] - a[1]) * i) / pieces),
    );
  return [
    ...edge([u0, v0], [u1, v0]),
    ...edge([u1, v0], [u1, v1]),
    ...edge([u1, v1], [u0, v1]),
    ...edge([u0, v1], [u0, v0]),
  ];
}

/** Streets that wind through the golf course. */
function golfStreets(at: Place): Point[][] {
  return [
    "330,2900 480,2760 700,2800 900,2680 1120,2720 1300,2600 1500,2640",
    "420,2580 640,2560 820,2520 1020,2560",
    "760,2990 980,2900 1200,2930 1420,2830 1640,2880 1760,2760 1740,2600",
  ].map((spots) =>
    smoothPath(
      points(spots).map(([u, v]) => at(u, v)),
      10,
    ),
  );
}
