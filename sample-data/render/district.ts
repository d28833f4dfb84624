import { type Canvas, type Clip, fillPolygon, RESERVE, strokeRing, within } from "./canvas.ts";
import { growMangroves } from "./coast.ts";
import { type Frame, layOut, type Plot, type PlotOptions, plotAt } from "./frame.ts";
import { layGolfCourse, layPark } from "./greens.ts";
import { buildHouse, type HouseStyle } from "./houses.ts";
import { LAND } from "./material.ts";
import { createRandom } from "./noise.ts";
import { offsetPath, type Point, walk } from "./shape.ts";
import { drawRoads, type Road, type RoadStyle, STREET } from "./streets.ts";
import { buildTower, type TowerStyle } from "./towers.ts";
import { buildWarehouse, openSite } from "./works.ts";

/** What stands on the plots of a district. */
export type Use =
  | { readonly kind: "houses"; readonly style: HouseStyle }
  | { readonly kind: "towers"; readonly style: TowerStyle }
  | { readonly kind: "warehouses"; readonly vacant: number }
  | { readonly kind: "sites"; readonly share: number };

/** Ground that is filled in one manner: `ring` up to the middle of the big roads around it, `core` where it may build. */
export interface District {
  readonly zone: number;
  readonly ring: readonly Point[];
  readonly core: readonly Point[];
  readonly fill:
    | {
        readonly kind: "plots" /** A street around the core. */;
        readonly border: boolean;
        readonly frame: Frame;
        readonly layout: PlotOptions;
        readonly use: Use;
        readonly parkEvery: number;
      }
    | { readonly kind: "golf"; readonly streets: readonly (readonly Point[])[]; readonly style: HouseStyle }
    | { readonly kind: "park" }
    | { readonly kind: "mangrove" };
}

/** Gives a district its ground, as far as that is land: all of it for streets, the core for building. */
export function claimGround(canvas: Canvas, { zone, ring, core }: District): void {
  const dry: Clip = (index) => canvas.label[index] === LAND;
  fillPolygon(canvas, ring, { zone: zone | RESERVE }, dry);
  fillPolygon(canvas, core, { zone }, dry);
}

/** Fills a district with its streets and buildings or its green. */
export function fillDistrict(canvas: Canvas, district: District, seed: number): void {
  const { zone, fill } = district;
  const key = seed + zone * 101;
  switch (fill.kind) {
    case "mangrove":
      growMangroves(canvas, zone, key);
      return;
    case "park":
      layPark(canvas, district.core, zone, key);
      return;
    case "golf": {
      layGolfCourse(canvas, zone, key);
      for (const street of fill.streets) lineStreet(canvas, street, fill.style, key, within(canvas, zone));
      return;
    }
    case "plots": {
      const layout = layOut(fill.frame, fill.layout);
      drawRoads(canvas, streetsOf(canvas, district, layout, fill.layout.streetWidth, fill.border), key);
      if (fill.border)
        strokeRing(
          canvas,
          district.core,
          fill.layout.streetWidth + 4,
          { zone: zone | RESERVE },
          within(canvas, zone),
        );
      const clip = within(canvas, zone);
      for (const plot of layout.plots) {
        if (fill.parkEvery > 0 && isPark(plot, fill.parkEvery, key)) plantPlot(canvas, plot, key, zone);
        else build(canvas, plot, fill.use, key, clip);
      }
      return;
    }
    default:
      fill satisfies never;
  }
}

/** The street around the core, the rows' streets, and cross streets of which every second one leads out to the avenues. */
function streetsOf(
  canvas: Canvas,
  { zone, core }: District,
  layout: {
    readonly streets: readonly (readonly Point[])[];
    readonly crossStreets: readonly (readonly Point[])[];
  },
  width: number,
  border: boolean,
): Road[] {
  const style: RoadStyle = { ...STREET, carriageways: [{ offset: 0, width: width - 4, lanes: 2 }] };
  const wide: RoadStyle = {
    ...STREET,
    carriageways: [{ offset: 0, width: Math.min(11, width - 2), lanes: 2 }],
    cars: 1.5,
  };
  const inside = within(canvas, zone);
  const anywhere = within(canvas, zone, true);
  return [
    ...(border ? [{ path: [...core, core[0]!], style: wide, clip: anywhere }] : []),
    ...layout.streets.map((path) => ({ path, style, clip: inside })),
    ...layout.crossStreets.map((path, i) =>
      i % 2 === 0 ? { path, style: wide, clip: anywhere } : { path, style, clip: inside },
    ),
  ];
}

/** One block in so many is a small park: half of its plots. */
function isPark(plot: Plot, every: number, key: number): boolean {
  const [row, column] = plot.key;
  return (
    createRandom(key + 7, row >> 1, column >> 6).integer(every) === 0 &&
    createRandom(key + 8, row, column >> 2).chance(0.5)
  );
}

function plantPlot(canvas: Canvas, plot: Plot, key: number, zone: number): void {
  layPark(
    canvas,
    [plot.at(0, 0), plot.at(1, 0), plot.at(1, 1), plot.at(0, 1)],
    zone,
    key + plot.key[0] * 31 + plot.key[1],
  );
}

function build(canvas: Canvas, plot: Plot, use: Use, key: number, clip: Clip): void {
  switch (use.kind) {
    case "houses":
      buildHouse(canvas, plot, use.style, key, clip);
      return;
    case "towers":
      buildTower(canvas, plot, use.style, key, clip);
      return;
    case "warehouses":
      buildWarehouse(canvas, plot, use.vacant, key, clip);
      return;
    case "sites":
      if (createRandom(key, ...plot.key, 5).chance(use.share)) openSite(canvas, plot, key, clip);
      return;
    default:
      use satisfies never;
  }
}

/** A street with houses on both sides, wherever their ground is free. */
function lineStreet(
  canvas: Canvas,
  street: readonly Point[],
  style: HouseStyle,
  key: number,
  clip: Clip,
): void {
  const depth = 36;
  for (const side of [1, -1] as const) {
    let column = 0;
    for (const { at, along } of walk(offsetPath(street, side * 7), 31)) {
      const [dx, dy] = [along[0] * 15 * side, along[1] * 15 * side];
      const front: [Point, Point] = [
        [at[0] - dx, at[1] - dy],
        [at[0] + dx, at[1] + dy],
      ];
      buildHouse(canvas, plotAt(front, depth, [side + 1, column++]), style, key, clip);
    }
  }
  drawRoads(canvas, [{ path: street, style: STREET }], key);
}
