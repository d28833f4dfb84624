import type { LandCoverClass } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import type { TileOptions, TilesResult } from "./publish-tiles.ts";
import { writeRasterTiles } from "./raster-tiles.ts";

/** Colours of 0, 25, 50, 75 and 100 %: from dark purple over green to yellow, told apart by every eye (matplotlib's viridis, CC0). */
const RAMP = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
] as const;

/**
 * Writes `confidence-raster.pmtiles`: palette PNG of a confidence raster (0–100 %, nodata 255, transparent). Confidence is a quantity:
 * lower zooms show the mean. Throws as writeRasterTiles does.
 */
export function writeConfidenceTiles(
  path: string,
  confidence: Scene,
  options: TileOptions,
): Promise<TilesResult> {
  const classes = Array.from({ length: 101 }, (_, percent) => percentClass(percent));
  return writeRasterTiles(path, confidence, {
    ...options,
    classes,
    method: "mean",
    description: "Confidence of the land cover in percent",
  });
}

function percentClass(percent: number): LandCoverClass {
  const place = Math.min(3, Math.floor(percent / 25));
  const share = percent / 25 - place;
  const [low, high] = [RAMP[place]!, RAMP[place + 1]!];
  const rgb = low.map((value, i) => Math.round(value + share * (high[i]! - value)));
  return {
    id: percent,
    name: `${percent} %`,
    color: `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`,
  };
}
