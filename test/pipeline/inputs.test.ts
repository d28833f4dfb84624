import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type MapSceneOptions, mapScene } from "../../src/pipeline/map-scene.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import { type SampleArray, sampleArray } from "../../src/scene/raster-block.ts";
import { EXPECTED, type ExpectedTiff, expectedBytes, TIFF_FIXTURES } from "../scene/fixtures.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { serveRanges } from "../support/range-server.ts";
import { scratchFolder } from "../support/scratch.ts";
import { writeScene } from "../support/write-scene.ts";
import { readArchive } from "../tiles/support/archive.ts";

const scratch = scratchFolder();
const fixtures = serveRanges(TIFF_FIXTURES);
const written = serveRanges(scratch);

/** Chips smaller than the scenes and no multiple of their blocks. */
const PIXELWISE = {
  model: fixtureModelPath("pixelwise"),
  device: "cpu",
  workers: 1,
  chip: 20,
  overlap: 6,
} as const;
const SIXTEEN_BITS = { ...PIXELWISE, model: fixtureModelPath("uint16-4band") } as const;

interface Input {
  readonly file: string;
  readonly what: string;
  /** From 1, in the order of the model. */
  readonly bands?: number[];
  readonly rescale?: [number, number];
}

/** The formulas of test/fixtures/tiff/make.py take the sixteen bits of `rescale` back to eight without rounding. */
const INPUTS: readonly Input[] = [
  { file: "none-strips.tif", what: "uncompressed, in strips" },
  { file: "deflate-tiles-predictor2.tif", what: "deflate in tiles, predictor 2" },
  { file: "planar-separate-tiles.tif", what: "deflate, a plane for each band" },
  { file: "lzw-strips-predictor2.tif", what: "LZW in strips, predictor 2" },
  { file: "bigtiff.tif", what: "BigTIFF, LZW in tiles" },
  { file: "jpeg-tiles-ycbcr.tif", what: "JPEG in YCbCr" },
  { file: "jpeg-tiles-rgb.tif", what: "JPEG in RGB" },
  { file: "webp-tiles-lossless.tif", what: "WebP" },
  { file: "webp-tiles-alpha.tif", what: "WebP with alpha" },
  { file: "alpha.tif", what: "an alpha band" },
  { file: "internal-mask-overviews.tif", what: "JPEG with an internal mask and overviews" },
  { file: "nodata-tag.tif", what: "a nodata tag" },
  { file: "one-pixel-wide.tif", what: "one pixel wide" },
  { file: "one-pixel.tif", what: "one pixel" },
  { file: "bigtiff-big-endian-many-tiles.tif", what: "one band in big-endian BigTIFF", bands: [1, 1, 1] },
  { file: "jpeg-planar-4-bands.tif", what: "three of four bands", bands: [4, 1, 2] },
  {
    file: "zstd-tiles-uint16-4-bands.tif",
    what: "ZSTD with 16 bits and 4 bands, stretched",
    bands: [3, 2, 4],
    rescale: [17, 17 + 255 * 251],
  },
  {
    file: "big-endian-predictor2-uint16.tif",
    what: "big-endian 16 bits, stretched",
    bands: [1, 2, 3],
    rescale: [17, 17 + 255 * 251],
  },
  {
    file: "int16-deflate.tif",
    what: "signed 16 bits, stretched and clipped",
    bands: [1, 1, 1],
    rescale: [-30_000, 34_005],
  },
  {
    file: "nodata-nan-float32.tif",
    what: "floats with NaN, stretched",
    bands: [2, 1, 2],
    rescale: [-20.25, 255 / 7 - 20.25],
  },
];

describe("every pixel is mapped as GDAL's pixels say, from a file and from a URL:", () => {
  test.each(INPUTS)("$what ($file)", async ({ file, what, bands, rescale }) => {
    const options = { ...PIXELWISE, ...(bands ? { bands } : {}), ...(rescale ? { rescale } : {}) };
    const allowed = labelsOfPixels(expectedOf(file), bands, rescale);
    for (const scene of [TIFF_FIXTURES + file, fixtures.url(file)]) {
      const labels = await mapToLabels(scene, join(scratch, `out ${what}`), options);
      const wrong = allowed.flatMap((possible, i) => (possible.includes(labels[i]!) ? [] : [i]));
      expect(labels).toHaveLength(allowed.length);
      expect(wrong).toEqual([]);
    }
  });

  test("16 bits and 4 bands as they are, the bands found by their names", async () => {
    const file = "zstd-tiles-uint16-4-bands.tif";
    const pixels = pixelsOf(expectedOf(file));
    const direct = Array.from({ length: pixels.length / 4 }, (_, i) => {
      const [blue, green, red, nir] = pixels.subarray(i * 4, i * 4 + 4);
      const scores = [green! + blue!, 2 * red! + 0.25, 2 * nir! + 0.5];
      return scores.indexOf(Math.max(...scores));
    });
    for (const scene of [TIFF_FIXTURES + file, fixtures.url(file)]) {
      expect(await mapToLabels(scene, join(scratch, "out 16 bits"), SIXTEEN_BITS)).toEqual(direct);
    }
    expect(new Set(direct).size).toBe(3);
  });

  test("bands chosen by name give the map of the same bands chosen by number", async () => {
    const scene = `${TIFF_FIXTURES}zstd-tiles-uint16-4-bands.tif`;
    const [byName, byNumber] = [
      await mapToLabels(scene, join(scratch, "names"), {
        ...SIXTEEN_BITS,
        bands: ["nir", "red", "green", "blue"],
      }),
      await mapToLabels(scene, join(scratch, "numbers"), { ...SIXTEEN_BITS, bands: [4, 3, 2, 1] }),
    ];
    expect(byName).toEqual(byNumber);
  });
});

test("a scene behind a URL is read by ranges, each block once, and gives the bytes that the file gives", async () => {
  const path = join(scratch, "large scene.tif");
  await writeScene(path, { width: 600, height: 500 });
  const options = { ...PIXELWISE, chip: 256, overlap: 32, outputs: ["landcover", "confidence"] } as const;
  const maps = [];
  for (const [name, scene] of [
    ["file", path],
    ["url", written.url("large scene.tif")],
  ] as const) {
    const out = join(scratch, `map of a ${name}`);
    await mapScene(scene, out, { ...options, outputs: [...options.outputs] });
    maps.push(["landcover.tif", "confidence.tif"].map((file) => readFileSync(join(out, file))));
  }
  expect(maps[1]).toEqual(maps[0]);
  const { size } = statSync(path);
  const [head, ...blocks] = written.answers;
  expect(head).toBeLessThan(size / 4);
  expect(Math.max(...blocks)).toBeLessThan(size / 4);
  expect(blocks.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(size);
});

test("tiles of a scene behind a signed URL carry its name, not its signature", async () => {
  const out = join(scratch, "signed");
  const scene = `${fixtures.url("none-strips.tif")}?signature=secret`;
  await mapScene(scene, out, { ...PIXELWISE, outputs: ["raster-tiles"] });
  const { metadata } = await readArchive(join(out, "landcover-raster.pmtiles"));
  expect(metadata["name"]).toBe("none-strips.tif");
});

async function mapToLabels(scene: string, folder: string, options: MapSceneOptions): Promise<number[]> {
  await mapScene(scene, folder, { ...options, outputs: ["landcover"] });
  const map = await openScene(join(folder, "landcover.tif"));
  const { width, height } = map.grid;
  const { data } = await map.read({ col: 0, row: 0, width, height });
  await map.close();
  return Array.from(data as ArrayLike<number>);
}

function expectedOf(name: string): ExpectedTiff {
  return EXPECTED.find(({ file }) => file === name)!;
}

/** Full resolution as GDAL reads it. */
function pixelsOf({ levels, type }: ExpectedTiff): SampleArray {
  const bytes = expectedBytes(levels[0]!.data);
  const pixels = sampleArray(type, bytes.length / sampleArray(type, 1).BYTES_PER_ELEMENT);
  new Uint8Array(pixels.buffer).set(bytes);
  return pixels;
}

/** What "pixelwise" answers for each pixel: 255 without data, else the labels of all sums that a decoder of JPEG may come to. */
function labelsOfPixels(
  expected: ExpectedTiff,
  bands: readonly number[] = [1, 2, 3],
  [min, max]: readonly [number, number] = [0, 255],
): number[][] {
  const { width, height, mask } = expected.levels[0]!;
  const pixels = pixelsOf(expected);
  const valid = mask === null ? null : expectedBytes(mask);
  const reach = 3 * expected.tolerance;
  return Array.from({ length: width * height }, (_, i) => {
    if (valid?.[i] === 0) return [255];
    const values = bands.map((band) => ((pixels[i * expected.bands + band - 1]! - min) / (max - min)) * 255);
    const sum = values.reduce((total, value) => total + Math.round(Math.min(255, Math.max(0, value))), 0);
    return [(sum - reach) >> 8, (sum + reach) >> 8];
  });
}

test("nothing that a run writes or tells holds the signature of a scene's URL", async () => {
  await writeScene(join(scratch, "secret.tif"), { width: 40, height: 30 });
  const out = join(scratch, "signed");
  const events: string[] = [];
  const url = `${written.url("secret.tif")}?X-Signature=5ecre7`;
  await mapScene(url, out, {
    ...PIXELWISE,
    rescale: "auto",
    outputs: ["landcover", "areas", "report", "stac", "preview", "imagery"],
    onEvent: (event) => events.push(JSON.stringify(event)),
  });
  for (const name of ["run.json", "item.json", "report.html"]) {
    const text = readFileSync(join(out, name), "utf8");
    expect(text, name).toContain("secret.tif");
    expect(text, name).not.toMatch(/5ecre7|X-Signature/);
  }
  expect(events.join()).toMatch(/stretched/);
  expect(events.join()).not.toMatch(/5ecre7|X-Signature/);
});

test("item.json is dated by the DateTime of the scene's file", async () => {
  const scene = join(scratch, "dated.tif");
  await writeScene(scene, { width: 40, height: 30 });
  insertDateTime(scene, "2020:08:31 17:20:00");
  const out = join(scratch, "dated");
  await mapScene(scene, out, { ...PIXELWISE, outputs: ["landcover", "stac"] });
  const item = JSON.parse(readFileSync(join(out, "item.json"), "utf8"));
  expect(item.properties.datetime).toBe("2020-08-31T17:20:00.000Z");
});

/** Adds DateTime (tag 306) to the first directory of a little-endian TIFF, which moves to the end of the file. */
function insertDateTime(path: string, text: string): void {
  const bytes = readFileSync(path);
  const directory = bytes.readUInt32LE(4);
  const value = Buffer.from(`${text}\0`);
  const entries = Array.from({ length: bytes.readUInt16LE(directory) }, (_, i) =>
    bytes.subarray(directory + 2 + i * 12, directory + 14 + i * 12),
  );
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(306, 0);
  entry.writeUInt16LE(2, 2);
  entry.writeUInt32LE(value.length, 4);
  entry.writeUInt32LE(bytes.length, 8);
  const sorted = [...entries, entry].toSorted((a, b) => a.readUInt16LE() - b.readUInt16LE());
  const count = Buffer.alloc(2);
  count.writeUInt16LE(sorted.length);
  const next = bytes.subarray(directory + 2 + entries.length * 12, directory + 6 + entries.length * 12);
  const moved = Buffer.concat([count, ...sorted, next]);
  bytes.writeUInt32LE(bytes.length + value.length, 4);
  writeFileSync(path, Buffer.concat([bytes, value, moved]));
}
