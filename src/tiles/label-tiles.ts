import { UserError } from "../errors.ts";
import { type LandCoverClass, NODATA } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";
import { averageInto } from "./average.ts";
import { fillMode, fillNearest, type LabelWindow } from "./fill.ts";
import { halveInto } from "./halve.ts";
import { type MercatorSampler, mercatorSampler } from "./mercator-sampler.ts";
import type { TileOptions } from "./publish-tiles.ts";
import { readLabels } from "./read-labels.ts";
import type { RegionIndex } from "./region-index.ts";
import { type CascadedTile, cascadeTiles } from "./tile-cascade.ts";
import { SquarePool, type TileLabels } from "./tile-labels.ts";
import type { TilePyramid } from "./tile-pyramid.ts";

/** How tiles of a land-cover map are made. */
export interface LabelTileOptions extends TileOptions {
  readonly classes: readonly LandCoverClass[];
}

/** The regions of a map, for the tiles of a zoom and all deeper ones. */
export interface TileRegions {
  readonly index: RegionIndex;
  readonly fromZoom: number;
}

/** How the labels of tiles are made. */
export interface LabelCascadeOptions<K> {
  readonly regions?: TileRegions | null;
  readonly method?: "mode" | "mean";
  /** What is kept of a tile, whose arrays are used again after that. */
  readonly keep: (tile: TileLabels) => K;
}

/**
 * The labels of the tiles of all zooms (see cascadeTiles): sampled once, nearest neighbour, then halved. The `mode` of four
 * keeps shares (see halveInto); their `mean` is for quantities such as confidence.
 */
export function labelTiles<K>(
  labels: Scene,
  pyramid: TilePyramid,
  { regions = null, method = "mode", keep }: LabelCascadeOptions<K>,
): AsyncGenerator<CascadedTile<K>> {
  const squares = new SquarePool(pyramid.tileSize);
  return cascadeTiles<TileLabels, K>(pyramid, {
    sample: labelSampler(labels, pyramid, regions?.index ?? null, squares),
    empty: (z) => squares.take(regions !== null && z >= regions.fromZoom),
    halve: method === "mode" ? halveInto : averageInto,
    keep: (square) => {
      const kept = keep(square);
      squares.give(square);
      return kept;
    },
  });
}

/** Samples labels on the tiles of the deepest zoom; with `regions`, the region of each pixel and its class. */
export function labelSampler(
  scene: Scene,
  pyramid: TilePyramid,
  regions: RegionIndex | null = null,
  squares = new SquarePool(pyramid.tileSize),
): MercatorSampler<TileLabels> {
  return mercatorSampler<LabelWindow, TileLabels>(pyramid, {
    read: async (window) =>
      regions === null
        ? { window, labels: await readLabels(scene, window), regions }
        : { window, ...regions.read(window) },
    empty: () => squares.take(regions !== null),
    fill: (target, patch, source, box) =>
      box === 1 ? fillNearest(target, patch, source) : fillMode(target, patch, source, box),
    holdsData,
  });
}

/** Throws UserError "not-labels" when a scene does not hold class ids. */
export function assertLabels({ path, sampleType, bands }: Scene): void {
  if (sampleType === "uint8" && bands.length === 1) return;
  throw new UserError(
    "not-labels",
    `${path}: ${bands.length} band(s) of ${sampleType} are not class ids.`,
    "Tiles are made from a land-cover map: one band of uint8, as landcover.tif has.",
  );
}

/** The legend, as a member of the metadata. */
export function legendOf(classes: readonly LandCoverClass[], description?: string): object {
  return {
    description: description ?? `Land cover: ${classes.map(({ name }) => name).join(", ")}`,
    classes: classes.map(({ id, name, color }) => ({ id, name, color })),
  };
}

/** True when a pixel is not nodata. */
export function holdsData({ labels }: TileLabels): boolean {
  for (let i = 0; i < labels.length; i++) if (labels[i] !== NODATA) return true;
  return false;
}
