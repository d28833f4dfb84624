import { UserError } from "../errors.ts";
import { type Grid, gridBounds, groundSampleDistance } from "../geo/grid.ts";
import { growWindow, type PixelArea } from "../geo/pixel-area.ts";
import { fullWindow, intersectWindows, type Window } from "../geo/window.ts";
import { loadModel, type Model } from "../inference/model.ts";
import type { ModelCard } from "../inference/model-card.ts";
import { openMosaic } from "../scene/mosaic.ts";
import { withNodata } from "../scene/nodata-override.ts";
import { openScene } from "../scene/open-scene.ts";
import { resampleScene } from "../scene/resample.ts";
import type { Scene } from "../scene/scene.ts";
import { skipDamage, type UnreadWindow } from "../scene/skip-damage.ts";
import { windowGrid, windowScene } from "../scene/window-scene.ts";
import { cellSizes } from "../stitcher/blend.ts";
import { type ChipPlan, type ChipSize, latticeWindow, planChips } from "../tiler/chip-plan.ts";
import { readAreaOfInterest } from "./area-of-interest.ts";
import { chooseGsd } from "./choose-gsd.ts";
import type { Config } from "./config.ts";
import { matchBands } from "./match-bands.ts";
import { matchSampleType } from "./match-sample-type.ts";
import { COG_BLOCK, cacheShares } from "./memory-plan.ts";
import { refuseOverwritingInput } from "./output-folder.ts";
import type { Output } from "./outputs.ts";
import type { Warning } from "./progress.ts";
import { refuseForeignPage } from "./viewer-files.ts";

/** A run that can start: everything is checked, no pixel is mapped yet. */
export interface PreparedRun {
  /** What the chips are read from: the scene at the map's GSD, or the part of it that the area of interest needs. */
  readonly scene: Scene;
  /** The grid of the map. */
  readonly grid: Grid;
  /** Where the map lies in `scene`. */
  readonly crop: Window;
  /** The area of interest in pixels of `scene`; null for all of it. */
  readonly aoi: { readonly area: PixelArea; readonly hash: string } | null;
  readonly model: Model;
  readonly bands: readonly number[];
  readonly plan: ChipPlan;
  /** What could not be read so far, where that is skipped. */
  readonly unread: readonly UnreadWindow[];
  /** Metres per pixel of the map; null where unknown. */
  readonly gsd: number | null;
  readonly warnings: readonly Warning[];
}

/** Opens the scene, one file or several as one, and the model, checks that they suit each other, and plans the chips. Throws UserError where they do not. */
export async function prepareRun(
  paths: readonly string[],
  folder: string,
  config: Config,
): Promise<PreparedRun> {
  for (const path of paths) await refuseOverwritingInput(path, folder);
  await refuseForeignPage(folder, config.outputs);
  const model = await loadModel(config.model);
  const { nodata, onTop, onError } = config;
  const windowHeight = config.chip ?? model.card.input.height ?? model.card.chip;
  const cache = { ...cacheShares(config.maxMemory).scene, windowHeight };
  const unread: UnreadWindow[] = [];
  const around = (found: Scene): Scene => {
    const scene = onError === "skip" ? skipDamage(found, (window) => unread.push(window)) : found;
    return nodata === undefined ? scene : withNodata(scene, nodata);
  };
  const opened =
    paths.length === 1
      ? around(await openScene(paths[0]!, cache))
      : await openMosaic(paths, { overlaps: onTop, ...cache }, around);
  try {
    return { ...(await prepareScene(opened, model, config)), unread };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function prepareScene(
  native: Scene,
  model: Model,
  config: Config,
): Promise<Omit<PreparedRun, "unread">> {
  const { card } = model;
  const warnings: Warning[] = [];
  refuseOnlyTiles(native, config);
  refuseVainFlips(card, config);
  const warn = (code: string, message: string | null): void => {
    if (message !== null) warnings.push({ code, message: `${native.path}: ${message}` });
  };
  if (native.grid.crs === null) {
    warn("no-crs", "no georeference found: the map gets no CRS, no hectares and no longitudes and latitudes");
  }
  const bands = matchBands(native, card, config.bands);
  const choice = chooseGsd(native.path, groundSampleDistance(native.grid), card, config.gsd);
  warn("gsd", choice.warning);
  const ranged = await matchSampleType(native, card, bands, config.rescale);
  warn("rescale", ranged.warning);
  const scene = choice.resampleTo === null ? ranged.scene : resampleScene(ranged.scene, choice.resampleTo);
  const chip = chipSize(card, config);
  const gsd = groundSampleDistance(scene.grid);
  if (config.aoi !== undefined) {
    const within = await prepareArea(scene, config.aoi, chip, card.output.stride);
    return { ...within, model, bands, gsd, warnings };
  }
  const { grid } = scene;
  const plan = planChips(grid, chip);
  return { scene, grid, crop: fullWindow(grid), aoi: null, model, bands, plan, gsd, warnings };
}

/** The part of a scene that an area of interest needs: all chips that have a say in its pixels, on the lattice of the whole scene. */
async function prepareArea(
  whole: Scene,
  aoi: string,
  chip: ChipSize,
  stride: number,
): Promise<Pick<PreparedRun, "scene" | "grid" | "crop" | "aoi" | "plan">> {
  const { area, hash } = await readAreaOfInterest(aoi, whole.grid);
  const inside = area.window === null ? null : intersectWindows(area.window, fullWindow(whole.grid));
  if (inside === null) throw outsideScene(aoi, whole);
  const part = latticeWindow(planChips(whole.grid, chip), growWindow(inside, stride, whole.grid)!);
  const scene = windowScene(whole, part);
  const crop = { ...inside, col: inside.col - part.col, row: inside.row - part.row };
  const grid = windowGrid(whole.grid, inside);
  return {
    scene,
    grid,
    crop,
    aoi: { area: area.movedBy(-part.col, -part.row), hash },
    plan: planChips(scene.grid, chip),
  };
}

function outsideScene(aoi: string, { path, grid }: Scene): UserError {
  const bounds = gridBounds(grid).map((value) => Number(value.toPrecision(9)));
  return new UserError(
    "aoi-outside",
    `--aoi ${aoi} holds no pixel of ${path}.`,
    `The scene covers ${bounds.join(",")}${grid.crs?.epsg == null ? "" : `,EPSG:${grid.crs.epsg}`}.`,
  );
}

/** About what a checkpoint of the run holds (bytes): scores that wait for the next row of chips, and half a strip of each COG's levels. */
export function checkpointBytes({ model, plan, scene }: PreparedRun): number {
  const { stride } = model.card.output;
  const rows = plan.y.overlap / stride + (stride === 1 ? 0 : 1);
  const scores = 4 * model.card.classes.length * (plan.x.size / stride) * rows;
  const strips = 2 * (4 / 3) * (COG_BLOCK / 2) * scene.grid.width;
  return scores + strips;
}

/** True when positions of a grid are known in longitude and latitude. */
export function isPlaced({ crs }: Grid): boolean {
  return crs !== null && crs.proj4 !== null;
}

/** Tiles are left out, with a warning, where the place on earth is not known; where only a web map is wanted, nothing would be left. */
function refuseOnlyTiles({ path, grid }: Scene, { outputs }: Config): void {
  const ofTheWebMap = (output: Output): boolean =>
    output.endsWith("-tiles") ||
    output === "imagery" ||
    output === "viewer" ||
    (output === "areas" && outputs.includes("viewer"));
  if (isPlaced(grid) || !outputs.every(ofTheWebMap)) return;
  throw new UserError(
    "no-crs",
    `${path} has ${grid.crs === null ? "no georeference" : `a CRS that cannot be projected (${grid.crs.name})`}, so no tiles can be made of it.`,
    "Give it a georeference (gdal_edit.py -a_srs … -a_ullr …), or ask for other --outputs.",
  );
}

/** Flips are offered where validation gained by them, as the card says. */
function refuseVainFlips({ name, metrics }: ModelCard, { tta }: Config): void {
  if (tta === "none" || metrics.some((metric) => (metric.flips?.gain ?? 0) > 0)) return;
  throw new UserError(
    "no-gain",
    `--tta flip: the card of ${name} shows no gain by it (metrics.flips).`,
    "Leave it out: the map would take four times as long for nothing known.",
  );
}

/** The chip and overlap of the run: flags before card; checked against what the graph takes. */
function chipSize(card: ModelCard, config: Config): { chip: number; overlap: number } {
  const { height, width, multipleOf } = card.input;
  const fixed = height ?? width;
  const chip = config.chip ?? fixed ?? card.chip;
  if ((fixed !== null && chip !== fixed) || chip % multipleOf !== 0) {
    throw new UserError(
      "bad-chip",
      `Chips are ${chip} px, but ${card.name} takes ${fixed === null ? `multiples of ${multipleOf}` : `only ${fixed}`} px.`,
      "Change `chip` in the pipeline or in the model card.",
    );
  }
  const overlap = config.overlap ?? Math.min(card.overlap, Math.floor(chip / 2));
  cellSizes({ chip, overlap, margin: card.output.margin, stride: card.output.stride });
  return { chip, overlap };
}
