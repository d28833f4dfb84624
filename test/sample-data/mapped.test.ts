import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { pixelPoint, rebaseAffine } from "../../src/geo/affine.ts";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";
import { SAMPLES } from "./support/samples.ts";

const scratch = scratchFolder();
/** A quarter square kilometre with every class: beach, lagoon, towers, villas, gardens, the highway. */
const WINDOW = { col: 1024, row: 1024, width: 1024, height: 1024 };

/** That the picture looks enough like the imagery that the model was trained on; it says nothing of that imagery. */
test("the shipped model maps the rendered town sensibly: every class is found", async () => {
  const scene = join(scratch, "town-centre.tif");
  await writeWindow(scene);
  const { folder } = await mapScene(scene, join(scratch, "out"), { outputs: ["landcover"], device: "cpu" });
  const map = await openScene(join(folder, "landcover.tif"));
  const labels = await openScene(join(SAMPLES, "town-labels.tif"));
  const { scores, pixels } = await evaluate(map, labels, { classes: null });
  await Promise.all([map.close(), labels.close()]);
  expect(pixels.compared).toBe(WINDOW.width * WINDOW.height);
  expect(scores.pixelAccuracy).toBeGreaterThan(0.75);
  expect(scores.meanIoU).toBeGreaterThan(0.6);
  for (const { iou } of scores.perClass) expect(iou).toBeGreaterThan(0.4);
});

async function writeWindow(path: string): Promise<void> {
  const town = await openScene(join(SAMPLES, "town.tif"));
  const { data } = await town.read(WINDOW);
  await town.close();
  const { width, height } = WINDOW;
  const affine = rebaseAffine(town.grid.affine, pixelPoint(WINDOW.col, WINDOW.row));
  await writeScene(path, { width, height, data: data as Uint8Array, affine });
}
