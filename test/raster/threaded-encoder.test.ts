import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CpuThreads } from "../../src/cpu-threads.ts";
import { type CogState, createCog } from "../../src/raster/cog-writer.ts";
import { NORTH_UP, rasterOf, temporaryFolder, UTM40, writeCog } from "./support/rasters.ts";
import { VARIANTS } from "./support/variants.ts";

const WORKER = fileURLToPath(new URL("../../dist/raster/encode-columns.js", import.meta.url));
let threads: CpuThreads;
beforeAll(() => {
  threads = new CpuThreads(WORKER, 2);
});
afterAll(() => threads.close());

test.each(VARIANTS)("threads write the same bytes as one thread: $title", async ({ raster, options }) => {
  const folder = await temporaryFolder();
  const files = [join(folder, "alone.tif"), join(folder, "workers.tif")] as const;
  await writeCog(files[0], raster, options);
  await writeCog(files[1], raster, { ...options, threads });
  const [alone, together] = await Promise.all(files.map((file) => readFile(file)));
  expect(alone!.equals(together!)).toBe(true);
});

const SIZE = { width: 1000, height: 500 };
const RASTER = rasterOf(SIZE, (col, row) => (col * row) % 251);
const OPTIONS = {
  grid: { ...SIZE, affine: NORTH_UP, crs: UTM40 },
  sampleType: "uint8",
  overviews: "average",
  blockSize: 64,
} as const;

/** A state that the next write does not change. */
function copied({ rows, levels }: CogState): CogState {
  const copy = ({ data, blockSizes, ...level }: CogState["levels"][number]) => ({
    ...level,
    data: data.slice(),
    blockSizes: [...blockSizes],
  });
  return { rows, levels: levels.map(copy) };
}

function rowsOf(from: number, to: number) {
  return { data: RASTER.data.slice(from * SIZE.width, to * SIZE.width), rows: to - from };
}

test("a raster whose strips threads encode is gone on with from its state", async () => {
  const folder = await temporaryFolder();
  const whole = join(folder, "whole.tif");
  await writeCog(whole, RASTER, OPTIONS);
  const path = join(folder, "resumed.tif");
  const first = await createCog(path, { ...OPTIONS, threads });
  await first.write(rowsOf(0, 300));
  const state = copied(await first.state());
  await first.write(rowsOf(300, 400));
  await first.suspend();
  const second = await createCog(path, { ...OPTIONS, threads }, state);
  await second.write(rowsOf(300, 500));
  await second.finish();
  expect((await readFile(path)).equals(await readFile(whole))).toBe(true);
});

test("abort() while threads encode leaves nothing", async () => {
  const folder = await temporaryFolder();
  const cog = await createCog(join(folder, "a.tif"), { ...OPTIONS, threads });
  await cog.write(rowsOf(0, 200));
  await cog.abort();
  expect(await readdir(folder)).toEqual([]);
});

test("what fails behind the writer fails its next call", async () => {
  const folder = await temporaryFolder();
  const ended = new CpuThreads(WORKER, 1);
  const cog = await createCog(join(folder, "a.tif"), { ...OPTIONS, threads: ended });
  await ended.close();
  await cog.write(rowsOf(0, 64));
  await expect(cog.finish()).rejects.toThrow();
  await cog.abort();
  expect(await readdir(folder)).toEqual([]);
});
