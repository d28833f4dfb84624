import { derivedScene } from "./derived-scene.ts";
import type { RasterBlock } from "./raster-block.ts";
import type { Scene } from "./scene.ts";

/**
 * The same scene with one more reason for nodata: pixels whose bands all have `value`. For files that mean "no data" by
 * black or white borders and do not say so.
 */
export function withNodata(scene: Scene, value: number): Scene {
  const all = scene.bands.map((_, band) => band);
  return derivedScene(scene, {
    nodata: value,
    maskSource: "nodata",
    read: async (window, options) => {
      const block = await scene.read(window, { ...options, bands: all });
      return takeBands({ ...block, mask: maskWithout(block, value) }, options?.bands);
    },
  });
}

/** The block's mask without the pixels whose bands all have `value`; null when nothing is masked. */
function maskWithout({ data, mask, bands }: RasterBlock, value: number): Uint8Array | null {
  const pixels = data.length / bands;
  let result = mask;
  for (let pixel = 0; pixel < pixels; pixel++) {
    let band = 0;
    while (band < bands && data[pixel * bands + band] === value) band++;
    if (band < bands) continue;
    result ??= new Uint8Array(pixels).fill(1);
    result[pixel] = 0;
  }
  return result;
}

function takeBands(block: RasterBlock, chosen: readonly number[] | undefined): RasterBlock {
  if (chosen === undefined || (chosen.length === block.bands && chosen.every((band, i) => band === i)))
    return block;
  const pixels = block.data.length / block.bands;
  const data = block.data.slice(0, pixels * chosen.length);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let i = 0; i < chosen.length; i++) {
      data[pixel * chosen.length + i] = block.data[pixel * block.bands + chosen[i]!]!;
    }
  }
  return { ...block, bands: chosen.length, data };
}
