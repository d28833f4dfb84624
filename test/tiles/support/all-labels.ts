import type { Scene } from "../../../src/scene/scene.ts";
import { holdsData, labelRows } from "../../../src/tiles/label-tiles.ts";
import type { TileLabels } from "../../../src/tiles/tile-labels.ts";
import type { TilePyramid } from "../../../src/tiles/tile-pyramid.ts";

/** The labels of all tiles with data by "z/x/y". */
export async function allLabels(scene: Scene, pyramid: TilePyramid): Promise<Map<string, TileLabels>> {
  const labels = new Map<string, TileLabels>();
  const keep = (tile: TileLabels): TileLabels => ({ ...tile, labels: tile.labels.slice() });
  for await (const { z, y, tiles } of labelRows(scene, pyramid, { keep }))
    for (const [x, tile] of tiles) if (holdsData(tile)) labels.set(`${z}/${x}/${y}`, tile);
  return labels;
}
