import { describe, expect, test } from "vitest";
import { fullWindow } from "../../src/geo/window.ts";
import { openGeotiff } from "../../src/scene/open-geotiff.ts";
import { EXPECTED, type ExpectedTiff, expectedBytes, TIFF_FIXTURES } from "./fixtures.ts";

describe("every encoding reads as GDAL reads it", () => {
  test.each(EXPECTED)("$file: pixels and mask of every level", async (expected) => {
    const scene = await openGeotiff(TIFF_FIXTURES + expected.file);
    expect(scene.sampleType).toBe(expected.type);
    expect(scene.bands).toHaveLength(expected.bands);
    expect([scene.grid, ...scene.overviews].map(({ width, height }) => [width, height])).toEqual(
      expected.levels.map(({ width, height }) => [width, height]),
    );
    for (const [level, { width, height, data, mask }] of expected.levels.entries()) {
      const block = await scene.read(fullWindow({ width, height }), { level });
      const valid = mask === null ? null : expectedBytes(mask);
      expect(block.mask).toEqual(valid === null ? null : new Uint8Array(valid));
      expect(largestDifference(block.data, samplesOf(expected, data), valid)).toBeLessThanOrEqual(
        expected.tolerance,
      );
    }
    await scene.close();
  });
});

test.each(EXPECTED)("$file lies where GDAL puts it", async ({ file, affine, epsg }) => {
  const { grid, close } = await openGeotiff(TIFF_FIXTURES + file);
  await close();
  grid.affine.forEach((value, i) => {
    expect(value).toBeCloseTo(affine[i]!, 9);
  });
  expect(grid.crs?.epsg ?? null).toBe(epsg);
});

/** The largest difference over all samples of valid pixels; NaN against NaN is none. */
function largestDifference(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  valid: Uint8Array | null,
): number {
  expect(found.length).toBe(wanted.length);
  const bands = valid === null ? 1 : found.length / valid.length;
  let largest = 0;
  for (let i = 0; i < found.length; i++) {
    if (valid !== null && valid[Math.floor(i / bands)] === 0) continue;
    const difference = Math.abs(found[i]! - wanted[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

function samplesOf({ type }: ExpectedTiff, field: string): ArrayLike<number> {
  const bytes = expectedBytes(field);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = Number(/\d+$/.exec(type)![0]) / 8;
  const read = {
    uint8: (at: number) => view.getUint8(at),
    int8: (at: number) => view.getInt8(at),
    uint16: (at: number) => view.getUint16(at, true),
    int16: (at: number) => view.getInt16(at, true),
    uint32: (at: number) => view.getUint32(at, true),
    int32: (at: number) => view.getInt32(at, true),
    float32: (at: number) => view.getFloat32(at, true),
    float64: (at: number) => view.getFloat64(at, true),
  }[type];
  return Array.from({ length: bytes.byteLength / size }, (_, i) => read(i * size));
}
