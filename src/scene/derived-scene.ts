import type { Scene } from "./scene.ts";

/** A scene that differs from another in some respects, at least in how it reads; closing it closes the other. */
export function derivedScene(scene: Scene, changes: Partial<Scene> & Pick<Scene, "read">): Scene {
  const { path, grid, bands, sampleType, nodata, maskSource, overviews, storage, palette, tags } = scene;
  return {
    ...{ path, grid, bands, sampleType, nodata, maskSource, overviews, storage, palette, tags },
    close: () => scene.close(),
    ...changes,
  };
}
