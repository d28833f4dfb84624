import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Affine } from "../../../src/geo/affine.ts";
import { type Crs, crsFromEpsg } from "../../../src/geo/crs.ts";
import { type CogOptions, createCog } from "../../../src/raster/cog-writer.ts";
import type { Samples } from "../../../src/raster/strip.ts";

/** Pixels of a whole level. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly data: Samples;
  readonly mask: Uint8Array | null;
}

export const UTM40: Crs = crsFromEpsg(32640)!;
export const NORTH_UP: Affine = [0.5, 0, 320000, 0, -0.5, 2780000];

/** A folder that goes when the test has ended. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "landstitch-raster-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A raster whose samples are given by a function of column, row and band. */
export function rasterOf(
  {
    width,
    height,
    bands = 1,
    type = "uint8",
  }: { width: number; height: number; bands?: number; type?: "uint8" | "uint16" },
  sample: (col: number, row: number, band: number) => number,
  valid?: (col: number, row: number) => boolean,
): Raster {
  const data =
    type === "uint8" ? new Uint8Array(width * height * bands) : new Uint16Array(width * height * bands);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / bands);
    data[i] = sample(pixel % width, Math.floor(pixel / width), i % bands);
  }
  const mask = valid
    ? Uint8Array.from({ length: width * height }, (_, i) => Number(valid(i % width, Math.floor(i / width))))
    : null;
  return { width, height, bands, data, mask };
}

/** Writes a raster in pieces of `rowsAtOnce` rows and returns how many bytes it has. */
export async function writeCog(
  path: string,
  raster: Raster,
  options: Omit<CogOptions, "grid" | "sampleType" | "bands"> & Partial<CogOptions>,
  rowsAtOnce = 100,
): Promise<number> {
  const { width, height, bands, data, mask } = raster;
  const cog = await createCog(path, {
    grid: { width, height, affine: NORTH_UP, crs: UTM40 },
    sampleType: data instanceof Uint8Array ? "uint8" : "uint16",
    bands,
    mask: mask !== null,
    ...options,
  });
  for (let row = 0; row < height; row += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, height - row);
    await cog.write({
      data: data.slice(row * width * bands, (row + rows) * width * bands),
      mask: mask === null ? null : mask.slice(row * width, (row + rows) * width),
      rows,
    });
  }
  const { bytes } = await cog.finish();
  return bytes;
}

/** Full resolution and its overviews, made pixel by pixel from the rule's words: the oracle for the streaming ones. */
export function bruteLevels(
  raster: Raster,
  { overviews, nodata, blockSize = 512 }: Pick<CogOptions, "overviews" | "nodata" | "blockSize">,
): readonly Raster[] {
  const levels = [raster];
  for (let last = raster; Math.max(last.width, last.height) > blockSize; ) {
    last = bruteHalf(last, overviews, nodata);
    levels.push(last);
  }
  return levels;
}

/** One level from the next larger one. */
export function bruteHalf(raster: Raster, method: "mode" | "average", nodata: number | undefined): Raster {
  const { width, height, bands, data, mask } = raster;
  const inCell = (col: number, row: number): readonly number[] =>
    [0, 1]
      .flatMap((dy) => [0, 1].map((dx) => [2 * col + dx, 2 * row + dy] as const))
      .filter(([x, y]) => x < width && y < height)
      .map(([x, y]) => y * width + x);
  const isData = (pixel: number, band: number): boolean =>
    mask?.[pixel] !== 0 && data[pixel * bands + band] !== nodata;
  return rasterOf(
    {
      width: Math.ceil(width / 2),
      height: Math.ceil(height / 2),
      bands,
      type: data instanceof Uint8Array ? "uint8" : "uint16",
    },
    (col, row, band) => {
      const cell = inCell(col, row);
      const values = cell.filter((pixel) => isData(pixel, band)).map((pixel) => data[pixel * bands + band]!);
      if (values.length < cell.length / 2) return nodata ?? 0;
      return method === "mode" ? bruteMode(values) : bruteMean(values, nodata);
    },
    mask === null
      ? undefined
      : (col, row) => {
          const cell = inCell(col, row);
          return cell.filter((pixel) => mask[pixel] !== 0).length >= cell.length / 2;
        },
  );
}

function bruteMode(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0]![0];
}

function bruteMean(values: readonly number[], nodata: number | undefined): number {
  const mean = Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
  return mean === nodata ? mean + 1 : mean;
}

/** Largest difference between samples at the same place. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
