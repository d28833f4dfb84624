import { openGeotiff } from "./open-geotiff.ts";
import { resampleScene } from "./resample.ts";
import type { Scene } from "./scene.ts";
import type { CacheOptions } from "./tiff-blocks.ts";

/** How a scene is opened: `gsd` in metres resamples it, "native" (the default) leaves it as it is. */
export interface OpenSceneOptions extends CacheOptions {
  readonly gsd?: number | "native";
}

/** Opens a GeoTIFF (path or URL) as a scene at a ground sample distance. Throws UserError as openGeotiff and resampleScene do. */
export async function openScene(
  pathOrUrl: string,
  { gsd = "native", ...options }: OpenSceneOptions = {},
): Promise<Scene> {
  const scene = await openGeotiff(pathOrUrl, options);
  if (gsd === "native") return scene;
  try {
    return resampleScene(scene, gsd);
  } catch (error) {
    await scene.close();
    throw error;
  }
}
