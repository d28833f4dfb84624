import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { fromArrayBuffer } from "geotiff";
import { expect, test } from "vitest";
import { IDENTITY } from "../../src/geo/affine.ts";
import { validateCog } from "../../src/raster/cog-validator.ts";
import { createCog } from "../../src/raster/cog-writer.ts";
import { readTiffStructure } from "../../src/raster/tiff-structure.ts";
import { bruteLevels, NORTH_UP, rasterOf, temporaryFolder, UTM40, writeCog } from "./support/rasters.ts";
import { CLASSES, VARIANTS } from "./support/variants.ts";

test.each(VARIANTS)(
  "another reader gets every pixel of every level back: $title",
  async ({ raster, options }) => {
    const path = join(await temporaryFolder(), "raster.tif");
    const bytes = await writeCog(path, raster, options);
    const file = await readFile(path);
    expect(bytes).toBe(file.length);
    expect(await validateCog(path)).toMatchObject({ errors: [], warnings: [] });

    const tiff = await fromArrayBuffer(new Uint8Array(file).buffer);
    const images = await Promise.all(
      Array.from({ length: await tiff.getImageCount() }, (_, index) => tiff.getImage(index)),
    );
    const levels = images.filter(
      (image) => (Number(image.fileDirectory.getValue("NewSubfileType") ?? 0) & 4) === 0,
    );
    const expected = bruteLevels(raster, options);
    expect(levels.map((level) => [level.getWidth(), level.getHeight()])).toEqual(
      expected.map(({ width, height }) => [width, height]),
    );
    for (const [index, { data }] of expected.entries())
      expect(
        Buffer.from(data.buffer).equals(bytesOf(await levels[index]!.readRasters({ interleave: true }))),
      ).toBe(true);
  },
);

function bytesOf(samples: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = samples as Uint8Array<ArrayBuffer>;
  return Buffer.from(buffer, byteOffset, byteLength);
}

test("the same rows give the same bytes, however they are cut", async () => {
  const folder = await temporaryFolder();
  const { raster, options } = VARIANTS[0]!;
  const digests = [];
  for (const rowsAtOnce of [1, 7, 128, 1000]) {
    const path = join(folder, `${rowsAtOnce}.tif`);
    await writeCog(path, raster, options, rowsAtOnce);
    digests.push(
      createHash("sha256")
        .update(await readFile(path))
        .digest("hex"),
    );
  }
  expect(new Set(digests).size).toBe(1);
});

test("nothing but *.part files is there before finish(), and nothing but the raster and its class names after", async () => {
  const folder = await temporaryFolder();
  const { width, height, data } = rasterOf({ width: 90, height: 70 }, (col) => col);
  const cog = await createCog(join(folder, "a.tif"), {
    grid: { width, height, affine: NORTH_UP, crs: UTM40 },
    sampleType: "uint8",
    overviews: "mode",
    palette: CLASSES,
    blockSize: 16,
  });
  await cog.write({ data, rows: height });
  expect((await readdir(folder)).every((name) => /\.part(\.\d)?$/.test(name))).toBe(true);
  await cog.finish();
  await cog.abort();
  expect(await readdir(folder)).toEqual(["a.tif", "a.tif.aux.xml"]);
});

test("abort() leaves nothing, at any moment and more than once", async () => {
  const folder = await temporaryFolder();
  const options = {
    grid: { width: 300, height: 300, affine: NORTH_UP, crs: UTM40 },
    sampleType: "uint8",
    overviews: "mode",
    blockSize: 64,
  } as const;
  const fresh = await createCog(join(folder, "fresh.tif"), options);
  await fresh.abort();
  const busy = await createCog(join(folder, "busy.tif"), options);
  const underWay = busy.write({ data: new Uint8Array(300 * 300), rows: 300 });
  await Promise.all([busy.abort(), busy.abort()]);
  await underWay;
  await expect(busy.write({ data: new Uint8Array(300), rows: 1 })).rejects.toThrow("aborted");
  expect(await readdir(folder)).toEqual([]);
});

test("a raster without palette takes an earlier file's class names away", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "a.tif");
  await writeFile(`${path}.aux.xml`, "<PAMDataset/>");
  await writeCog(
    path,
    rasterOf({ width: 5, height: 5 }, (col) => col),
    { overviews: "average" },
  );
  expect(await readdir(folder)).toEqual(["a.tif"]);
});

test("a raster without CRS and transform has no geo tags; one without CRS keeps its transform", async () => {
  const folder = await temporaryFolder();
  const raster = rasterOf({ width: 8, height: 6 }, (col) => col);
  const keys = async (affine: typeof NORTH_UP) => {
    const path = join(folder, "a.tif");
    await writeCog(path, raster, { overviews: "mode", grid: { width: 8, height: 6, affine, crs: null } });
    const { fileDirectory } = await (
      await fromArrayBuffer(new Uint8Array(await readFile(path)).buffer)
    ).getImage();
    const has = (tag: "ModelPixelScale" | "GeoKeyDirectory") => fileDirectory.hasTag(tag);
    return [has("ModelPixelScale"), has("GeoKeyDirectory")];
  };
  expect(await keys(IDENTITY)).toEqual([false, false]);
  expect(await keys(NORTH_UP)).toEqual([true, false]);
});

test.each([
  { rows: 2, length: 20, message: "1 + 2 rows" },
  { rows: 1, length: 9, message: "9 samples" },
])("rows that do not fit the raster are refused: $message", async ({ rows, length, message }) => {
  const grid = { width: 10, height: 2, affine: NORTH_UP, crs: null };
  const folder = await temporaryFolder();
  const cog = await createCog(join(folder, "a.tif"), { grid, sampleType: "uint8", overviews: "mode" });
  await cog.write({ data: new Uint8Array(10), rows: 1 });
  await expect(cog.write({ data: new Uint8Array(length), rows })).rejects.toThrow(message);
  await cog.abort();
});

test("a raster with rows missing is not finished", async () => {
  const folder = await temporaryFolder();
  const grid = { width: 10, height: 2, affine: NORTH_UP, crs: null };
  const cog = await createCog(join(folder, "a.tif"), { grid, sampleType: "uint8", overviews: "mode" });
  await cog.write({ data: new Uint8Array(10), rows: 1 });
  await expect(cog.finish()).rejects.toThrow("1 of 2 rows");
  await cog.abort();
  expect(await readdir(folder)).toEqual([]);
});

test("the mask of every level has a bit for each pixel, 1 where there is data", async () => {
  const path = join(await temporaryFolder(), "masked.tif");
  const { raster, options } = VARIANTS.find(({ title }) => title === "RGB with an internal mask")!;
  await writeCog(path, raster, options);
  const file = await readFile(path);
  const read = (offset: number, length: number) => Promise.resolve(file.subarray(offset, offset + length));
  const { images } = await readTiffStructure(read, file.length);
  const masks = images.filter(({ role }) => role === "mask" || role === "overview-mask");
  for (const [level, { width, height, mask }] of bruteLevels(raster, options).entries()) {
    const { blockWidth, offsets, sizes } = masks[level]!;
    const blocks = offsets.map((offset, index) => inflateSync(file.subarray(offset, offset + sizes[index]!)));
    const bitAt = (col: number, row: number): number => {
      const block =
        blocks[Math.floor(row / blockWidth) * Math.ceil(width / blockWidth) + Math.floor(col / blockWidth)];
      const bit = (row % blockWidth) * blockWidth + (col % blockWidth);
      return (block![bit >> 3]! >> (7 - (bit & 7))) & 1;
    };
    const found = Uint8Array.from({ length: width * height }, (_, i) =>
      bitAt(i % width, Math.floor(i / width)),
    );
    expect(found).toEqual(mask);
  }
});
