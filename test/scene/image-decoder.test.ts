import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { openByteSource } from "../../src/scene/byte-source.ts";
import { blocksTogether, decodeImageBlock, decodeImageBlocks } from "../../src/scene/image-codec.ts";
import { imageDecoder } from "../../src/scene/image-decoder.ts";
import type { BlockSamples } from "../../src/scene/raster-block.ts";
import { readTiffHeader } from "../../src/scene/tiff-header.ts";
import { readTiffImage, type TiffImage } from "../../src/scene/tiff-image.ts";
import { seededRandom } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();
const BLOCKS = 20;
const SIDE = 64;
const ROW = { rows: SIDE, blockRow: 0 };

/** A column of pictures with smooth and noisy parts. */
function pictures(samples: 1 | 3): Uint8Array {
  const random = seededRandom(5);
  return Uint8Array.from({ length: SIDE * SIDE * BLOCKS * samples }, (_, i) =>
    i % 977 < 400 ? random() * 255 : (i / samples) % 251,
  );
}

/** A TIFF that libvips wrote, of a column of JPEG tiles, and the stored bytes of its tiles. */
async function jpegTiles({ samples, quality }: { readonly samples: 1 | 3; readonly quality: number }) {
  const path = join(scratch, `${samples}-${quality}.tif`);
  await sharp(pictures(samples), { raw: { width: SIDE, height: SIDE * BLOCKS, channels: samples } })
    .toColourspace(samples === 1 ? "b-w" : "srgb")
    .tiff({ compression: "jpeg", quality, tile: true, tileWidth: SIDE, tileHeight: SIDE })
    .toFile(path);
  const source = await openByteSource(path);
  const image = readTiffImage(await readTiffHeader(source), 0);
  const blocks = await Promise.all(
    Array.from({ length: BLOCKS }, (_, i) => source.read(image.offsets[i]!, image.byteCounts[i]!)),
  );
  await source.close();
  return { image, blocks };
}

/** The same pictures as WebP blocks: libvips writes no such TIFF, but what a tile holds is a WebP file. */
async function webpTiles({ lossless = false } = {}) {
  const { image } = await jpegTiles({ samples: 3, quality: 80 });
  const raw = pictures(3);
  const blocks = await Promise.all(
    Array.from({ length: BLOCKS }, (_, i) =>
      sharp(raw.subarray(i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3), {
        raw: { width: SIDE, height: SIDE, channels: 3 },
      })
        .webp({ lossless })
        .toBuffer(),
    ),
  );
  return { image: { ...image, compression: 50001, jpegTables: null }, blocks };
}

const jpeg = () => jpegTiles({ samples: 3, quality: 80 });

type Tiles = Promise<{ readonly image: TiffImage; readonly blocks: readonly Uint8Array[] }>;

/** The same blocks as strips, which lie one below the other in an image. */
async function inStrips(tiles: Tiles): Tiles {
  const { image, blocks } = await tiles;
  return { image: { ...image, tiled: false }, blocks };
}

async function asRgb(): Tiles {
  const { image, blocks } = await jpegTiles({ samples: 3, quality: 95 });
  return { image: { ...image, photometric: 2 }, blocks };
}

const one = async (image: TiffImage, block: Uint8Array) =>
  pixelsOf(await decodeImageBlock(image, block, SIDE));

/** The samples of a block alone, row after row. */
function pixelsOf({ samples, rowLength, byteLength }: BlockSamples): Buffer {
  const rowBytes = byteLength / SIDE;
  return Buffer.concat(
    Array.from({ length: SIDE }, (_, row) =>
      samples.slice(row * rowLength, row * rowLength + rowBytes),
    ) as Uint8Array[],
  );
}

/** Null for a block that failed: libvips keeps its messages in one place for all threads, so they may differ. */
const pixelsIfAny = <T>(settled: PromiseSettledResult<T>, pixels: (value: T) => Buffer) =>
  settled.status === "fulfilled" ? pixels(settled.value) : null;

test.each([
  { name: "gray JPEG", tiles: () => jpegTiles({ samples: 1, quality: 80 }) },
  { name: "JPEG, chroma halved", tiles: () => jpegTiles({ samples: 3, quality: 80 }) },
  { name: "JPEG, chroma whole", tiles: () => jpegTiles({ samples: 3, quality: 95 }) },
  { name: "WebP", tiles: () => webpTiles() },
  { name: "lossless WebP", tiles: () => webpTiles({ lossless: true }) },
  { name: "JPEG taken for RGB", tiles: asRgb },
  { name: "JPEG in strips", tiles: () => inStrips(jpeg()) },
  { name: "gray JPEG in strips", tiles: () => inStrips(jpegTiles({ samples: 1, quality: 80 })) },
  { name: "WebP in strips", tiles: () => inStrips(webpTiles()) },
])("blocks that wait together decode to the samples of each alone: $name", async ({ tiles }) => {
  const { image, blocks } = await tiles();
  const decode = imageDecoder();
  const together = await Promise.all(blocks.map((block) => decode(image, Promise.resolve(block), ROW)));
  for (const [i, block] of blocks.entries()) expect(pixelsOf(together[i]!)).toEqual(await one(image, block));
  const group = blocks.slice(0, blocksTogether(image));
  expect(group.length).toBeGreaterThan(1);
  const decoded = await decodeImageBlocks(image, group);
  expect(decoded.map(pixelsOf)).toEqual(together.slice(0, group.length).map(pixelsOf));
});

test.each([
  { damage: "cut short", tiles: jpeg, spoil: (block: Uint8Array) => block.subarray(0, block.length >> 1) },
  { damage: "without its end", tiles: jpeg, spoil: (block: Uint8Array) => block.subarray(0, -2) },
  { damage: "of zeros", tiles: jpeg, spoil: (block: Uint8Array) => new Uint8Array(block.length) },
  {
    damage: "half zeros",
    tiles: jpeg,
    spoil: (block: Uint8Array) => block.slice().fill(0, block.length >> 1),
  },
  {
    damage: "cut short",
    tiles: webpTiles,
    spoil: (block: Uint8Array) => block.subarray(0, block.length >> 1),
  },
  { damage: "of zeros", tiles: webpTiles, spoil: (block: Uint8Array) => new Uint8Array(block.length) },
  {
    damage: "cut short in strips",
    tiles: () => inStrips(jpeg()),
    spoil: (block: Uint8Array) => block.subarray(0, block.length >> 1),
  },
  {
    damage: "cut short in strips",
    tiles: () => inStrips(webpTiles()),
    spoil: (block: Uint8Array) => block.subarray(0, block.length >> 1),
  },
  {
    damage: "without a header",
    tiles: webpTiles,
    spoil: (block: Uint8Array) => block.slice().fill(0, 20, 40),
  },
])("a block ($tiles.name) that is $damage fails alone, as it does by itself", async ({ tiles, spoil }) => {
  const { image, blocks } = await tiles();
  const spoilt = blocks.map((block, i) => (i === 7 ? spoil(block) : block));
  await expect(decodeImageBlocks(image, spoilt.slice(0, 16))).rejects.toThrow();
  const decode = imageDecoder();
  const settled = await Promise.allSettled(spoilt.map((block) => decode(image, Promise.resolve(block), ROW)));
  const alone = await Promise.allSettled(spoilt.map((block) => one(image, block)));
  const expected = alone.map((block) => pixelsIfAny(block, (pixels) => pixels));
  expect(settled.map((block) => pixelsIfAny(block, pixelsOf))).toEqual(expected);
  expect(settled.map(({ status }) => status === "rejected")).toEqual(blocks.map((_, i) => i === 7));
});

test.each([
  { tiles: jpeg, format: "jpeg" },
  { tiles: webpTiles, format: "webp" },
] as const)(
  "a $format of another size than its tile fails, in a group as alone",
  async ({ tiles, format }) => {
    const { image, blocks } = await tiles();
    const small = await sharp({ create: { width: 48, height: 64, channels: 3, background: "red" } })
      .toFormat(format)
      .toBuffer();
    const decode = imageDecoder();
    const settled = await Promise.allSettled(
      [blocks[0]!, small, blocks[1]!].map((block) => decode(image, Promise.resolve(block), ROW)),
    );
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  },
);

test("JPEG blocks with damaged pixels are refused, in a group as alone", async () => {
  const { image, blocks } = await jpeg();
  const random = seededRandom(11);
  for (let round = 0; round < 30; round++) {
    const spoilt = blocks[1]!.slice();
    const at = 30 + Math.floor(random() * (spoilt.length - 40));
    for (let i = at; i < at + 1 + (round % 4); i++) spoilt[i] = spoilt[i]! ^ 0xff;
    const together = await decodeImageBlocks(image, [blocks[0]!, spoilt]).catch(() => null);
    const alone = await one(image, spoilt).catch(() => null);
    if (alone === null) expect(together).toBe(null);
    else if (together !== null) expect(pixelsOf(together[1]!)).toEqual(alone);
  }
});

test("a block that cannot be read fails alone, and what waits for it is decoded", async () => {
  const { image, blocks } = await jpegTiles({ samples: 3, quality: 80 });
  const decode = imageDecoder();
  const reads = [Promise.resolve(blocks[0]!), Promise.reject(new Error("gone")), Promise.resolve(blocks[1]!)];
  const settled = await Promise.allSettled(reads.map((reading) => decode(image, reading, ROW)));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("blocks of one row share their memory, those of two rows do not: a cache can forget row after row", async () => {
  const { image, blocks } = await jpegTiles({ samples: 3, quality: 80 });
  const decode = imageDecoder();
  const decoded = await Promise.all(
    blocks.map((block, i) => decode(image, Promise.resolve(block), { rows: SIDE, blockRow: i % 2 })),
  );
  const memoryOf = (row: number) =>
    new Set(decoded.flatMap(({ samples }, i) => (i % 2 === row ? [samples.buffer] : [])));
  expect(memoryOf(0).size).toBe(1);
  expect(memoryOf(1).size).toBe(1);
  expect([...memoryOf(0)][0]).not.toBe([...memoryOf(1)][0]);
  for (const [i, block] of blocks.entries()) expect(pixelsOf(decoded[i]!)).toEqual(await one(image, block));
});
