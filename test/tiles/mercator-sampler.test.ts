import proj4 from "proj4";
import { describe, expect, test } from "vitest";
import { type Affine, invertAffine } from "../../src/geo/affine.ts";
import { type Tile, WEB_MERCATOR_HALF, webMercatorResolution } from "../../src/geo/tile-matrix-set.ts";
import type { Scene } from "../../src/scene/scene.ts";
import { labelSampler } from "../../src/tiles/label-tiles.ts";
import { planTilePyramid, tileRows } from "../../src/tiles/tile-pyramid.ts";
import { DUBAI, epsg, type LabelSceneOptions, labelScene, paint } from "./support/label-scene.ts";

const SIZE = 256;
const WIDTH = 300;
const HEIGHT = 260;
/** A label that tells a pixel from all its neighbours. */
const labelOf = (col: number, row: number): number => (col * 31 + row * 97) % 251;
const oneLevel = (affine: Affine, code: number): LabelSceneOptions => ({
  levels: [paint(WIDTH, HEIGHT, labelOf)],
  affine,
  crs: epsg(code),
});

function samplerOf(options: LabelSceneOptions, tileSize = SIZE) {
  const scene = labelScene(options);
  const pyramid = planTilePyramid(scene.path, scene.grid, tileSize);
  const tilesOf = (z: number): Tile[] =>
    tileRows(pyramid, z).flatMap(({ y, xs }) => xs.map((x) => ({ z, x, y })));
  return { pyramid, tilesOf, sample: labelSampler(scene, pyramid) };
}

/** Raster position (px) of the centre of a tile's pixel, by proj4 alone. */
function rasterPosition({ affine, crs }: LabelSceneOptions, { z, x, y }: Tile, col: number, row: number) {
  const resolution = webMercatorResolution(z, SIZE);
  const mercator = [
    (x * SIZE + col + 0.5) * resolution - WEB_MERCATOR_HALF,
    WEB_MERCATOR_HALF - (y * SIZE + row + 0.5) * resolution,
  ];
  const [lon, lat] = proj4("EPSG:3857", "EPSG:4326", mercator) as [number, number];
  const [a, b, c, d, e, f] = invertAffine(affine);
  const turns = crs!.kind === "geographic" && lon < 0 && affine[2] > 0 ? 1 : 0;
  const [u, v] = proj4(crs!.proj4!).forward([lon + (crs!.kind === "geographic" ? 360 * turns : 0), lat]);
  return [a * u + b * v + c, d * u + e * v + f] as const;
}

describe.each([
  { name: "UTM", options: oneLevel(DUBAI, 32640) },
  { name: "a rotated grid", options: oneLevel([0.8, 0.6, 330_000, 0.6, -0.8, 2_790_000], 32640) },
  { name: "a south-up grid", options: oneLevel([1, 0, 330_000, 0, 1, 2_790_000], 32640) },
  { name: "longitudes and latitudes", options: oneLevel([0.0001, 0, 10, 0, -0.0001, 60], 4326) },
  {
    name: "a UTM scene over the antimeridian",
    options: oneLevel([100, 0, 814_000, 0, -100, 1_110_000], 32660),
  },
  { name: "a geographic scene past 180°", options: oneLevel([0.001, 0, 179.85, 0, -0.001, 10.1], 4326) },
  { name: "a polar scene", options: oneLevel([9_000, 0, -600_000, 0, -9_000, 900_000], 3413) },
])("$name", ({ options }) => {
  test("every tile pixel has the label of the raster pixel that its centre lies in, to an eighth of a pixel", async () => {
    const { pyramid, tilesOf, sample } = samplerOf(options);
    let checked = 0;
    for (const tile of tilesOf(pyramid.maxZoom).filter((_, i, all) => i % Math.ceil(all.length / 6) === 0)) {
      const labels = (await sample(tile))?.labels;
      for (let i = 0; i < SIZE * SIZE; i += 11) {
        const [u, v] = rasterPosition(options, tile, i % SIZE, Math.floor(i / SIZE));
        const near = [-0.125, 0.125].flatMap((dv) => [-0.125, 0.125].map((du) => [u + du, v + dv] as const));
        const allowed = near.map(([col, row]) =>
          col >= 0 && row >= 0 && col < WIDTH && row < HEIGHT
            ? labelOf(Math.floor(col), Math.floor(row))
            : 255,
        );
        if (!allowed.includes(labels?.[i] ?? 255))
          expect({ tile, i, u, v, label: labels?.[i] ?? 255 }).toEqual({ allowed });
        if (allowed[0] !== 255) checked++;
      }
    }
    expect(checked).toBeGreaterThan(500);
  });
});

test("in EPSG:3857 on the tiles' own grid every pixel is the raster's", async () => {
  const resolution = webMercatorResolution(14, SIZE);
  const level = paint(2 * SIZE, SIZE, labelOf);
  const west = 5000 * SIZE * resolution - WEB_MERCATOR_HALF;
  const north = WEB_MERCATOR_HALF - 6000 * SIZE * resolution;
  const affine: Affine = [resolution, 0, west, 0, -resolution, north];
  const { pyramid, tilesOf, sample } = samplerOf({ levels: [level], affine, crs: epsg(3857) });
  expect(pyramid.maxZoom).toBe(14);
  expect(tilesOf(14)).toEqual([
    { z: 14, x: 5000, y: 6000 },
    { z: 14, x: 5001, y: 6000 },
  ]);
  for (const [index, tile] of tilesOf(14).entries())
    expect((await sample(tile))?.labels).toEqual(
      paint(SIZE, SIZE, (col, row) => labelOf(col + index * SIZE, row)).data,
    );
});

test("masked pixels and everything outside are nodata, and a tile of nothing else is null", async () => {
  const { pyramid, tilesOf, sample } = samplerOf({
    levels: [paint(900, 900, (col, row) => (col + row < 900 ? 255 : 1))],
    affine: DUBAI,
    crs: epsg(32640),
  });
  const tiles = await Promise.all(tilesOf(pyramid.maxZoom).map(sample));
  expect(tiles[0]).toBeNull();
  expect(tiles.some((labels) => labels?.labels.includes(1))).toBe(true);
});

test("reading stays near the scene's own size: tiles do not read what they do not show", async () => {
  let pixels = 0;
  const whole = labelScene({
    levels: [paint(1500, 1500, labelOf)],
    affine: [0.8, 0.6, 330_000, 0.6, -0.8, 2_790_000],
    crs: epsg(32640),
  });
  const scene: Scene = {
    ...whole,
    read(window, options) {
      pixels += window.width * window.height;
      return whole.read(window, options);
    },
  };
  const pyramid = planTilePyramid(scene.path, scene.grid, 512);
  for (const { z, y, xs } of tileRows(pyramid, pyramid.maxZoom))
    for (const x of xs) await labelSampler(scene, pyramid)({ z, x, y });
  expect(pixels).toBeLessThan(2.5 * 1500 * 1500);
});
