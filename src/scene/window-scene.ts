import { pixelPoint, rebaseAffine } from "../geo/affine.ts";
import type { Grid } from "../geo/grid.ts";
import type { Window } from "../geo/window.ts";
import { derivedScene } from "./derived-scene.ts";
import type { Scene } from "./scene.ts";

/** The grid of a window of another grid. */
export function windowGrid({ affine, crs }: Grid, { col, row, width, height }: Window): Grid {
  return { width, height, affine: rebaseAffine(affine, pixelPoint(col, row)), crs };
}

/** A window of a scene as a scene of its own, without overviews. */
export function windowScene(scene: Scene, window: Window): Scene {
  return derivedScene(scene, {
    grid: windowGrid(scene.grid, window),
    overviews: [],
    read: async (wanted, { bands, level = 0 } = {}) => {
      if (level !== 0) throw new RangeError(`${scene.path}: a window of it has no level ${level}`);
      const inScene = { ...wanted, col: wanted.col + window.col, row: wanted.row + window.row };
      const block = await scene.read(inScene, bands === undefined ? {} : { bands });
      return { ...block, window: wanted };
    },
  });
}
