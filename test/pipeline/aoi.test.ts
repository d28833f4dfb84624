import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { pixelPoint, pixelToWorld } from "../../src/geo/affine.ts";
import { lonLatProjection } from "../../src/geo/crs.ts";
import { readAreaOfInterest } from "../../src/pipeline/area-of-interest.ts";
import { mapScene } from "../../src/pipeline/map-scene.ts";
import { fixtureModelPath } from "../support/fixture-model.ts";
import { seededRandom } from "../support/random.ts";
import { pixelsOf } from "../support/raster-pixels.ts";
import { callCli } from "../support/run-cli.ts";
import { scratchFolder } from "../support/scratch.ts";
import { expectNoOutput, expectUserError } from "../support/user-error.ts";
import { UTM40, writeScene } from "../support/write-scene.ts";

const scratch = scratchFolder();
const scene = join(scratch, "scene.tif");
const SIZE = { width: 500, height: 430 };
/** Pixel (0, 0) of the scene in EPSG:32640; 1 m pixels. */
const [WEST, NORTH] = [500_000, 2_800_000];
const settings = { device: "cpu", workers: 1, chip: 128, overlap: 64 } as const;

beforeAll(() => writeScene(scene, SIZE));

/** Labels and confidence of a run. */
async function map(name: string, model: string, aoi?: string) {
  const out = join(scratch, name);
  const { manifest } = await mapScene(scene, out, {
    ...settings,
    outputs: ["landcover", "confidence"],
    model: fixtureModelPath(model),
    ...(aoi === undefined ? {} : { aoi }),
  });
  return {
    labels: await pixelsOf(join(out, "landcover.tif")),
    confidence: await pixelsOf(join(out, "confidence.tif")),
    chips: manifest.chips,
  };
}

test.each([
  { model: "pixelwise", blend: "one answer a pixel" },
  { model: "logits-nhwc", blend: "winners and the scores in the overlaps" },
  { model: "stride4", blend: "one answer for 4 x 4 px" },
  { model: "box65", blend: "a model that looks 32 px around" },
])("a run over an area of interest equals the crop of the full run: $blend", async ({ model }) => {
  const whole = await map(`whole ${model}`, model);
  const random = seededRandom(11);
  for (let i = 0; i < 5; i++) {
    const [col, row] = [Math.floor(random() * 400), Math.floor(random() * 350)];
    const [width, height] = [1 + Math.floor(random() * 250), 1 + Math.floor(random() * 200)];
    const box = [WEST + col, NORTH - row - height, WEST + col + width, NORTH - row].join(",");
    const found = await map(`box ${i} ${model}`, model, `${box},EPSG:32640`);
    for (const layer of ["labels", "confidence"] as const) {
      const { grid, data } = found[layer];
      expect(grid.affine).toEqual([1, 0, WEST + col, 0, -1, NORTH - row]);
      expect([grid.width, grid.height]).toEqual([
        Math.min(width, SIZE.width - col),
        Math.min(height, SIZE.height - row),
      ]);
      const crop = data.map((_, k) => {
        const [c, r] = [col + (k % grid.width), row + Math.floor(k / grid.width)];
        return whole[layer].data[r * SIZE.width + c]!;
      });
      expect(Buffer.compare(data as Uint8Array, crop as Uint8Array)).toBe(0);
    }
    expect(found.chips.planned).toBeLessThanOrEqual(whole.chips.planned);
  }
});

test("GeoJSON polygons in longitude and latitude: nodata outside, the full run's labels inside, no inference far away", async () => {
  const { toLonLat } = lonLatProjection(UTM40);
  const affine = [1, 0, WEST, 0, -1, NORTH] as const;
  const at = (col: number, row: number) => toLonLat(pixelToWorld(affine, pixelPoint(col, row)));
  const triangles = [
    [at(10, 10), at(90, 20), at(30, 80), at(10, 10)],
    [at(490, 420), at(400, 410), at(480, 350), at(490, 420)],
  ];
  const path = join(scratch, "area.geojson");
  const geometry = { type: "MultiPolygon", coordinates: triangles.map((ring) => [ring]) };
  writeFileSync(
    path,
    JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry }] }),
  );
  const whole = await map("whole", "stride4");
  const { labels, chips } = await map("triangles", "stride4", path);
  const [originCol, originRow] = [labels.grid.affine[2] - WEST, NORTH - labels.grid.affine[5]];
  expect([originCol, originRow]).toEqual([10, 10]);
  let inside = 0;
  for (const [i, label] of labels.data.entries()) {
    if (label === 255) continue;
    inside++;
    const [col, row] = [originCol + (i % labels.grid.width), originRow + Math.floor(i / labels.grid.width)];
    expect(label).toBe(whole.labels.data[row * SIZE.width + col]);
  }
  expect(inside).toBeGreaterThan(2650 + 3150 - 150);
  expect(inside).toBeLessThan(2650 + 3150 + 150);
  expect(chips.inferred).toBeLessThan(chips.planned / 2);
});

const square = {
  type: "Polygon",
  coordinates: [
    [
      [54, 25],
      [54.1, 25],
      [54.1, 25.1],
      [54, 25],
    ],
  ],
};

test.each([
  { json: { type: "FeatureCollection" }, found: /it is not valid GeoJSON/ },
  { json: { type: "FeatureCollection", features: [null] }, found: /it is not valid GeoJSON/ },
  { json: { type: "Circle" }, found: /it is not valid GeoJSON/ },
  { json: [square], found: /it is not valid GeoJSON/ },
  { json: null, found: /it is not valid GeoJSON/ },
  { json: { type: "Polygon", coordinates: 5 }, found: /a ring has fewer than three positions/ },
  { json: { type: "Polygon", coordinates: [[[54, 25]]] }, found: /a ring has fewer than three positions/ },
  {
    json: {
      type: "Polygon",
      coordinates: [
        [
          [54, 25],
          [1, "x"],
          [55, 25],
        ],
      ],
    },
    found: /or one that is no pair of numbers/,
  },
  { json: { type: "Feature", properties: {}, geometry: null }, found: /it holds no polygon/ },
  {
    json: {
      type: "LineString",
      coordinates: [
        [54, 25],
        [55, 26],
      ],
    },
    found: /it holds no polygon/,
  },
])("an area of $json is refused by its file's name", async ({ json, found }) => {
  const path = join(scratch, "wrong.geojson");
  writeFileSync(path, JSON.stringify(json));
  const area = readAreaOfInterest(path, { ...SIZE, affine: [1, 0, WEST, 0, -1, NORTH], crs: UTM40 });
  await expect(area).rejects.toThrow(found);
  await expect(area).rejects.toThrow(/wrong\.geojson/);
});

test("an area may be wrapped in features, collections and multi-polygons", async () => {
  const grid = { ...SIZE, affine: [1, 0, WEST, 0, -1, NORTH], crs: UTM40 } as const;
  const hashes = new Set<string>();
  for (const json of [
    square,
    { type: "Feature", properties: {}, geometry: square },
    { type: "GeometryCollection", geometries: [{ type: "Point", coordinates: [1, 2] }, square] },
    {
      type: "FeatureCollection",
      features: [
        {
          type: "Feature",
          properties: {},
          geometry: { type: "MultiPolygon", coordinates: [square.coordinates] },
        },
      ],
    },
  ]) {
    const path = join(scratch, "wrapped.geojson");
    writeFileSync(path, JSON.stringify(json));
    hashes.add((await readAreaOfInterest(path, grid)).hash);
  }
  expect(hashes.size).toBe(1);
});

test.each([
  {
    aoi: "0,0,1,1",
    found: /holds no pixel of/,
    hint: /The scene covers 500000,2799570,500500,2800000,EPSG:32640/,
  },
  { aoi: "3,0,1,1", found: /west must be less than east/, hint: /GeoJSON file with polygons/ },
  { aoi: "0,0,1,1,EPSG:99", found: /its CRS "EPSG:99" is not known/, hint: /GeoJSON file/ },
  { aoi: "nothing.geojson", found: /--aoi nothing.geojson: ENOENT/, hint: /GeoJSON file/ },
])("--aoi $aoi is refused", async ({ aoi, found, hint }) => {
  const out = join(scratch, "refused");
  expectUserError(
    await callCli(
      "map",
      scene,
      "-o",
      out,
      "-m",
      fixtureModelPath("pixelwise"),
      "--device",
      "cpu",
      "--aoi",
      aoi,
    ),
    found,
    hint,
  );
  expectNoOutput(out);
});
