import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { deflateCodec } from "../../src/raster/block-codec.ts";
import { jpegCodec } from "../../src/raster/jpeg-codec.ts";
import { bruteLevels, largestDifference, rasterOf, temporaryFolder, writeCog } from "./support/rasters.ts";

const raster = rasterOf({ width: 221, height: 205, bands: 3 }, (col, row, band) =>
  Math.round(120 + 60 * Math.sin(col / (40 + 20 * band)) + 50 * Math.cos(row / 45)),
);
const options = { overviews: "average", blockSize: 64 } as const;

test("libvips reads JPEG blocks in their colours, at every level", async () => {
  const path = join(await temporaryFolder(), "jpeg.tif");
  await writeCog(path, raster, { ...options, codec: jpegCodec({ quality: 95 }) });
  for (const [page, { width, height, data }] of bruteLevels(raster, options).entries()) {
    const found = await sharp(path, { page }).raw().toBuffer({ resolveWithObject: true });
    expect(found.info).toMatchObject({ width, height, channels: 3 });
    expect(largestDifference(data, found.data)).toBeLessThanOrEqual(6);
  }
});

test("a lower quality makes a smaller file, and JPEG a much smaller one than deflate", async () => {
  const folder = await temporaryFolder();
  const sizeWith = (name: string, codec: ReturnType<typeof jpegCodec>): Promise<number> =>
    writeCog(join(folder, name), raster, { ...options, codec });
  const [low, high, lossless] = [
    await sizeWith("low", jpegCodec({ quality: 50 })),
    await sizeWith("high", jpegCodec({ quality: 90 })),
    await sizeWith("lossless", deflateCodec({ predictor: 2 })),
  ];
  expect(low).toBeLessThan(high);
  expect(high).toBeLessThan(lossless / 3);
  expect((await readFile(join(folder, "low"))).length).toBe(low);
});

test("a raster that JPEG cannot hold is refused", async () => {
  const gray = rasterOf({ width: 10, height: 10 }, (col) => col);
  const path = join(await temporaryFolder(), "gray.tif");
  await expect(writeCog(path, gray, { ...options, codec: jpegCodec() })).rejects.toThrow("3 bands of uint8");
});
