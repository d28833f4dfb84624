import { readFileSync, writeFileSync } from "node:fs";
import { UserError } from "../../src/errors.ts";
import { fullWindow, intersectWindows, type Window } from "../../src/geo/window.ts";
import { openByteSource } from "../../src/scene/byte-source.ts";
import { openGeotiff } from "../../src/scene/open-geotiff.ts";
import type { RasterBlock } from "../../src/scene/raster-block.ts";
import type { Scene } from "../../src/scene/scene.ts";
import { readTiffHeader } from "../../src/scene/tiff-header.ts";
import { blockCounts, type TiffImage } from "../../src/scene/tiff-image.ts";
import { readLevels } from "../../src/scene/tiff-levels.ts";

/** Where the bytes of a block lie, and which pixels of full resolution depend on them; none for a block of an overview. */
interface StoredBlock {
  readonly start: number;
  readonly end: number;
  readonly window: Window | null;
}

/** An undamaged GeoTIFF and what it holds. */
export interface TiffSeed {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly blocks: readonly StoredBlock[];
  readonly whole: RasterBlock;
  /** True where the codec carries a checksum (deflate): changed bytes are seen. */
  readonly checksummed: boolean;
}

const DEFLATE = [8, 32946];
/** Larger windows are not read: a header may claim any size. */
const MAX_PIXELS = 4e6;

/** Reads a seed; null for a file that is refused undamaged. */
export async function tiffSeed(path: string, file: string): Promise<TiffSeed | null> {
  const source = await openByteSource(path);
  try {
    const levels = readLevels(await readTiffHeader(source));
    const { image, mask } = levels[0];
    const own = [image, ...(mask === null ? [] : [mask])].flatMap((of) => storedBlocks(of, true));
    const others = levels
      .slice(1)
      .flatMap((level) =>
        [level.image, ...(level.mask === null ? [] : [level.mask])].flatMap((of) => storedBlocks(of, false)),
      );
    const whole = await withScene(path, (scene) => scene.read(fullWindow(scene.grid)));
    const checksummed = DEFLATE.includes(image.compression);
    return { file, bytes: readFileSync(path), blocks: [...own, ...others], whole, checksummed };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  } finally {
    await source.close();
  }
}

function storedBlocks(image: TiffImage, shown: boolean): StoredBlock[] {
  const { across, down, planes } = blockCounts(image);
  return Array.from({ length: across * down * planes }, (_, index) => {
    const start = image.offsets[index]!;
    const col = (index % across) * image.blockWidth;
    const row = (Math.floor(index / across) % down) * image.blockHeight;
    const window = { col, row, width: image.blockWidth, height: image.blockHeight };
    return { start, end: start + image.byteCounts[index]!, window: shown ? window : null };
  });
}

/**
 * Reads a damaged file. What it holds may be refused, by UserError, or be right: pixels that depend on no changed byte must be as they
 * were, and where the codec has a checksum the others too, unless bytes have moved: a block may then be another whole one. Of a changed
 * header only the shape of the answer can be checked.
 * Returns how it went; throws Error for what must not be.
 */
export async function readDamagedTiff(seed: TiffSeed, damaged: Uint8Array, path: string): Promise<string> {
  writeFileSync(path, damaged);
  try {
    return await withScene(path, (scene) => {
      const hit = damagedWindows(seed, damaged);
      return hit === null
        ? readAnything(scene)
        : comparePixels(scene, seed, hit, seed.checksummed && damaged.length === seed.bytes.length);
    });
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
}

/** Windows of full resolution whose bytes have changed; null when others have, so that nothing is known of any pixel. */
function damagedWindows({ bytes, blocks }: TiffSeed, damaged: Uint8Array): readonly Window[] | null {
  if (damaged.length > bytes.length) return null;
  const changed = bytes.map((byte, i) => (byte === damaged[i] ? 0 : 1));
  const hit = blocks.filter(({ start, end }) => changed.subarray(start, end).includes(1));
  for (const { start, end } of hit) changed.fill(0, start, end);
  return changed.includes(1) ? null : hit.flatMap(({ window }) => window ?? []);
}

async function readAnything(scene: Scene): Promise<string> {
  for (const [level, { width, height }] of [scene.grid, ...scene.overviews].entries()) {
    const side = width * height <= MAX_PIXELS ? Math.max(width, height) : 64;
    const window = { col: 0, row: 0, width: Math.min(side, width), height: Math.min(side, height) };
    const { data, bands } = await scene.read(window, { level });
    if (bands !== scene.bands.length || data.length !== window.width * window.height * bands)
      throw new Error(`${data.length} samples for ${window.width} x ${window.height} px, ${bands} bands`);
  }
  return "read";
}

async function comparePixels(
  scene: Scene,
  seed: TiffSeed,
  hit: readonly Window[],
  checked: boolean,
): Promise<string> {
  const outcomes = new Set<string>();
  for (const { window } of seed.blocks) {
    const inside = window && intersectWindows(window, fullWindow(scene.grid));
    if (inside === null) continue;
    const touched = hit.some((damage) => intersectWindows(damage, inside) !== null);
    const block = await scene.read(inside).catch((error: unknown) => {
      if (error instanceof UserError && touched) return error;
      throw new Error(`an undamaged block fails: ${String(error)}`, { cause: error });
    });
    if (block instanceof UserError) outcomes.add(block.code);
    else if (!touched || checked) sameAs(seed.whole, block);
  }
  return [...outcomes][0] ?? "read";
}

function sameAs(whole: RasterBlock, { window, data, mask, bands }: RasterBlock): void {
  for (let row = 0; row < window.height; row++)
    for (let i = 0; i < window.width; i++) {
      const at = (window.row + row) * whole.window.width + window.col + i;
      const from = row * window.width + i;
      if ((mask?.[from] ?? 1) !== (whole.mask?.[at] ?? 1)) throw new Error(`another mask at ${at}`);
      for (let band = 0; band < bands; band++)
        if (!Object.is(data[from * bands + band], whole.data[at * bands + band]))
          throw new Error(`another sample at pixel ${at}, band ${band}`);
    }
}

async function withScene<T>(path: string, work: (scene: Scene) => Promise<T>): Promise<T> {
  const scene = await openGeotiff(path);
  try {
    return await work(scene);
  } finally {
    await scene.close();
  }
}
