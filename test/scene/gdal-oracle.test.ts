import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Window } from "../../src/geo/window.ts";
import { openGeotiff } from "../../src/scene/open-geotiff.ts";
import type { SampleType } from "../../src/scene/raster-block.ts";
import type { Scene } from "../../src/scene/scene.ts";

const hasGdal = spawnSync("gdalinfo", ["--version"]).status === 0;
const withGdal = hasGdal ? "" : " (skipped: no GDAL)";
const SCENES = new URL("../../../shared/data/scenes/", import.meta.url).pathname;
const scenes = existsSync(SCENES) ? readdirSync(SCENES).filter((name) => name.endsWith(".tif")) : [];
const folder = mkdtempSync(join(tmpdir(), "landstitch-oracle-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ENVI_TYPES: Readonly<Record<SampleType, number>> = {
  uint8: 1,
  int8: 1,
  int16: 2,
  int32: 3,
  float32: 4,
  float64: 5,
  uint16: 12,
  uint32: 13,
};

describe.skipIf(!hasGdal)(
  `gdal_translate's encodings of a 300 x 230 px scene read as GDAL reads them${withGdal}`,
  () => {
    const bases: Partial<Record<SampleType, string>> = {};
    const tiled = ["-co", "TILED=YES", "-co", "BLOCKXSIZE=128", "-co", "BLOCKYSIZE=112"];
    const created = (...options: string[]): string[] => options.flatMap((option) => ["-co", option]);
    test.each([
      ["uint8", "strips LZW predictor 2", created("COMPRESS=LZW", "PREDICTOR=2")],
      ["uint8", "strips LZW of 37 rows, planar", created("COMPRESS=LZW", "INTERLEAVE=BAND", "BLOCKYSIZE=37")],
      [
        "uint8",
        "tiles DEFLATE predictor 2 planar big-endian",
        [...tiled, ...created("COMPRESS=DEFLATE", "PREDICTOR=2", "INTERLEAVE=BAND", "ENDIANNESS=BIG")],
      ],
      [
        "uint8",
        "tiles WebP lossless",
        [
          ...tiled,
          "-b",
          "1",
          "-b",
          "2",
          "-b",
          "3",
          ...created("COMPRESS=WEBP", "WEBP_LOSSLESS=TRUE", "PHOTOMETRIC=RGB"),
        ],
      ],
      ["uint8", "one uncompressed strip", created("BLOCKYSIZE=230")],
      [
        "uint16",
        "tiles ZSTD predictor 2 big-endian",
        [...tiled, ...created("COMPRESS=ZSTD", "PREDICTOR=2", "ENDIANNESS=BIG")],
      ],
      ["uint16", "strips LZW predictor 2 BigTIFF", created("COMPRESS=LZW", "PREDICTOR=2", "BIGTIFF=YES")],
      ["int16", "tiles DEFLATE", [...tiled, ...created("COMPRESS=DEFLATE")]],
      [
        "uint32",
        "tiles LZW predictor 2 big-endian",
        [...tiled, ...created("COMPRESS=LZW", "PREDICTOR=2", "ENDIANNESS=BIG")],
      ],
      ["int32", "strips PackBits", created("COMPRESS=PACKBITS")],
      [
        "float32",
        "tiles DEFLATE predictor 3 planar",
        [...tiled, ...created("COMPRESS=DEFLATE", "PREDICTOR=3", "INTERLEAVE=BAND")],
      ],
      [
        "float32",
        "strips ZSTD predictor 3 big-endian",
        created("COMPRESS=ZSTD", "PREDICTOR=3", "ENDIANNESS=BIG"),
      ],
      [
        "float64",
        "tiles LZW predictor 3 big-endian",
        [...tiled, ...created("COMPRESS=LZW", "PREDICTOR=3", "ENDIANNESS=BIG")],
      ],
    ] as const)("%s, %s", async (type, name, options) => {
      bases[type] ??= madeRaster(type);
      const path = join(folder, `${type} ${name}.tif`);
      execFileSync("gdal_translate", ["-q", ...options, bases[type], path], {
        stdio: ["ignore", "ignore", "ignore"],
      });
      await expectGdalPixels(path, { col: 101, row: 0, width: 199, height: 230 }, 0);
    });
  },
);

const noScenes = scenes.length === 0 ? " (skipped: no shared data)" : withGdal;
describe.skipIf(!hasGdal || scenes.length === 0)(`real scenes read as GDAL reads them${noScenes}`, () => {
  test.each(scenes)("%s", async (name) => {
    const path = SCENES + name;
    const scene = await openGeotiff(path);
    const [width, height] = [Math.min(900, scene.grid.width), Math.min(700, scene.grid.height)];
    const window = {
      col: (scene.grid.width - width) >> 1,
      row: (scene.grid.height - height) >> 1,
      width,
      height,
    };
    await scene.close();
    await expectGdalPixels(path, window, scene.storage.compression === "JPEG" ? 3 : 0);
    expectGdalGeoreference(scene, path);
  });
});

/** Compares a window of every band with what gdal_translate writes as raw samples. */
async function expectGdalPixels(path: string, window: Window, tolerance: number): Promise<void> {
  const scene = await openGeotiff(path);
  const found = await scene.read(window);
  await scene.close();
  const raw = join(folder, "raw.bin");
  const { col, row, width, height } = window;
  const source = ["-srcwin", col, row, width, height].map(String);
  const bands = scene.bands.flatMap((_, band) => ["-b", String(band + 1)]);
  execFileSync(
    "gdal_translate",
    ["-q", "-of", "ENVI", "-co", "INTERLEAVE=BIP", ...source, ...bands, path, raw],
    { stdio: ["ignore", "ignore", "ignore"] },
  );
  const wanted = readFileSync(raw);
  const samples = Buffer.from(found.data.buffer, found.data.byteOffset, found.data.byteLength);
  if (tolerance === 0) expect(Buffer.compare(samples, wanted)).toBe(0);
  else expect(largestDifference(samples, wanted)).toBeLessThanOrEqual(tolerance);
}

function expectGdalGeoreference(scene: Scene, path: string): void {
  const info = JSON.parse(
    execFileSync("gdalinfo", ["-json", path], { stdio: ["ignore", "pipe", "ignore"] }).toString(),
  );
  const [c, a, b, f, d, e] = (info.geoTransform ?? [0, 1, 0, 0, 0, 1]) as number[];
  expect(scene.grid.affine).toEqual([a, b, c, d, e, f].map((value) => expect.closeTo(value!, 9) as number));
  expect(scene.overviews).toHaveLength(info.bands[0].overviews?.length ?? 0);
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

/** Four bands of smooth waves with noise in every type's range, as an ENVI file that GDAL reads. */
function madeRaster(type: SampleType): string {
  const [width, height, bands] = [300, 230, 4];
  const path = join(folder, `base-${type}.bin`);
  const scale = {
    uint8: 1,
    int8: 1,
    uint16: 250,
    int16: 120,
    uint32: 1.6e7,
    int32: 8e6,
    float32: 1.37,
    float64: 1.37,
  }[type];
  const shift = type.startsWith("int") ? -128 : 0;
  const types = {
    uint8: Uint8Array,
    int8: Int8Array,
    uint16: Uint16Array,
    int16: Int16Array,
    uint32: Uint32Array,
    int32: Int32Array,
    float32: Float32Array,
    float64: Float64Array,
  };
  const data = new types[type](width * height * bands);
  for (let i = 0; i < data.length; i++) {
    const [col, row] = [Math.floor(i / bands) % width, Math.floor(i / bands / width)];
    const wave = 100 + 90 * Math.sin(col / 37 + (i % bands)) * Math.cos(row / 29);
    data[i] = (wave + ((col * 7919 + row * 104729 + i * 31) % 23) + shift) * scale;
  }
  writeFileSync(path, new Uint8Array(data.buffer));
  writeFileSync(
    `${path.slice(0, -4)}.hdr`,
    `ENVI\nsamples = ${width}\nlines = ${height}\nbands = ${bands}\nheader offset = 0\nfile type = ENVI Standard\ndata type = ${ENVI_TYPES[type]}\ninterleave = bip\nbyte order = 0\nmap info = {UTM, 1, 1, 400000, 2800000, 2, 2, 40, North, WGS-84}\n`,
  );
  return path;
}
