import type { Grid } from "../../src/geo/grid.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import type { SampleArray } from "../../src/scene/raster-block.ts";

/** All samples of a GeoTIFF, bands interleaved. */
export async function pixelsOf(path: string): Promise<{ readonly data: SampleArray; readonly grid: Grid }> {
  const raster = await openScene(path);
  const { width, height } = raster.grid;
  const { data } = await raster.read({ col: 0, row: 0, width, height });
  await raster.close();
  return { data, grid: raster.grid };
}
