import { UserError } from "../errors.ts";
import { intersectWindows, type Window } from "../geo/window.ts";
import { derivedScene } from "./derived-scene.ts";
import { type RasterBlock, sampleArray } from "./raster-block.ts";
import type { Scene } from "./scene.ts";

/** A window of a file (px of its level, 0 = full resolution) that could not be read. */
export interface UnreadWindow {
  readonly path: string;
  readonly level: number;
  readonly window: Window;
  readonly code: string;
  readonly reason: string;
}

/** What a read is asked for beside the window. */
type ReadOptions = Parameters<Scene["read"]>[1];

/**
 * The same scene where blocks that cannot be read hold no data, in place of an error; `onSkip` is told of each once. Only what a user
 * could not foresee is skipped: damage, truncation, and what HTTP does not bring.
 */
export function skipDamage(scene: Scene, onSkip: (unread: UnreadWindow) => void): Scene {
  const unread = new Set<string>();
  const readPiece = async (piece: Window, options: ReadOptions): Promise<RasterBlock | null> => {
    const level = options?.level ?? 0;
    const key = `${level} ${piece.col} ${piece.row}`;
    if (unread.has(key)) return null;
    try {
      return await scene.read(piece, options);
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (!unread.has(key))
        onSkip({ path: scene.path, level, window: piece, code: error.code, reason: error.message });
      unread.add(key);
      return null;
    }
  };
  return derivedScene(scene, {
    maskSource: scene.maskSource === "none" ? "mask" : scene.maskSource,
    read: async (window, options) => {
      try {
        return await scene.read(window, options);
      } catch (error) {
        if (!isDamage(error)) throw error;
        return readPieces(scene, window, options, readPiece);
      }
    },
  });
}

function isDamage(error: unknown): error is UserError {
  return error instanceof UserError && /^(damaged-block|truncated-file|http-.*)$/.test(error.code);
}

/** A window put together block by block; blocks that cannot be read are masked. */
async function readPieces(
  scene: Scene,
  window: Window,
  options: ReadOptions,
  readPiece: (piece: Window, options: ReadOptions) => Promise<RasterBlock | null>,
): Promise<RasterBlock> {
  const bands = options?.bands?.length ?? scene.bands.length;
  const data = sampleArray(scene.sampleType, window.width * window.height * bands);
  const mask = new Uint8Array(window.width * window.height);
  for (const piece of blocksOf(scene, options?.level ?? 0, window)) {
    const block = await readPiece(piece, options);
    if (block === null) continue;
    const part = intersectWindows(piece, window)!;
    for (let row = part.row; row < part.row + part.height; row++) {
      const from = (row - piece.row) * piece.width + part.col - piece.col;
      const to = (row - window.row) * window.width + part.col - window.col;
      data.set(block.data.subarray(from * bands, (from + part.width) * bands), to * bands);
      if (block.mask === null) mask.fill(1, to, to + part.width);
      else mask.set(block.mask.subarray(from, from + part.width), to);
    }
  }
  return { window, bands, data, mask };
}

/** The blocks that a window touches, whole, cut at the level's edge. */
function* blocksOf({ grid, overviews, storage }: Scene, level: number, window: Window): Generator<Window> {
  const size = level === 0 ? grid : overviews[level - 1]!;
  const width = Math.min(storage.blockWidth, size.width);
  const height = Math.min(storage.blockHeight, size.height);
  for (let row = window.row - (window.row % height); row < window.row + window.height; row += height)
    for (let col = window.col - (window.col % width); col < window.col + window.width; col += width)
      yield {
        col,
        row,
        width: Math.min(width, size.width - col),
        height: Math.min(height, size.height - row),
      };
}
