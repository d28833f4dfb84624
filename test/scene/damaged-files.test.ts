import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { fullWindow } from "../../src/geo/window.ts";
import { openGeotiff } from "../../src/scene/open-geotiff.ts";
import { seededRandom } from "../support/random.ts";
import { EXPECTED, TIFF_FIXTURES } from "./fixtures.ts";
import { BLOCKS, grayTags, type TinyTag, tinyTiff } from "./tiny-tiff.ts";

const folder = mkdtempSync(join(tmpdir(), "landstitch-damaged-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("files that are no GeoTIFF are named for what they are", () => {
  test.each([
    ["missing.tif", null, "file-not-found", "no such file"],
    ["photo.tif", Buffer.from("89504e470d0a1a0a0000", "hex"), "not-a-tiff", "looks like a PNG"],
    ["camera.tif", Buffer.from("ffd8ffe000104a464946", "hex"), "not-a-tiff", "looks like a JPEG"],
    ["download.tif", Buffer.from("\n<!DOCTYPE html><html>"), "not-a-tiff", "looks like an HTML page"],
    ["archive.tif", Buffer.from("504b030414000000", "hex"), "not-a-tiff", "looks like a ZIP archive"],
    ["noise.tif", Buffer.from("0102030405060708", "hex"), "not-a-tiff", "01 02 03 04 05 06 07 08"],
    ["empty.tif", Buffer.alloc(0), "not-a-tiff", "it is empty"],
    ["short.tif", Buffer.from("II*\0", "latin1"), "damaged-header", "past the file's end"],
  ] as const)("%s", async (name, bytes, code, words) => {
    const path = join(folder, name);
    if (bytes !== null) writeFileSync(path, bytes);
    const error = await failureOf(openGeotiff(path));
    expect(error.code).toBe(code);
    expect(error.message).toContain(path);
    expect(error.message).toContain(words);
    expect(error.hint).not.toBe("");
  });

  test("a directory", async () => {
    expect(await failureOf(openGeotiff(folder))).toMatchObject({ code: "not-a-file" });
  });
});

describe("storage that is not supported is refused with the tag and its value", () => {
  test.each([
    ["unsupported-lerc.tif", "Compression 34887 (LERC)"],
    ["unsupported-12-bits.tif", "BitsPerSample 12 (uint)"],
    ["unsupported-cmyk.tif", "PhotometricInterpretation 5 (CMYK)"],
  ])("%s", async (file, words) => {
    const error = await failureOf(openGeotiff(TIFF_FIXTURES + file));
    expect(error.code).toBe("unsupported-tiff");
    expect(error.message).toContain(`${words} is not supported`);
    expect(error.hint).toContain("gdal_translate");
  });
});

const block = (bytes: Uint8Array, width = 16, height = 16, compression = 8): Uint8Array =>
  tinyTiff(
    [
      [
        ...grayTags(width, height, compression),
        [322, width],
        [323, height],
        [324, BLOCKS],
        [325, bytes.length],
      ],
    ],
    bytes,
  );

test("bits stored in the other order (FillOrder 2) are refused, not read wrongly", async () => {
  const tags: TinyTag[] = [
    [266, 2],
    [322, 16],
    [323, 16],
    [324, BLOCKS],
    [325, 256],
  ];
  const bytes = tinyTiff([[...grayTags(16, 16), ...tags]], new Uint8Array(256));
  expect((await failureOf(openGeotiff(written("fill-order.tif", bytes)))).message).toContain(
    "FillOrder 2 is not supported",
  );
});

describe("damaged headers", () => {
  const tile = (tags: readonly TinyTag[]): Uint8Array =>
    tinyTiff([[...grayTags(16, 16), ...tags]], new Uint8Array(256));
  const whole: TinyTag[] = [
    [322, 16],
    [323, 16],
    [324, BLOCKS],
    [325, 256],
  ];
  test.each([
    [
      "no size",
      tinyTiff([
        [
          [258, 8],
          [259, 1],
        ],
      ]),
      "tag 256 is missing",
    ],
    ["no blocks", tinyTiff([grayTags(16, 16)]), "0 block offsets"],
    ["a width of 0", tinyTiff([[...grayTags(0, 16), ...whole]]), "ImageWidth is 0"],
    [
      "far more pixels than blocks",
      tinyTiff([[...grayTags(2 ** 31 - 1, 2 ** 31 - 1), ...whole]]),
      "need 18014398",
    ],
    [
      "a tile of 64 gigapixels",
      tile([
        [322, 262144],
        [323, 262144],
        [324, BLOCKS],
        [325, 256],
      ]),
      "a tile size of 262144 x 262144",
    ],
    [
      "a count past the file's end",
      tile([
        [322, 16],
        [323, 16],
        [324, BLOCKS],
        [325, 256],
        [42113, new Uint8Array(9)],
      ]).subarray(0, 150),
      "of 150",
    ],
  ])("%s", async (_, bytes, words) => {
    expect((await failureOf(openGeotiff(written("header.tif", bytes)))).message).toContain(words);
  });

  test("a loop of directories", async () => {
    const bytes = Buffer.from(tile(whole));
    bytes.writeUInt32LE(8, 8 + 2 + 10 * 12);
    const error = await failureOf(openGeotiff(written("loop.tif", bytes)));
    expect(error.message).toContain("form a loop at byte 8");
  });
});

describe("damaged blocks name the window, the block and the file", () => {
  test.each([
    ["deflate that is too short", block(deflateSync(new Uint8Array(100))), "it holds 100 bytes of 256"],
    ["a decompression bomb", block(deflateSync(new Uint8Array(10_000_000))), "larger than 256 bytes"],
    ["deflate cut off", block(deflateSync(noise(256)).subarray(0, 90)), "unexpected end of file"],
    ["LZW garbage", block(Uint8Array.from([0x80, 0x3f, 0xff, 0xff]), 16, 16, 5), "LZW code"],
    ["ZSTD garbage", block(noise(90), 16, 16, 50000), "ZSTD"],
    ["ZSTD cut off", block(Buffer.from("28b52ffd200810000041", "hex"), 16, 16, 50000), "ZSTD"],
    ["PackBits past the block", block(new Uint8Array(90).fill(130), 16, 16, 32773), "PackBits"],
    ["JPEG garbage", block(noise(90), 16, 16, 7), "cannot be decoded"],
  ])("%s", async (_, bytes, words) => {
    const path = written("block.tif", bytes);
    const scene = await openGeotiff(path);
    const error = await failureOf(scene.read({ col: 3, row: 4, width: 5, height: 6 }));
    await scene.close();
    expect(error.code).toBe("damaged-block");
    expect(error.message).toContain(
      `${path}: tile 0 of image 0 (16 x 16 px at column 0, row 0) cannot be decoded`,
    );
    expect(error.message).toContain(words);
  });

  test("a block past the end of a truncated file fails; blocks before it still read", async () => {
    const bytes = readFileSync(`${TIFF_FIXTURES}none-strips.tif`);
    const scene = await openGeotiff(written("truncated.tif", bytes.subarray(0, bytes.length - 20)));
    await expect(scene.read({ col: 0, row: 0, width: 21, height: 5 })).resolves.toMatchObject({ mask: null });
    expect(await failureOf(scene.read({ col: 0, row: 17, width: 21, height: 1 }))).toMatchObject({
      code: "damaged-block",
    });
    await scene.close();
  });
});

test("files cut off anywhere, or with any byte changed, end in pixels or in a UserError, never in a hang or a crash", async () => {
  const random = seededRandom(7);
  for (const { file } of EXPECTED) {
    const bytes = readFileSync(TIFF_FIXTURES + file);
    for (let i = 0; i < 12; i++) {
      const damaged = Buffer.from(i < 4 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes);
      for (let k = 0; i >= 4 && k < 3; k++) {
        const header = random() < 0.7 ? Math.min(400, damaged.length) : damaged.length;
        damaged[Math.floor(random() * header)] = Math.floor(random() * 256);
      }
      const outcome = await readAll(written("mutated.tif", damaged)).catch((error: unknown) => error);
      if (outcome instanceof Error && !(outcome instanceof UserError))
        throw new Error(`${file} ${i}`, { cause: outcome });
    }
  }
});

async function readAll(path: string): Promise<void> {
  const scene = await openGeotiff(path);
  try {
    const { width, height } = scene.grid;
    if (width * height < 1e6) await scene.read(fullWindow({ width, height }));
  } finally {
    await scene.close();
  }
}

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function noise(length: number): Uint8Array {
  const random = seededRandom(length);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

async function failureOf(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  return error;
}
