import type { LandCoverClass } from "../../src/scene/class-scheme.ts";

/** The classes of the labels, numbered as the shipped models number them. */
export const CLASSES: readonly LandCoverClass[] = [
  { id: 0, name: "water", color: "#3b82c4" },
  { id: 1, name: "land", color: "#f5e8bd", description: "bare ground, sand, pavement" },
  { id: 2, name: "road", color: "#2f2d38" },
  { id: 3, name: "building", color: "#b8605f", description: "buildings and their paved plots" },
  { id: 4, name: "vegetation", color: "#7fa03a" },
];

export const WATER = 0;
export const LAND = 1;
export const ROAD = 2;
export const BUILDING = 3;
export const VEGETATION = 4;

type Rgb = readonly [red: number, green: number, blue: number];

/** How a surface looks: its mean colour (0–255), near infrared, and the strength of its grain at 1 px and of its blotches at 5 px. */
export interface Surface {
  readonly rgb: Rgb;
  readonly nir: number;
  readonly grain: number;
  readonly blotch: number;
}

function surface(rgb: Rgb, nir: number, grain: number, blotch: number): Surface {
  return { rgb, nir, grain, blotch };
}

/** Every surface of the scenes. Colours are those of the shared imagery's classes; the order gives the material its number. */
export const SURFACES = {
  sand: surface([190, 195, 203], 215, 6, 6),
  water: surface([11, 12, 11], 6, 1, 1),
  beach: surface([222, 215, 210], 225, 5, 4),
  sabkha: surface([128, 128, 134], 140, 6, 8),
  dirt: surface([208, 208, 211], 220, 7, 5),
  asphalt: surface([80, 71, 72], 84, 5, 4),
  freshAsphalt: surface([54, 45, 47], 60, 5, 4),
  wornAsphalt: surface([104, 97, 98], 108, 6, 5),
  paint: surface([150, 143, 140], 150, 10, 0),
  pavement: surface([152, 148, 154], 160, 9, 8),
  yard: surface([134, 130, 135], 145, 20, 24),
  parking: surface([112, 106, 118], 115, 7, 5),
  carPort: surface([128, 124, 168], 150, 12, 8),
  wall: surface([196, 192, 190], 200, 12, 0),
  lawn: surface([82, 86, 69], 175, 9, 12),
  fairway: surface([90, 95, 70], 190, 7, 8),
  green: surface([112, 124, 84], 205, 4, 3),
  garden: surface([70, 74, 63], 165, 18, 18),
  tree: surface([43, 49, 45], 150, 12, 6),
  palm: surface([52, 58, 50], 150, 14, 4),
  mangrove: surface([62, 68, 69], 150, 12, 14),
  shrub: surface([86, 90, 88], 140, 12, 6),
  whiteRoof: surface([240, 238, 236], 235, 18, 12),
  creamRoof: surface([218, 206, 192], 225, 18, 12),
  greyRoof: surface([170, 168, 174], 175, 18, 14),
  darkRoof: surface([98, 92, 92], 105, 12, 10),
  blueRoof: surface([118, 120, 168], 170, 12, 8),
  tileRoof: surface([172, 128, 108], 190, 14, 8),
  metalRoof: surface([246, 243, 236], 240, 5, 4),
  facade: surface([44, 38, 40], 45, 10, 6),
  concrete: surface([158, 148, 140], 160, 24, 16),
  rubble: surface([166, 154, 144], 165, 30, 20),
  excavation: surface([186, 172, 158], 190, 12, 12),
  court: surface([168, 88, 62], 150, 5, 3),
  blueCourt: surface([92, 104, 166], 110, 5, 3),
  pool: surface([96, 172, 186], 30, 4, 0),
  lightPaint: surface([250, 250, 250], 250, 0, 0),
  darkPaint: surface([36, 34, 36], 40, 0, 0),
  redPaint: surface([200, 92, 60], 150, 0, 0),
  foam: surface([142, 132, 112], 130, 26, 10),
  flood: surface([48, 44, 37], 30, 2, 2),
} as const satisfies Record<string, Surface>;

export type Material = keyof typeof SURFACES;

const NAMES = Object.keys(SURFACES) as Material[];
const CODES = Object.fromEntries(NAMES.map((name, code) => [name, code])) as Record<Material, number>;

/** The number that stands for a material in the canvas. */
export function codeOf(material: Material): number {
  return CODES[material];
}

/** Surfaces in the order of their numbers. */
export const SURFACE_LIST: readonly Surface[] = NAMES.map((name) => SURFACES[name]);
