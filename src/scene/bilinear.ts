import type { Window } from "../geo/window.ts";
import { rounded } from "./box-average.ts";
import { type RasterBlock, sampleArray } from "./raster-block.ts";
import { linearAxis } from "./resample-plan.ts";
import type { Scene } from "./scene.ts";

/**
 * Bilinear samples of the scene for a window of a finer grid whose pixels are `scale` (below 1) source pixels wide. Only valid
 * source pixels count; a target pixel is valid when at least half of the weight at its centre is.
 */
export async function interpolateWindow(
  scene: Scene,
  scale: number,
  target: Window,
  bands: readonly number[],
): Promise<RasterBlock> {
  const x = linearAxis(scale, scene.grid.width, { start: target.col, count: target.width });
  const y = linearAxis(scale, scene.grid.height, { start: target.row, count: target.height });
  const col = x.first[0]!;
  const row = y.first[0]!;
  const width = x.second[target.width - 1]! - col + 1;
  const source = await scene.read(
    { col, row, width, height: y.second[target.height - 1]! - row + 1 },
    { bands },
  );
  const data = sampleArray(scene.sampleType, target.width * target.height * bands.length);
  const mask = new Uint8Array(target.width * target.height);
  const whole = !scene.sampleType.startsWith("float");
  const at = new Int32Array(4);
  const weights = new Float64Array(4);
  for (let i = 0, pixel = 0; i < target.height; i++) {
    const above = (y.first[i]! - row) * width - col;
    const below = (y.second[i]! - row) * width - col;
    for (let j = 0; j < target.width; j++, pixel++) {
      at[0] = above + x.first[j]!;
      at[1] = above + x.second[j]!;
      at[2] = below + x.first[j]!;
      at[3] = below + x.second[j]!;
      cornerWeights(weights, x.share[j]!, y.share[i]!);
      const valid = keepValid(weights, at, source.mask);
      mask[pixel] = valid >= 0.5 - 1e-9 ? 1 : 0;
      for (let band = 0; band < bands.length; band++)
        data[pixel * bands.length + band] =
          mask[pixel] === 1
            ? rounded(weightedSum(source, weights, at, band) / valid, whole)
            : (scene.nodata ?? 0);
    }
  }
  return { window: target, bands: bands.length, data, mask: mask.includes(0) ? mask : null };
}

function cornerWeights(weights: Float64Array, right: number, down: number): void {
  weights[0] = (1 - right) * (1 - down);
  weights[1] = right * (1 - down);
  weights[2] = (1 - right) * down;
  weights[3] = right * down;
}

/** Sets the weights of pixels without data to 0 and returns the sum of the others. */
function keepValid(weights: Float64Array, at: Int32Array, mask: Uint8Array | null): number {
  if (mask !== null) for (let k = 0; k < 4; k++) if (mask[at[k]!] === 0) weights[k] = 0;
  return weights[0]! + weights[1]! + weights[2]! + weights[3]!;
}

/** Pixels of weight 0 are left out: theirs may be NaN. */
function weightedSum(
  { data, bands }: RasterBlock,
  weights: Float64Array,
  at: Int32Array,
  band: number,
): number {
  let sum = 0;
  for (let k = 0; k < 4; k++) if (weights[k]! > 0) sum += weights[k]! * data[at[k]! * bands + band]!;
  return sum;
}
