import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { throwIfAborted, UserError } from "../errors.ts";
import type { LandCoverClass } from "../scene/class-scheme.ts";
import { withNodata } from "../scene/nodata-override.ts";
import { openScene } from "../scene/open-scene.ts";
import { percentileRange, rescaleScene } from "../scene/rescale.ts";
import type { Scene } from "../scene/scene.ts";
import { type ImageFormat, writeImageTiles } from "../tiles/image-tiles.ts";
import type { TileOptions, TilesResult } from "../tiles/publish-tiles.ts";
import { writeRasterTiles } from "../tiles/raster-tiles.ts";
import type { TileSize } from "../tiles/tile-pyramid.ts";
import { timed } from "./manifest.ts";
import { describeBands, findBand } from "./match-bands.ts";
import { ProgressMeter, type RunListener } from "./progress.ts";

/** How a scene is published as image tiles. */
export interface PublishSceneOptions {
  /** webp where not given. */
  readonly format?: ImageFormat;
  /** Side of a tile in px; 512 where not given. */
  readonly tileSize?: TileSize;
  /** Red, green and blue, or one band for gray: numbers from 1, roles or names. By role where not given, else the first three. */
  readonly bands?: readonly (string | number)[];
  /** Raw values that become 0 and 255; `auto` (2nd to 98th percentile) is the default of scenes that are not 8-bit. */
  readonly rescale?: "auto" | readonly [min: number, max: number];
  /** Pixels whose bands all have this value hold no data, beside what the file itself says. */
  readonly nodata?: number;
  /** The scene's file name where not given. */
  readonly name?: string;
  readonly attribution?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: RunListener;
}

/**
 * Publishes a GeoTIFF (path or URL) as a PMTiles archive of image tiles: imagery in the format asked for, a raster with a palette (a
 * land-cover map) as palette PNG in its own colours, classes never averaged. Throws UserError for what the user can fix,
 * CancelledError when the signal stopped it; then no file is left.
 */
export async function publishScene(
  scenePath: string,
  path: string,
  options: PublishSceneOptions = {},
): Promise<TilesResult> {
  throwIfAborted(options.signal);
  await checkTarget(scenePath, path);
  const opened = await openScene(scenePath);
  try {
    const scene = options.nodata === undefined ? opened : withNodata(opened, options.nodata);
    const listener = options.onEvent ?? ((): void => undefined);
    const result = await timed("image-tiles", [], listener, () => publish(scene, path, options, listener));
    for (const message of result.warnings) listener({ type: "warning", code: "image-tiles", message });
    return result;
  } finally {
    await opened.close();
  }
}

async function publish(
  scene: Scene,
  path: string,
  options: PublishSceneOptions,
  listener: RunListener,
): Promise<TilesResult> {
  return writeSceneTiles(scene, path, { ...options, ...tileOptionsOf(scene, options, listener) }, listener);
}

/** Writes the image tiles of an open scene: see publishScene. */
export async function writeSceneTiles(
  scene: Scene,
  path: string,
  options: Pick<PublishSceneOptions, "format" | "tileSize" | "bands" | "rescale"> & TileOptions,
  listener: RunListener,
): Promise<TilesResult> {
  const { format = "webp", rescale } = options;
  if (scene.palette !== null && scene.bands.length === 1)
    return writeRasterTiles(path, scene, { ...options, classes: classesOf(scene.palette) });
  const bands = displayBands(scene, options.bands);
  const shown = await stretch(scene, bands, rescale, listener);
  return writeImageTiles(path, shown, { ...options, bands, format });
}

function tileOptionsOf(
  { path, grid }: Scene,
  { name, attribution, signal }: PublishSceneOptions,
  listener: RunListener,
): TileOptions {
  let meter: ProgressMeter | undefined;
  return {
    name: name ?? basename(/^https?:/.test(path) ? new URL(path).pathname : path),
    ...(attribution === undefined ? {} : { attribution }),
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => {
      meter ??= new ProgressMeter("image-tiles", total, (grid.width * grid.height) / 1e6, listener);
      meter.report(done);
    },
  };
}

function classesOf(palette: NonNullable<Scene["palette"]>): LandCoverClass[] {
  return palette
    .filter(({ value }) => value < 255)
    .map(({ value, name, color }) => ({ id: value, name: name ?? `class ${value}`, color }));
}

/** Indices of the bands shown as red, green and blue. Throws UserError "bad-bands". */
export function displayBands(
  { path, bands }: Scene,
  chosen: PublishSceneOptions["bands"],
): readonly [number, number, number] {
  const wanted = chosen ?? (bands.length < 3 ? [1] : ["red", "green", "blue"]);
  const found = wanted.map((band) => findBand(bands, band)).filter((index) => index !== null);
  if (found.length === 1 && wanted.length === 1) return [found[0]!, found[0]!, found[0]!];
  if (found.length === 3 && wanted.length === 3) return [found[0]!, found[1]!, found[2]!];
  if (chosen === undefined) return [0, 1, 2];
  throw new UserError(
    "bad-bands",
    `${path}: ${chosen.join(", ")} are not three bands of it, nor one; it has ${describeBands(bands)}.`,
    "Pass --bands with three numbers or names for red, green and blue, or with one for gray.",
  );
}

/** The scene as 8-bit. */
async function stretch(
  scene: Scene,
  bands: readonly number[],
  rescale: PublishSceneOptions["rescale"],
  listener: RunListener,
): Promise<Scene> {
  if (rescale === undefined && scene.sampleType === "uint8") return scene;
  if (rescale !== undefined && rescale !== "auto")
    return rescaleScene(scene, { min: rescale[0], max: rescale[1] });
  const range = await percentileRange(scene, [...new Set(bands)]);
  const message = `${scene.path}: values ${range.min} to ${range.max} are stretched to 0–255 (--rescale changes that)`;
  listener({ type: "warning", code: "rescale", message });
  return rescaleScene(scene, range);
}

/** Throws UserError when the archive would replace its own scene, or has another ending than viewers know. */
async function checkTarget(scenePath: string, path: string): Promise<void> {
  if (!path.endsWith(".pmtiles"))
    throw new UserError(
      "bad-output",
      `${path} does not end in .pmtiles.`,
      "Give the archive a name such as scene.pmtiles with -o.",
    );
  const [scene, target] = await Promise.all([scenePath, path].map((file) => stat(file).catch(() => null)));
  if (scene && target && scene.ino === target.ino && scene.dev === target.dev)
    throw new UserError(
      "overwrites-input",
      `${path} is the scene itself, under another name.`,
      "Choose another file with -o.",
    );
}
