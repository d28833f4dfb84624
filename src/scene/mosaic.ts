import { UserError } from "../errors.ts";
import { composeAffines, invertAffine, pixelPoint, rebaseAffine } from "../geo/affine.ts";
import { type Grid, sameCrs } from "../geo/grid.ts";
import { containsWindow, describeWindow, fullWindow, intersectWindows, type Window } from "../geo/window.ts";
import { openGeotiff } from "./open-geotiff.ts";
import { type RasterBlock, sampleArray } from "./raster-block.ts";
import type { Scene } from "./scene.ts";
import { ScenePool } from "./scene-pool.ts";
import type { CacheOptions } from "./tiff-blocks.ts";

/** How a mosaic is put together, and read; `cacheBytes` is for all scenes together. */
export interface MosaicOptions extends CacheOptions {
  /** Which scene shows where several have data: the one that was named first, or the newest by its TIFF DateTime. */
  readonly overlaps: "first" | "newest";
}

/** One scene of a mosaic: where its pixels are in it. */
interface Piece {
  readonly path: string;
  readonly window: Window;
  /** TIFF DateTime, "YYYY:MM:DD HH:MM:SS"; null where the file does not say. */
  readonly date: string | null;
}

/** Scenes kept open at a time, and what they may keep of their decoded blocks (bytes). */
const OPEN = 24;
const CACHE_BYTES = 384 * 1024 * 1024;
/** Pixels of two scenes may be this far (px) from lying on one another. */
const TOLERANCE = 0.01;

/**
 * Opens several GeoTIFFs on compatible grids as one scene that covers them all; what no scene covers has no data. `around` changes each
 * scene as it is opened. Throws UserError "mosaic-mismatch", naming the file and what differs, or as opening a GeoTIFF does.
 */
export async function openMosaic(
  paths: readonly string[],
  { overlaps, cacheBytes = CACHE_BYTES, ...reading }: MosaicOptions,
  around: (scene: Scene) => Scene = (scene) => scene,
): Promise<Scene> {
  const pool = new ScenePool(
    async (path) => around(await openGeotiff(path, { ...reading, cacheBytes: cacheBytes / OPEN })),
    OPEN,
  );
  try {
    const first = await pool.use(paths[0]!, async (scene) => scene);
    const placed: Piece[] = [];
    for (const path of paths) placed.push(await pool.use(path, async (scene) => placeIn(first, scene)));
    const { grid, pieces } = unionOf(first.grid, overlaps === "newest" ? newestFirst(placed) : placed);
    return mosaicScene(
      {
        ...first,
        storage: { ...first.storage, cacheBytes: first.storage.cacheBytes * Math.min(OPEN, paths.length) },
      },
      paths,
      grid,
      (window, bands) => readPieces(pool, first, pieces, window, bands),
      () => pool.close(),
    );
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** A scene's window in the pixels of the first. Throws UserError "mosaic-mismatch" when its pixels do not lie on the first's. */
function placeIn(first: Scene, scene: Scene): Piece {
  const { path, grid, tags } = scene;
  const fault = differenceOf(first, scene);
  if (fault !== null) throw mismatch(path, first.path, fault);
  const [a, b, c, d, e, f] = composeAffines(invertAffine(first.grid.affine), grid.affine);
  const far = Math.max(grid.width, grid.height);
  const drift = Math.max(Math.abs(a - 1), Math.abs(b), Math.abs(d), Math.abs(e - 1)) * far;
  if (!(drift <= TOLERANCE)) throw mismatch(path, first.path, "its pixels have another size or direction");
  const [col, row] = [Math.round(c), Math.round(f)];
  if (Math.max(Math.abs(c - col), Math.abs(f - row)) > TOLERANCE)
    throw mismatch(path, first.path, "its pixels are shifted by a part of a pixel");
  const date = tags["TIFFTAG_DATETIME"] ?? null;
  return { path, window: { col, row, width: grid.width, height: grid.height }, date };
}

function differenceOf(first: Scene, scene: Scene): string | null {
  if (!sameCrs(first.grid.crs, scene.grid.crs))
    return `its CRS is ${scene.grid.crs?.name ?? "not given"}, not ${first.grid.crs?.name ?? "none"}`;
  if (scene.sampleType !== first.sampleType) return `it holds ${scene.sampleType}, not ${first.sampleType}`;
  const roles = (of: Scene): string => of.bands.map(({ role, name }) => name ?? role).join(", ");
  if (roles(scene) !== roles(first)) return `its bands are ${roles(scene)}, not ${roles(first)}`;
  if (scene.palette !== null) return "it holds class values (a palette)";
  return null;
}

function mismatch(path: string, first: string, what: string): UserError {
  return new UserError(
    "mosaic-mismatch",
    `${path} does not fit ${first}: ${what}.`,
    "Map it on its own, or bring it onto the same grid first: gdalwarp -t_srs … -tr … -tap input.tif output.tif",
  );
}

function newestFirst(pieces: readonly Piece[]): readonly Piece[] {
  const undated = pieces.find(({ date }) => date === null);
  if (undated !== undefined)
    throw new UserError(
      "no-date",
      `${undated.path} has no TIFF DateTime, so it is not known which scene is the newest.`,
      "Name the newest scenes first and leave --overlaps out.",
    );
  return pieces.toSorted((a, b) => b.date!.localeCompare(a.date!));
}

/** The grid of all pieces, and their windows in it. */
function unionOf(
  first: Grid,
  pieces: readonly Piece[],
): { readonly grid: Grid; readonly pieces: readonly Piece[] } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { window } of pieces) {
    left = Math.min(left, window.col);
    top = Math.min(top, window.row);
    right = Math.max(right, window.col + window.width);
    bottom = Math.max(bottom, window.row + window.height);
  }
  const affine = rebaseAffine(first.affine, pixelPoint(left, top));
  return {
    grid: { width: right - left, height: bottom - top, affine, crs: first.crs },
    pieces: pieces.map(({ window, ...piece }) => ({
      ...piece,
      window: { ...window, col: window.col - left, row: window.row - top },
    })),
  };
}

function mosaicScene(
  first: Scene,
  paths: readonly string[],
  grid: Grid,
  read: (window: Window, bands: readonly number[]) => Promise<RasterBlock>,
  close: () => Promise<void>,
): Scene {
  const path = `${first.path} and ${paths.length - 1} more`;
  const every = first.bands.map((_, band) => band);
  return {
    ...first,
    path,
    grid,
    nodata: null,
    maskSource: "mask",
    overviews: [],
    storage: { ...first.storage, format: "virtual", byteLength: null },
    close,
    read: async (window, { bands = every, level = 0 } = {}) => {
      if (level !== 0 || !containsWindow(fullWindow(grid), window))
        throw new RangeError(`${path}: level ${level}, ${describeWindow(window)} is not in the mosaic`);
      return read(window, bands);
    },
  };
}

/** Pixels of a window from those pieces that have them, the first of the list before the next. */
async function readPieces(
  pool: ScenePool,
  { sampleType }: Scene,
  pieces: readonly Piece[],
  window: Window,
  bands: readonly number[],
): Promise<RasterBlock> {
  const data = sampleArray(sampleType, window.width * window.height * bands.length);
  const mask = new Uint8Array(window.width * window.height);
  for (const piece of pieces) {
    const part = intersectWindows(window, piece.window);
    if (part === null) continue;
    const { col, row } = piece.window;
    const wanted = { ...part, col: part.col - col, row: part.row - row };
    const block = await pool.use(piece.path, (scene) => scene.read(wanted, { bands }));
    fillFrom(
      block,
      { ...part, col: part.col - window.col, row: part.row - window.row },
      { data, mask, width: window.width },
    );
    if (!mask.includes(0)) return { window, bands: bands.length, data, mask: null };
  }
  return { window, bands: bands.length, data, mask };
}

/** Copies the valid pixels of a block to `part` of the target where it has none yet. */
function fillFrom(
  { data, mask, bands }: RasterBlock,
  part: Window,
  target: Pick<RasterBlock, "data"> & { readonly mask: Uint8Array; readonly width: number },
): void {
  for (let row = 0; row < part.height; row++) {
    const from = row * part.width;
    const to = (part.row + row) * target.width + part.col;
    if (mask === null && !target.mask.subarray(to, to + part.width).includes(1)) {
      target.data.set(data.subarray(from * bands, (from + part.width) * bands), to * bands);
      target.mask.fill(1, to, to + part.width);
      continue;
    }
    for (let col = 0; col < part.width; col++) {
      if (target.mask[to + col] === 1 || mask?.[from + col] === 0) continue;
      target.mask[to + col] = 1;
      for (let band = 0; band < bands; band++)
        target.data[(to + col) * bands + band] = data[(from + col) * bands + band]!;
    }
  }
}
