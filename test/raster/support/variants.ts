import type { CogOptions } from "../../../src/raster/cog-writer.ts";
import type { LandCoverClass } from "../../../src/scene/class-scheme.ts";
import { type Raster, rasterOf } from "./rasters.ts";

/** A raster and how it is written: one row of the tables in the tests of the writer. */
export interface Variant {
  readonly title: string;
  readonly raster: Raster;
  readonly options: Omit<CogOptions, "grid" | "sampleType" | "bands">;
}

/** Two classes with nothing between, and a name that XML must escape. */
export const CLASSES: readonly LandCoverClass[] = [
  { id: 0, name: "water", color: "#1e78c8" },
  { id: 3, name: 'built & "paved" <roof>', color: "#c83c28" },
];

const waves = (col: number, row: number): number => Math.sin(col / 21) + Math.cos(row / 17);
const label = (col: number, row: number): number => (waves(col, row) > 0.3 ? 3 : 0);
const hole = (col: number, row: number): boolean => col < 90 && row < 70;
const labels = (width: number, height: number): Raster =>
  rasterOf({ width, height }, (col, row) => (hole(col, row) ? 255 : label(col, row)));
const percent = (col: number, row: number): number =>
  hole(col, row) ? 255 : Math.round(50 + 24 * waves(col, row));
const colour = (col: number, row: number, band: number): number => (col * (band + 2) + row * 3) % 251;
const inDisc = (col: number, row: number): boolean => (col - 100) ** 2 + (row - 90) ** 2 < 95 ** 2;

const mapped = { overviews: "mode", nodata: 255, palette: CLASSES } as const;

/** Everything that the writer can be asked for, at sizes where edges show. */
export const VARIANTS: readonly Variant[] = [
  {
    title: "labels with palette and nodata, not a multiple of the block",
    raster: labels(333, 210),
    options: { ...mapped, blockSize: 64, tags: { MODEL: 'town "1.0" & more' }, bandNames: ["class"] },
  },
  {
    title: "confidence with averaged overviews",
    raster: rasterOf({ width: 333, height: 210 }, percent),
    options: { overviews: "average", nodata: 255, blockSize: 64, bandNames: ["confidence"] },
  },
  { title: "a BigTIFF", raster: labels(101, 99), options: { ...mapped, blockSize: 32, bigTiff: true } },
  { title: "one pixel", raster: labels(1, 1), options: mapped },
  { title: "1 px wide", raster: labels(1, 613), options: { ...mapped, blockSize: 64 } },
  { title: "1 px high", raster: labels(613, 1), options: { ...mapped, blockSize: 64 } },
  { title: "smaller than a block", raster: labels(37, 53), options: mapped },
  { title: "exactly one block", raster: labels(64, 64), options: { ...mapped, blockSize: 64 } },
  { title: "one pixel more than a block", raster: labels(65, 65), options: { ...mapped, blockSize: 64 } },
  {
    title: "one class everywhere",
    raster: rasterOf({ width: 150, height: 130 }, () => 3),
    options: { ...mapped, blockSize: 64 },
  },
  {
    title: "nothing but nodata",
    raster: rasterOf({ width: 150, height: 130 }, () => 255),
    options: { ...mapped, blockSize: 64 },
  },
  {
    title: "RGB with an internal mask",
    raster: rasterOf({ width: 221, height: 205, bands: 3 }, colour, inDisc),
    options: { overviews: "average", blockSize: 64 },
  },
  {
    title: "four bands of uint16 with names",
    raster: rasterOf({ width: 105, height: 133, bands: 4, type: "uint16" }, (col, row, band) =>
      col < 9 ? 0 : 1 + col * 190 + row * 7 + band * 1001,
    ),
    options: {
      overviews: "average",
      nodata: 0,
      blockSize: 64,
      bandNames: ["red", "green", "blue", "near infrared"],
    },
  },
  {
    title: "labels of uint16 with a mask",
    raster: rasterOf({ width: 105, height: 133, type: "uint16" }, (col, row) => (col * row) % 999, inDisc),
    options: { overviews: "mode", blockSize: 64 },
  },
  {
    title: "two bands",
    raster: rasterOf({ width: 70, height: 90, bands: 2 }, colour),
    options: { overviews: "average", blockSize: 64 },
  },
];
