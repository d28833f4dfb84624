import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { drawQuarter } from "./flood.ts";
import { drawSeaside } from "./multispectral.ts";
import { drawTown } from "./town.ts";
import { gridAt, type Swath, writeLabels, writePicture, writeReflectance } from "./write.ts";

/** The seed of the files in the repository. */
export const DEFAULT_SEED = 7;

/** Scenes that can be rendered one by one. */
export type SceneName = "town" | "flood" | "multispectral";
export const SCENE_NAMES: readonly SceneName[] = ["town", "flood", "multispectral"];

/** Upper left corners (EPSG:32640, m). Nothing like these places is there: they lie in the open desert of the Empty Quarter. */
const TOWN_CORNER = [204_000, 2_296_000] as const;
const QUARTER_CORNER = [214_000, 2_290_000] as const;
const SEASIDE_CORNER = [218_000, 2_290_000] as const;

/** The town's picture ends at slanted swath edges and lacks a corner. */
const TOWN_SWATH: Swath = (x, y) =>
  x * 100 < 384_000 + 6 * y &&
  y * 100 > 9_000 - 6 * x &&
  !(x * 100 < 30_000 + 6 * y && y > 3850 - (x * 6) / 100);

/** Renders one scene with its labels into a folder and returns the names of the files. */
export async function renderScene(name: SceneName, folder: string, seed: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  switch (name) {
    case "town":
      return renderTown(folder, seed);
    case "flood":
      return [
        ...(await renderQuarter(folder, seed, "before")),
        ...(await renderQuarter(folder, seed, "after")),
      ];
    case "multispectral":
      return renderSeaside(folder, seed);
    default:
      throw new RangeError(`unknown scene ${String(name satisfies never)}`);
  }
}

async function renderTown(folder: string, seed: number): Promise<string[]> {
  const scene = drawTown(seed);
  const grid = gridAt(scene.canvas, TOWN_CORNER);
  await writePicture(
    join(folder, "town.tif"),
    scene,
    grid,
    { seed: seed + 900, blur: 0.17, noise: 3.5 },
    72,
    TOWN_SWATH,
  );
  await writeLabels(join(folder, "town-labels.tif"), scene.canvas, grid, TOWN_SWATH);
  return ["town.tif", "town-labels.tif"];
}

async function renderQuarter(folder: string, seed: number, when: "before" | "after"): Promise<string[]> {
  const scene = drawQuarter(seed, when);
  const grid = gridAt(scene.canvas, QUARTER_CORNER);
  const sensor = { seed: seed + (when === "before" ? 901 : 902), blur: 0.17, noise: 3.5 };
  await writePicture(join(folder, `flood-${when}.tif`), scene, grid, sensor, 76, null);
  await writeLabels(join(folder, `flood-${when}-labels.tif`), scene.canvas, grid, null);
  return [`flood-${when}.tif`, `flood-${when}-labels.tif`];
}

async function renderSeaside(folder: string, seed: number): Promise<string[]> {
  const scene = drawSeaside(seed);
  const grid = gridAt(scene.canvas, SEASIDE_CORNER);
  const swath: Swath = (x, y) => x >= 10 + y / 16 && y >= 8 && x < 632 - y / 16;
  await writeReflectance(
    join(folder, "multispectral.tif"),
    scene,
    grid,
    { seed: seed + 903, blur: 0.17, noise: 1.5 },
    swath,
  );
  await writeLabels(join(folder, "multispectral-labels.tif"), scene.canvas, grid, swath);
  return ["multispectral.tif", "multispectral-labels.tif"];
}
