import type { Window } from "../geo/window.ts";
import { NODATA } from "../scene/class-scheme.ts";
import type { Scene } from "../scene/scene.ts";

/** The labels of a window of a map at full resolution, row by row, nodata 255. */
export async function readLabels(scene: Scene, window: Window): Promise<Uint8Array> {
  const { data, mask } = await scene.read(window, { bands: [0] });
  const labels = data as Uint8Array;
  if (mask === null || (scene.maskSource === "nodata" && scene.nodata === NODATA)) return labels;
  for (let i = 0; i < mask.length; i++) if (mask[i] === 0) labels[i] = NODATA;
  return labels;
}
