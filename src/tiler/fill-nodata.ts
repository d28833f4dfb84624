import type { SampleArray } from "../scene/raster-block.ts";

/**
 * Replaces, in place, the samples of masked-out pixels by the mean of the band over the valid ones: nodata values and
 * NaN must not reach a network, where one NaN spreads over the whole answer. `data` is pixels · bands, interleaved;
 * `mask` has a 1 for each valid pixel.
 */
export function fillNodata(data: SampleArray, mask: Uint8Array, bands: number): void {
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  for (let band = 0; band < bands; band++) {
    let sum = 0;
    let count = 0;
    for (let pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] === 1) {
        sum += data[pixel * bands + band]!;
        count++;
      }
    }
    const mean = count === 0 ? 0 : sum / count;
    const fill = isFloat ? mean : Math.round(mean);
    for (let pixel = 0; pixel < mask.length; pixel++)
      if (mask[pixel] === 0) data[pixel * bands + band] = fill;
  }
}
