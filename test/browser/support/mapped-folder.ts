import { join } from "node:path";
import { mapScene } from "../../../src/pipeline/map-scene.ts";
import { fixtureModelPath } from "../../support/fixture-model.ts";
import { writeScene } from "../../support/write-scene.ts";

const WIDTH = 1200;
const HEIGHT = 900;
/** Side (px) of the squares that are painted. */
const SQUARE = 100;
/** Gray values whose classes are low, middle and high. */
const GRAYS = [40, 120, 200] as const;

/** Maps a small scene of gray squares as a user would; another `seed` is another time at the same place. */
export async function mapFolder(
  scratch: string,
  name: string,
  { seed = 0, model = fixtureModelPath("pixelwise") } = {},
): Promise<string> {
  const scene = join(scratch, `${name}.tif`);
  await writeScene(scene, { width: WIDTH, height: HEIGHT, data: squares(seed) });
  const folder = join(scratch, name);
  const attribution = "Rendered by <b>landstitch</b>";
  await mapScene(scene, folder, { model, device: "cpu", workers: 1, attribution });
  return folder;
}

function squares(seed: number): Uint8Array {
  return Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [col, row] = [Math.floor((pixel % WIDTH) / SQUARE), Math.floor(pixel / WIDTH / SQUARE)];
    return GRAYS[(col * 7 + row * 11 + col * row + seed) % 3]!;
  });
}
