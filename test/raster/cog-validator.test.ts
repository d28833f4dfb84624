import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cogReport, validateCog } from "../../src/raster/cog-validator.ts";
import { encodeTiffHeader, TAG, type TiffTag } from "../../src/raster/tiff-encoder.ts";
import { gdal, gdalReports, gdalTitle, hasGdal } from "./support/gdal.ts";
import { rasterOf, temporaryFolder, writeCog } from "./support/rasters.ts";

const raster = rasterOf(
  { width: 200, height: 150 },
  (col, row) => (col * row) % 7,
  (col, row) => col > row,
);

/** A good COG with three levels and a mask, changed. */
async function spoiled(change: (file: Buffer, headerBytes: number) => Buffer): Promise<string> {
  const path = join(await temporaryFolder(), "raster.tif");
  await writeCog(path, raster, { overviews: "mode", blockSize: 64 });
  const { facts } = await validateCog(path);
  await writeFile(path, change(await readFile(path), facts!.headerBytes));
  return path;
}

test("a good file has no errors, and its facts are told", async () => {
  expect(await validateCog(await spoiled((file) => file))).toEqual({
    errors: [],
    warnings: [],
    facts: {
      width: 200,
      height: 150,
      bands: 1,
      bitsPerSample: 8,
      compression: 8,
      tiled: true,
      blockWidth: 64,
      blockHeight: 64,
      bigTiff: false,
      byteLength: expect.any(Number) as number,
      headerBytes: expect.any(Number) as number,
      overviews: [
        { width: 100, height: 75 },
        { width: 50, height: 38 },
      ],
      masked: true,
      optimizedLayout: true,
    },
  });
});

test.each([
  {
    title: "is cut off",
    change: (file: Buffer) => file.subarray(0, file.length - 200),
    error: "past the end of the file",
  },
  {
    title: "was edited by a program that said so",
    change: (file: Buffer) =>
      replaceText(file, "KNOWN_INCOMPATIBLE_EDITION=NO\n ", "KNOWN_INCOMPATIBLE_EDITION=YES\n"),
    error: "changed after it was made",
  },
  {
    title: "has a wrong byte behind its last block",
    change: (file: Buffer) => flipped(file, file.length - 1),
    error: "do not repeat its last four",
  },
  {
    title: "has a wrong length before its first block",
    change: (file: Buffer, headerBytes: number) => flipped(file, headerBytes - 4),
    error: "its leader says",
  },
  { title: "is empty", change: () => Buffer.alloc(0), error: "not a TIFF" },
  { title: "is a text", change: () => Buffer.from("x,y,class\n1,2,water\n"), error: "not a TIFF" },
  {
    title: "names an IFD that is not there",
    change: (file: Buffer) => {
      file.writeUInt32LE(4_000_000_000, 4);
      return file;
    },
    error: "damaged",
  },
])("a file that $title is told apart", async ({ change, error }) => {
  const { errors } = await validateCog(await spoiled(change));
  expect(errors.join("; ")).toContain(error);
});

function replaceText(file: Buffer, from: string, to: string): Buffer {
  file.write(to, file.indexOf(from), "latin1");
  return file;
}

function flipped(file: Buffer, at: number): Buffer {
  file[at]! ^= 0xff;
  return file;
}

interface Level {
  readonly width: number;
  readonly height?: number;
  readonly offset: number;
  readonly tiled?: boolean;
}

/** A TIFF of uncompressed one-block images, its blocks where the levels want them. */
async function handMade(levels: readonly Level[], ghost = ""): Promise<string> {
  const path = join(await temporaryFolder(), "made.tif");
  const header = encodeTiffHeader(
    levels.map((level, index) => levelTags(level, index > 0)),
    { big: false, ghost },
  );
  await writeFile(path, Buffer.concat([header, Buffer.alloc(1 << 20)]));
  return path;
}

function levelTags(
  { width, height = width, offset, tiled = true }: Level,
  reduced: boolean,
): readonly TiffTag[] {
  const short = (id: number, value: number): TiffTag => ({ id, type: "short", values: [value] });
  const long = (id: number, value: number): TiffTag => ({ id, type: "long", values: [value] });
  return [
    long(TAG.NewSubfileType, reduced ? 1 : 0),
    long(TAG.ImageWidth, width),
    long(TAG.ImageLength, height),
    short(TAG.BitsPerSample, 8),
    short(TAG.Compression, 1),
    ...(tiled ? [short(TAG.TileWidth, 2048), short(TAG.TileLength, 2048)] : []),
    long(tiled ? TAG.TileOffsets : 273, offset),
    long(tiled ? TAG.TileByteCounts : 279, 1000),
  ];
}

test.each([
  {
    title: "strips",
    levels: [
      { width: 600, offset: 5000, tiled: false },
      { width: 300, offset: 2000 },
    ],
    errors: ["strips"],
  },
  { title: "no overviews", levels: [{ width: 600, offset: 5000 }], errors: [], warnings: ["no overviews"] },
  { title: "a small image without overviews", levels: [{ width: 300, offset: 5000 }], errors: [] },
  {
    title: "data from large to small",
    levels: [
      { width: 600, offset: 3000 },
      { width: 300, offset: 5000 },
    ],
    errors: ["the data of the full resolution lies before that of overview 1"],
  },
  {
    title: "overviews from small to large",
    levels: [
      { width: 900, offset: 9000 },
      { width: 200, offset: 5000 },
      { width: 400, offset: 3000 },
    ],
    errors: ["overview 2 (400 x 400 px) is larger than overview 1"],
  },
  {
    title: "data before the IFDs",
    levels: [
      { width: 600, offset: 5000 },
      { width: 300, offset: 8 },
    ],
    errors: ["the data of overview 1 lies before the last IFD"],
  },
  {
    title: "something before the first IFD",
    levels: [{ width: 300, offset: 5000 }],
    ghost: "text of a program that GDAL does not know  ",
    errors: ["the first IFD is at byte"],
  },
])("the rules of COG are kept or broken by $title", async ({ levels, ghost, errors, warnings = [] }) => {
  const report = await validateCog(await handMade(levels, ghost));
  expect(report.errors).toEqual(errors.map((part) => expect.stringContaining(part) as string));
  expect(report.warnings).toEqual(warnings.map((part) => expect.stringContaining(part) as string));
});

test("a file that is not there is named", async () => {
  await expect(validateCog("no/such.tif")).rejects.toMatchObject({ code: "no-such-file" });
});

test("property: no damage makes the validator throw or hang", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "raster.tif");
  await writeCog(path, raster, { overviews: "mode", blockSize: 64 });
  const good = await readFile(path);
  const damage = fc.array(fc.tuple(fc.nat({ max: 2000 }), fc.nat({ max: 255 })), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(damage, fc.nat({ max: good.length }), fc.boolean(), async (bytes, length, cut) => {
      const file = Buffer.from(good);
      for (const [at, value] of bytes) file[at] = value;
      const left = cut ? file.subarray(0, length) : file;
      const read = (offset: number, length: number) =>
        Promise.resolve(left.subarray(offset, offset + length));
      expect(Array.isArray((await cogReport(read, left.length)).errors)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

describe.skipIf(!hasGdal)(gdalTitle("GDAL's validator"), () => {
  test("agrees on files that GDAL made", async () => {
    const folder = await temporaryFolder();
    const source = join(folder, "source.tif");
    const noise = rasterOf({ width: 1100, height: 700 }, (col, row) => (col ^ row) & 15);
    await writeCog(source, noise, { overviews: "mode" });
    const made = (name: string, ...options: readonly string[]): string => {
      gdal("gdal_translate", [...options, source, join(folder, name)]);
      return join(folder, name);
    };
    const cog = ["-of", "COG", "-co", "COMPRESS=DEFLATE"];
    const changed = made("changed.tif", ...cog);
    gdal("gdaladdo", ["-r", "nearest", changed, "2", "4", "8"]);
    const late = made("late.tif", "-co", "TILED=YES");
    gdal("gdaladdo", ["-r", "nearest", late, "2", "4"]);
    const external = made("external.tif", "-co", "TILED=YES");
    gdal("gdaladdo", ["-ro", "-r", "nearest", external, "2", "4"]);
    const paths = [
      source,
      changed,
      late,
      external,
      made("cog.tif", ...cog),
      made("big.tif", ...cog, "-co", "BIGTIFF=YES"),
      made("mask.tif", ...cog, "-mask", "1"),
      made("sparse.tif", ...cog, "-co", "SPARSE_OK=TRUE", "-scale", "0", "15", "0", "0", "-a_nodata", "0"),
      made("big-endian.tif", "-co", "TILED=YES", "-co", "ENDIANNESS=BIG"),
      made("strips.tif", "-co", "BLOCKYSIZE=1"),
    ];
    const theirs = gdalReports(paths);
    for (const [index, path] of paths.entries()) {
      const ours = await validateCog(path);
      const { cogErrors, cogWarnings } = theirs[index]!;
      expect({ path, bad: ours.errors.length > 0, warned: ours.warnings.length > 0 }).toEqual({
        path,
        bad: cogErrors.length > 0,
        warned: cogWarnings.length > 0,
      });
    }
  });
});
