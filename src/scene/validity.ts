import type { SampleArray } from "./raster-block.ts";

/** Where samples of interleaved pixels are no data. */
export interface NodataRule {
  /** A pixel whose samples all have this value is no data; null: none. */
  readonly nodata: number | null;
  /** A pixel with any NaN is no data: one NaN makes a model's whole output NaN. */
  readonly nan: boolean;
}

/** Mask of the pixels (1 = data) by nodata value and NaN; null when all are data. */
export function maskByValue(
  data: SampleArray,
  bands: number,
  { nodata, nan }: NodataRule,
): Uint8Array | null {
  if (bands === 0 || (nodata === null && !nan)) return null;
  const value = nodata === null || Number.isNaN(nodata) ? null : asStored(data, nodata);
  const hole = value === null ? -1 : firstNodata(data, bands, value);
  if (hole < 0 && !nan) return null;
  const mask = new Uint8Array(data.length / bands).fill(1);
  if (hole >= 0) markNodata(mask, data, bands, value!, hole);
  if (nan) markNan(mask, data, bands);
  return orNull(mask);
}

/** Both masks at once; null stands for all data. */
export function bothMasks(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) return a ?? b;
  return a.map((value, i) => value & b[i]!);
}

/** Mask of an alpha or mask band: 1 where it is not 0; null when it is nowhere 0. */
export function maskByAlpha(alpha: SampleArray): Uint8Array | null {
  const mask = new Uint8Array(alpha.length);
  for (let i = 0; i < alpha.length; i++) mask[i] = alpha[i] === 0 ? 0 : 1;
  return orNull(mask);
}

function orNull(mask: Uint8Array): Uint8Array | null {
  return mask.includes(0) ? mask : null;
}

/** The first pixel whose samples are all nodata, -1 where there is none; of bytes at the speed of memchr. */
function firstNodata(data: SampleArray, bands: number, nodata: number): number {
  if (bands === 1 && data instanceof Uint8Array)
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).indexOf(nodata);
  for (let i = 0; i < data.length; i += bands) if (isNodata(data, bands, nodata, i)) return i / bands;
  return -1;
}

function markNodata(mask: Uint8Array, data: SampleArray, bands: number, nodata: number, from: number): void {
  for (let pixel = from, i = from * bands; pixel < mask.length; pixel++, i += bands)
    if (isNodata(data, bands, nodata, i)) mask[pixel] = 0;
}

function isNodata(data: SampleArray, bands: number, nodata: number, start: number): boolean {
  if (data[start] !== nodata) return false;
  for (let i = start + 1; i < start + bands; i++) if (data[i] !== nodata) return false;
  return true;
}

function markNan(mask: Uint8Array, data: SampleArray, bands: number): void {
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i]!)) mask[Math.floor(i / bands)] = 0;
}

/** The tag is text: −3.4e38 in a float32 raster means its nearest float32. */
function asStored(data: SampleArray, nodata: number): number {
  return data instanceof Float32Array ? Math.fround(nodata) : nodata;
}
