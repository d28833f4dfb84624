import type { Scene } from "../../../src/scene/scene.ts";
import { holdsData, labelTiles } from "../../../src/tiles/label-tiles.ts";
import type { TileLabels } from "../../../src/tiles/tile-labels.ts";
import type { TilePyramid } from "../../../src/tiles/tile-pyramid.ts";

/** The labels of all tiles with data by "z/x/y". */
export async function allLabels(scene: Scene, pyramid: TilePyramid): Promise<Map<string, TileLabels>> {
  const labels = new Map<string, TileLabels>();
  const keep = (tile: TileLabels): TileLabels => ({ ...tile, labels: tile.labels.slice() });
  for await (const { tile, content } of labelTiles(scene, pyramid, { keep }))
    if (content !== null && holdsData(content)) labels.set(`${tile.z}/${tile.x}/${tile.y}`, content);
  return labels;
}
