import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Areas, combineAreas } from "../../src/report/areas.ts";
import { areasCsv, areasJson, writeAreas } from "../../src/report/areas-writer.ts";

const AREAS: Areas = combineAreas(
  {
    method: "ellipsoid",
    classes: [
      {
        id: 0,
        name: "water",
        pixels: 30_000,
        hectares: 3.00000000012,
        share: 0.75,
        meanConfidence: 91.123456789,
        lowConfidence: 0.25,
      },
      {
        id: 1,
        name: 'land, "bare"',
        pixels: 10_000,
        hectares: 1,
        share: 0.25,
        meanConfidence: null,
        lowConfidence: 0.25,
      },
    ],
    total: {
      pixels: 40_000,
      hectares: 4.00000000012,
      share: 1,
      meanConfidence: 91.123456789,
      lowConfidence: 0.25,
    },
    nodata: { pixels: 5, hectares: 0.0005 },
  },
  new Map([
    [0, 30_003],
    [1, 9_997],
  ]),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "landstitch-areas-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("areas.csv", () => {
  test("has a row per class, then nodata and total, quoted as RFC 4180 says", () => {
    expect(areasCsv(AREAS).split("\r\n")).toEqual([
      "class_id,class,pixels,hectares,share,mean_confidence,polygon_hectares,difference_hectares,relative_difference",
      "0,water,30000,3,0.75,91.123457,3.0003,0.0003,0.0001",
      '1,"land, ""bare""",10000,1,0.25,,0.9997,-0.0003,-0.0003',
      "255,nodata,5,0.0005,,,,,",
      ",total,40000,4,1,91.123457,4,0,0",
      "",
    ]);
  });
});

describe("areas.json", () => {
  test("holds the same figures with units and method", () => {
    const content = JSON.parse(areasJson(AREAS));
    expect(content.method).toContain("WGS 84 ellipsoid");
    expect(content.units.hectares).toBe("10 000 m²");
    expect(content.classes[1]).toEqual({
      id: 1,
      name: 'land, "bare"',
      pixels: 10_000,
      hectares: 1,
      share: 0.25,
      meanConfidence: null,
      lowConfidence: 0.25,
      polygonHectares: 0.9997,
      differenceHectares: -0.0003,
      relativeDifference: -0.0003,
    });
    expect(content.nodata).toEqual({ pixels: 5, hectares: 0.0005 });
  });

  test("says why there are no hectares", () => {
    expect(JSON.parse(areasJson({ ...AREAS, method: "none" })).method).toContain("no CRS");
  });
});

describe("writing areas", () => {
  test("leaves both files whole, nothing half-written, and replaces older ones", async () => {
    const paths = { json: join(folder, "areas.json"), csv: join(folder, "areas.csv") };
    await writeFile(paths.csv, "old");
    await writeAreas(paths, AREAS);
    expect(await readFile(paths.json, "utf8")).toBe(areasJson(AREAS));
    expect(await readFile(paths.csv, "utf8")).toBe(areasCsv(AREAS));
    expect((await readdir(folder)).sort()).toEqual(["areas.csv", "areas.json"]);
  });

  test("names the file and the folder that is missing", async () => {
    const json = join(folder, "missing", "areas.json");
    await expect(writeAreas({ json, csv: join(folder, "areas.csv") }, AREAS)).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining(json),
    });
  });

  test("leaves no NAME.part behind where a folder has the name", async () => {
    const json = join(folder, "taken.json");
    await mkdir(json);
    await expect(writeAreas({ json, csv: join(folder, "areas.csv") }, AREAS)).rejects.toMatchObject({
      name: "UserError",
    });
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});
