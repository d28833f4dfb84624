import fc from "fast-check";
import { expect, test } from "vitest";
import { deflateCodec } from "../../src/raster/block-codec.ts";
import { cogHeader, levelLength } from "../../src/raster/cog-layout.ts";
import type { CogImage, EncodedLevel } from "../../src/raster/cog-tags.ts";
import { readTiffStructure } from "../../src/raster/tiff-structure.ts";
import { NORTH_UP, UTM40 } from "./support/rasters.ts";

const image: CogImage = {
  grid: { width: 1000, height: 1000, affine: NORTH_UP, crs: UTM40 },
  sampleType: "uint8",
  bands: 1,
  nodata: 255,
  palette: null,
  blockSize: 512,
  codec: deflateCodec(),
  masked: true,
  tags: {},
  bandNames: [],
};

/** The structure of a file whose blocks have the given lengths; only its header exists. */
async function structureOf(levels: readonly EncodedLevel[], bigTiff = false) {
  const header = cogHeader(image, levels, { bigTiff });
  const length = levels.reduce((sum, level) => sum + levelLength(level), header.length);
  const structure = await readTiffStructure(
    (offset, count) => Promise.resolve(header.subarray(offset, offset + count)),
    length,
  );
  return { header, length, structure };
}

const blockLengths = (limit: number) =>
  fc.array(
    fc
      .array(fc.tuple(fc.integer({ min: 8, max: limit }), fc.integer({ min: 8, max: 99 })), {
        minLength: 1,
        maxLength: 5,
      })
      .map(
        (blocks): EncodedLevel => ({
          width: 9,
          height: 9,
          blockSizes: blocks.map(([block]) => block),
          maskSizes: blocks.map(([, mask]) => mask),
        }),
      ),
    { minLength: 1, maxLength: 4 },
  );

test("property: framed blocks fill the file from the header to the end, without gap or overlap", async () => {
  await fc.assert(
    fc.asyncProperty(blockLengths(2 ** 31), fc.boolean(), async (levels, bigTiff) => {
      const { header, length, structure } = await structureOf(levels, bigTiff);
      const blocks = structure.images.flatMap(({ offsets, sizes }) =>
        offsets.map((offset, index) => ({ start: offset - 4, end: offset + sizes[index]! + 4 })),
      );
      blocks.sort((a, b) => a.start - b.start);
      expect(blocks.map(({ start }) => start)).toEqual([
        header.length,
        ...blocks.slice(0, -1).map(({ end }) => end),
      ]);
      expect(blocks.at(-1)!.end).toBe(length);
    }),
  );
});

test("property: BigTIFF exactly where the last byte is out of reach of 32 bits", async () => {
  await fc.assert(
    fc.asyncProperty(blockLengths(2 ** 31), async (levels) => {
      const { length, structure } = await structureOf(levels);
      const classic = length <= 2 ** 32 - 1;
      expect(structure.bigTiff).toBe(!classic);
    }),
  );
});

test("IFDs come in GDAL's order: image, its mask, overviews, their masks", async () => {
  const level = (side: number): EncodedLevel => ({
    width: side,
    height: side,
    blockSizes: [9],
    maskSizes: [9],
  });
  const { structure } = await structureOf([level(1000), level(500), level(250)]);
  expect(structure.images.map(({ role, width }) => `${role} ${width}`)).toEqual([
    "image 1000",
    "mask 1000",
    "overview 500",
    "overview 250",
    "overview-mask 500",
    "overview-mask 250",
  ]);
});
