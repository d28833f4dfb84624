import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { openByteSource } from "../../src/scene/byte-source.ts";
import { blocksTogether, decodeImageBlock, decodeImageBlocks } from "../../src/scene/image-codec.ts";
import { imageDecoder } from "../../src/scene/image-decoder.ts";
import { readTiffHeader } from "../../src/scene/tiff-header.ts";
import { readTiffImage, type TiffImage } from "../../src/scene/tiff-image.ts";
import { seededRandom } from "../support/random.ts";
import { scratchFolder } from "../support/scratch.ts";

const scratch = scratchFolder();
const BLOCKS = 20;
const SIDE = 64;

/** A TIFF that libvips wrote, of a column of JPEG tiles with smooth and noisy parts, and the stored bytes of its tiles. */
async function jpegTiles({ samples, quality }: { readonly samples: 1 | 3; readonly quality: number }) {
  const random = seededRandom(5);
  const pixels = Uint8Array.from({ length: SIDE * SIDE * BLOCKS * samples }, (_, i) =>
    i % 977 < 400 ? random() * 255 : (i / samples) % 251,
  );
  const path = join(scratch, `${samples}-${quality}.tif`);
  await sharp(pixels, { raw: { width: SIDE, height: SIDE * BLOCKS, channels: samples } })
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

const one = (image: TiffImage, block: Uint8Array) => decodeImageBlock(image, block, SIDE);

test.each([
  { samples: 1, quality: 80, name: "gray" },
  { samples: 3, quality: 80, name: "chroma halved" },
  { samples: 3, quality: 95, name: "chroma whole" },
] as const)("blocks that wait together decode to the samples of each alone: $name", async (kind) => {
  const { image, blocks } = await jpegTiles(kind);
  const decode = imageDecoder();
  const together = await Promise.all(blocks.map((block) => decode(image, Promise.resolve(block), SIDE)));
  for (const [i, block] of blocks.entries()) expect(together[i]).toEqual(await one(image, block));
  const group = blocks.slice(0, blocksTogether(image));
  expect(group.length).toBeGreaterThan(1);
  expect(await decodeImageBlocks(image, group)).toEqual(together.slice(0, group.length));
});

test.each([
  { damage: "cut short", spoil: (block: Uint8Array) => block.subarray(0, block.length >> 1) },
  { damage: "without its end marker", spoil: (block: Uint8Array) => block.subarray(0, block.length - 2) },
  { damage: "of zeros", spoil: (block: Uint8Array) => new Uint8Array(block.length) },
  { damage: "its second half zeros", spoil: (block: Uint8Array) => block.slice().fill(0, block.length >> 1) },
])("a block that is $damage fails alone, as it does by itself", async ({ spoil }) => {
  const { image, blocks } = await jpegTiles({ samples: 3, quality: 80 });
  const spoilt = blocks.map((block, i) => (i === 7 ? spoil(block) : block));
  await expect(decodeImageBlocks(image, spoilt.slice(0, 16))).rejects.toThrow();
  const decode = imageDecoder();
  const settled = await Promise.allSettled(
    spoilt.map((block) => decode(image, Promise.resolve(block), SIDE)),
  );
  const alone = await Promise.allSettled(spoilt.map((block) => one(image, block)));
  expect(settled).toEqual(alone);
  expect(settled.map(({ status }) => status === "rejected")).toEqual(blocks.map((_, i) => i === 7));
});

test("a block of another size than its tile fails, in a group as alone", async () => {
  const { image, blocks } = await jpegTiles({ samples: 3, quality: 80 });
  const small = await sharp({ create: { width: 48, height: 64, channels: 3, background: "red" } })
    .jpeg()
    .toBuffer();
  const decode = imageDecoder();
  const settled = await Promise.allSettled(
    [blocks[0]!, small, blocks[1]!].map((block) => decode(image, Promise.resolve(block), SIDE)),
  );
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("a block that cannot be read fails alone, and what waits for it is decoded", async () => {
  const { image, blocks } = await jpegTiles({ samples: 3, quality: 80 });
  const decode = imageDecoder();
  const reads = [Promise.resolve(blocks[0]!), Promise.reject(new Error("gone")), Promise.resolve(blocks[1]!)];
  const settled = await Promise.allSettled(reads.map((reading) => decode(image, reading, SIDE)));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
