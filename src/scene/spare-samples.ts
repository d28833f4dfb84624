import { type SampleArray, type SampleType, sampleArray } from "./raster-block.ts";

/** Memory that is kept (bytes). */
const KEPT = 16 * 2 ** 20;

/** Arrays that are done with, the latest last. */
const spare: SampleArray[] = [];
let bytes = 0;

/** Samples of any content: those that were given back, where some have this type and length. To touch new memory costs more than to fill it. */
export function takeSamples(type: SampleType, length: number): SampleArray {
  const wanted = sampleArray(type, 0).constructor;
  const place = spare.findLastIndex((samples) => samples.constructor === wanted && samples.length === length);
  if (place === -1) return sampleArray(type, length);
  const [samples] = spare.splice(place, 1);
  bytes -= samples!.byteLength;
  return samples!;
}

/** Gives an array of the caller's own back, which nobody may use any more. The oldest are dropped where they are too many. */
export function giveBackSamples(samples: SampleArray): void {
  if (samples.byteLength !== samples.buffer.byteLength) return;
  spare.push(samples);
  bytes += samples.byteLength;
  while (bytes > KEPT) bytes -= spare.shift()!.byteLength;
}
