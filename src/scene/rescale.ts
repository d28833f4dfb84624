import { fullWindow } from "../geo/window.ts";
import { derivedScene } from "./derived-scene.ts";
import type { RasterBlock, SampleArray } from "./raster-block.ts";
import type { Scene } from "./scene.ts";

/** Raw values that become 0 and 255. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
}

/** The same scene as uint8: min … max becomes 0 … 255, rounded, what lies outside is clipped. Throws RangeError when max ≤ min. */
export function rescaleScene(scene: Scene, range: ValueRange): Scene {
  if (!(range.max > range.min)) throw new RangeError(`range ${range.min} to ${range.max} is empty`);
  return derivedScene(scene, {
    sampleType: "uint8",
    nodata: null,
    read: async (window, options) => rescaleBlock(await scene.read(window, options), range),
  });
}

function rescaleBlock(block: RasterBlock, { min, max }: ValueRange): RasterBlock {
  const factor = 255 / (max - min);
  const data = Uint8ClampedArray.from(block.data as ArrayLike<number>, (value) => (value - min) * factor);
  return { ...block, data: new Uint8Array(data.buffer) };
}

/** The 2nd and 98th percentile of the valid samples of some bands, from the smallest level of at least 256 px a side. */
export async function percentileRange(scene: Scene, bands: readonly number[]): Promise<ValueRange> {
  const levels = [scene.grid, ...scene.overviews];
  const level = levels.findLastIndex(({ width, height }) => Math.min(width, height) >= 256);
  const size = levels[Math.max(0, level)]!;
  const { data, mask } = await scene.read(centre(size), { bands, level: Math.max(0, level) });
  const values = validSamples(data, mask, bands.length).sort();
  if (values.length === 0) return { min: 0, max: 1 };
  const at = (share: number): number =>
    values[Math.min(values.length - 1, Math.floor(share * values.length))]!;
  const [min, max] = [at(0.02), at(0.98)];
  return { min, max: max > min ? max : min + 1 };
}

/** At most the middle 4096 px square of a level. */
function centre({ width, height }: { readonly width: number; readonly height: number }) {
  const side = 4096;
  if (width <= side && height <= side) return fullWindow({ width, height });
  const [w, h] = [Math.min(side, width), Math.min(side, height)];
  return { col: (width - w) >> 1, row: (height - h) >> 1, width: w, height: h };
}

function validSamples(data: SampleArray, mask: Uint8Array | null, bands: number): Float64Array {
  const all = Float64Array.from(data as ArrayLike<number>);
  return mask === null ? all : all.filter((_, i) => mask[Math.floor(i / bands)] === 1);
}
