import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ByteSource, openByteSource } from "../../src/scene/byte-source.ts";
import { openGeotiff } from "../../src/scene/open-geotiff.ts";
import { readSamples } from "../../src/scene/read-window.ts";
import { cacheBytesFor, tiffBlocks } from "../../src/scene/tiff-blocks.ts";
import { readTiffHeader } from "../../src/scene/tiff-header.ts";
import { blockCounts, readTiffImage } from "../../src/scene/tiff-image.ts";
import { TIFF_FIXTURES } from "./fixtures.ts";
import { BLOCKS, grayTags, type TinyTag, tinyTiff } from "./tiny-tiff.ts";

test.each([
  { file: "big-endian-many-tiles.tif", together: 1 },
  { file: "planar-separate-tiles.tif", together: 1 },
  { file: "lzw-strips-predictor2.tif", together: 3 },
  { file: "none-strips.tif", together: 4 },
])(
  "$file: overlapping chips over the whole scene read every block once with the default cache, strips in one go",
  async ({ file, together }) => {
    const source = await openByteSource(TIFF_FIXTURES + file);
    const image = readTiffImage(await readTiffHeader(source), 0);
    const reads: number[] = [];
    const counted: ByteSource = {
      ...source,
      read: (offset, length) => {
        reads.push(offset);
        return source.read(offset, length);
      },
    };
    const blocks = tiffBlocks(counted, cacheBytesFor(image));
    const samples = Array.from({ length: image.samples }, (_, sample) => sample);
    for (let row = 0; row < image.height; row += 28)
      for (let col = 0; col < image.width; col += 28) {
        const [width, height] = [Math.min(32, image.width - col), Math.min(32, image.height - row)];
        await readSamples(image, blocks, { window: { col, row, width, height }, samples, fill: 0 });
      }
    await source.close();
    const { across, down, planes } = blockCounts(image);
    expect(reads).toHaveLength((across * down * planes) / together);
    expect(new Set(reads).size).toBe(reads.length);
  },
);

test("large uncompressed strips are read in parts, and every row is the right one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landstitch-strips-"));
  const [width, height] = [1000, 301];
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 7 + Math.floor(i / width)) & 255);
  const counts = [200_000, 101_000];
  const tags: TinyTag[] = [
    [273, [BLOCKS, BLOCKS + 200_000]],
    [278, 200],
    [279, counts],
  ];
  const path = join(folder, "strips.tif");
  writeFileSync(path, tinyTiff([[...grayTags(width, height), ...tags]], pixels));
  const scene = await openGeotiff(path);
  const window = { col: 0, row: 0, width, height };
  expect(scene.storage.blockHeight).toBe(50);
  expect(Buffer.compare((await scene.read(window)).data as Uint8Array, pixels)).toBe(0);
  await scene.close();
  rmSync(folder, { recursive: true });
});

test("a strip that cannot be read does not spoil the ones that would be read with it", async () => {
  const source = await openByteSource(`${TIFF_FIXTURES}lzw-strips-predictor2.tif`);
  const image = readTiffImage(await readTiffHeader(source), 0);
  const bad = image.offsets[1]!;
  const read: ByteSource["read"] = (offset, length) =>
    offset <= bad && bad < offset + length
      ? Promise.reject(new Error("bad sector"))
      : source.read(offset, length);
  const blocks = tiffBlocks({ ...source, read }, cacheBytesFor(image));
  const found = await Promise.allSettled([0, 1, 2].map((index) => blocks(image, index)));
  await source.close();
  expect(found.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("a cache of one block still reads the right pixels", async () => {
  const source = await openByteSource(`${TIFF_FIXTURES}big-endian-many-tiles.tif`);
  const image = readTiffImage(await readTiffHeader(source), 0);
  const blocks = tiffBlocks(source, 300);
  const window = { col: 0, row: 0, width: image.width, height: image.height };
  const data = await readSamples(image, blocks, { window, samples: [0], fill: 0 });
  await source.close();
  expect(
    data.every(
      (value: number, i: number) =>
        value === ((Math.floor(i / 300 / 16) * 10 + Math.floor((i % 300) / 16)) & 255),
    ),
  ).toBe(true);
});
