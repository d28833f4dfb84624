import { fileURLToPath } from "node:url";
import type { Window } from "../../../src/geo/window.ts";
import type { RasterBlock } from "../../../src/scene/raster-block.ts";
import type { Scene } from "../../../src/scene/scene.ts";

/** The folder of the sample scenes. */
export const SAMPLES = fileURLToPath(new URL("../../../sample-data/", import.meta.url));

/** Scenes of sample-data, without ".tif"; the labels of each lie beside it. */
export const SCENES = ["town", "flood-before", "flood-after", "multispectral"] as const;

/** Reads a level of a raster in strips of whole rows. */
export async function* strips(scene: Scene, level = 0): AsyncGenerator<RasterBlock> {
  const { width, height } = level === 0 ? scene.grid : scene.overviews[level - 1]!;
  const rows = 512;
  for (let row = 0; row < height; row += rows) {
    const window: Window = { col: 0, row, width, height: Math.min(rows, height - row) };
    yield await scene.read(window, { level });
  }
}
