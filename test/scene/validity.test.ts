import { expect, test } from "vitest";
import { bothMasks, maskByAlpha, maskByValue } from "../../src/scene/validity.ts";

test("a pixel is nodata when all its bands are; a dark band alone is data", () => {
  const data = Uint8Array.from([0, 0, 0, 5, 7, 0]);
  expect(maskByValue(data, 2, { nodata: 0, nan: false })).toEqual(Uint8Array.from([0, 1, 1]));
  expect(maskByValue(data, 2, { nodata: 9, nan: false })).toBeNull();
});

test("a nodata value that bytes cannot hold is none of them; one that they hold is found at any place", () => {
  const data = Uint8Array.from([7, 0, 241, 0]);
  for (const nodata of [256, -9999, 0.5]) expect(maskByValue(data, 1, { nodata, nan: false })).toBeNull();
  expect(maskByValue(data, 1, { nodata: 0, nan: false })).toEqual(Uint8Array.from([1, 0, 1, 0]));
  expect(maskByValue(data.subarray(2), 1, { nodata: 0, nan: false })).toEqual(Uint8Array.from([1, 0]));
  expect(maskByValue(data, 1, { nodata: 9, nan: false })).toBeNull();
});

test("one NaN band makes a pixel nodata, with or without a nodata tag", () => {
  const data = Float32Array.from([1, 2, NaN, 4, -9999, -9999]);
  expect(maskByValue(data, 2, { nodata: null, nan: true })).toEqual(Uint8Array.from([1, 0, 1]));
  expect(maskByValue(data, 2, { nodata: -9999, nan: true })).toEqual(Uint8Array.from([1, 0, 0]));
});

test("a nodata value written in decimal means its nearest float32", () => {
  const data = Float32Array.from([-3.4028234663852886e38, 1]);
  expect(maskByValue(data, 1, { nodata: -3.40282346638529e38, nan: true })).toEqual(Uint8Array.from([0, 1]));
});

test("alpha counts wherever it is not 0, and several masks must all agree", () => {
  const alpha = maskByAlpha(Uint16Array.from([0, 1, 65535, 3]));
  expect(alpha).toEqual(Uint8Array.from([0, 1, 1, 1]));
  expect(bothMasks(alpha, Uint8Array.from([1, 1, 0, 1]))).toEqual(Uint8Array.from([0, 1, 0, 1]));
  expect(bothMasks(null, alpha)).toBe(alpha);
  expect(bothMasks(null, null)).toBeNull();
});
