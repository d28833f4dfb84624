import type { PlotOptions } from "./frame.ts";
import type { HouseStyle } from "./houses.ts";

/** White villas with walled yards. */
export const VILLAS: HouseStyle = {
  roofs: ["whiteRoof", "whiteRoof", "creamRoof", "greyRoof"],
  vacant: 0.14,
  garden: 0.24,
  pools: 0.15,
  trees: 7,
  terrace: false,
  storeys: [1.6, 2.8],
};

/** Villas in green gardens. */
export const GARDEN_VILLAS: HouseStyle = { ...VILLAS, vacant: 0.03, trees: 11, garden: 0.3, pools: 0.25 };

/** Small villas with blue roofs, all alike. */
export const BLUE_VILLAS: HouseStyle = {
  ...VILLAS,
  roofs: ["blueRoof", "blueRoof", "greyRoof"],
  vacant: 0.04,
  trees: 4,
  pools: 0.05,
};

/** A quarter that has streets but few houses yet. */
export const NEW_PLOTS: HouseStyle = { ...VILLAS, vacant: 0.72, trees: 3 };

/** Terraced houses that fill their narrow plots, gardens behind. */
export const TERRACES: HouseStyle = {
  roofs: ["greyRoof", "greyRoof", "whiteRoof", "creamRoof"],
  vacant: 0.02,
  garden: 0.3,
  pools: 0,
  trees: 2.5,
  terrace: true,
  storeys: [1.8, 2.4],
};

export const TERRACE_ROWS: PlotOptions = { streetWidth: 12, plotWidth: 13, plotDepth: 25, blockLength: 190 };
export const VILLA_ROWS: PlotOptions = { streetWidth: 13, plotWidth: 34, plotDepth: 36, blockLength: 250 };
export const SLAB_ROWS: PlotOptions = { streetWidth: 14, plotWidth: 70, plotDepth: 64, blockLength: 240 };
export const TOWER_ROWS: PlotOptions = { streetWidth: 15, plotWidth: 62, plotDepth: 70, blockLength: 215 };
export const HALL_ROWS: PlotOptions = { streetWidth: 17, plotWidth: 105, plotDepth: 62, blockLength: 340 };
