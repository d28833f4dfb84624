import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { lonLatProjection } from "../../src/geo/crs.ts";
import { openScene } from "../../src/scene/open-scene.ts";
import type { Scene } from "../../src/scene/scene.ts";
import { planTilePyramid, tileRows, zoomsOf } from "../../src/tiles/tile-pyramid.ts";
import { allLabels } from "./support/all-labels.ts";
import { DUBAI, epsg, labelScene, paint, town } from "./support/label-scene.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const masks = `${root}../shared/data/dubai/tile-2/masks`;
const pyramidOf = (scene: Scene, size = 512) => planTilePyramid(scene.path, scene.grid, size);

/** Percent of the data that each class has, by zoom. */
async function sharesByZoom(scene: Scene): Promise<Map<number, number[]>> {
  const counts = new Map<number, number[]>();
  for (const [key, { labels }] of await allLabels(scene, pyramidOf(scene))) {
    const z = Number(key.split("/")[0]);
    const known = counts.get(z) ?? new Array<number>(256).fill(0);
    for (const label of labels) known[label]!++;
    counts.set(z, known);
  }
  return new Map([...counts].map(([z, zoom]) => [z, sharesOf(zoom)]));
}

function sharesOf(counts: readonly number[]): number[] {
  const total = counts.slice(0, 255).reduce((a, b) => a + b, 0);
  return counts.slice(0, 255).map((count) => (100 * count) / total);
}

async function expectShares(scene: Scene): Promise<void> {
  const { width, height } = scene.grid;
  const { data } = await scene.read({ col: 0, row: 0, width, height });
  const counts = new Array<number>(256).fill(0);
  for (const label of data) counts[label]!++;
  const full = sharesOf(counts);
  for (const [z, shares] of await sharesByZoom(scene))
    for (const [id, share] of shares.entries())
      expect(Math.abs(share - full[id]!), `class ${id} at zoom ${z}`).toBeLessThan(0.5);
}

describe("class shares stay within half a point of the raster at every zoom", () => {
  test("the rendered town, 4096 px", async () => {
    const scene = await openScene(`${root}sample-data/town-labels.tif`);
    await expectShares(scene);
    await scene.close();
  });

  test.skipIf(!existsSync(masks))(
    `a hand-made mask of Dubai${existsSync(masks) ? "" : " (skipped: no shared data)"}`,
    async () => {
      const file = readdirSync(masks).sort()[4]!;
      const { data, info } = await sharp(`${masks}/${file}`)
        .toColourspace("srgb")
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const classes = [0xe2a929, 0x8429f6, 0x6ec1e4, 0x3c1098, 0xfedd3a];
      const labels = Uint8Array.from({ length: info.width * info.height }, (_, i) => {
        const id = classes.indexOf((data[3 * i]! << 16) | (data[3 * i + 1]! << 8) | data[3 * i + 2]!);
        return id < 0 ? 255 : id;
      });
      const level = { width: info.width, height: info.height, data: labels };
      await expectShares(labelScene({ levels: [level], affine: DUBAI, crs: epsg(32640) }));
    },
  );
});

test("vector and raster tiles show the same map: four tiles of 256 px are the one of 512 px", async () => {
  const scene = labelScene({ levels: [paint(600, 500, town)], affine: DUBAI, crs: epsg(32640) });
  const large = await allLabels(scene, pyramidOf(scene, 512));
  const small = await allLabels(scene, pyramidOf(scene, 256));
  for (const [key, { labels }] of large) {
    const [z, x, y] = key.split("/").map(Number) as [number, number, number];
    const joined = paint(512, 512, (col, row) => {
      const quarter = small.get(`${z + 1}/${2 * x + (col >> 8)}/${2 * y + (row >> 8)}`);
      return quarter?.labels[(row & 255) * 256 + (col & 255)] ?? 255;
    });
    expect(Buffer.compare(labels, joined.data)).toBe(0);
  }
});

test("every tile of every zoom of the pyramid with data is made, none outside it", async () => {
  const scene = labelScene({ levels: [paint(700, 500, () => 1)], affine: DUBAI, crs: epsg(32640) });
  const pyramid = pyramidOf(scene, 256);
  const planned = zoomsOf(pyramid).flatMap((z) =>
    tileRows(pyramid, z).flatMap(({ y, xs }) => xs.map((x) => `${z}/${x}/${y}`)),
  );
  const made = [...(await allLabels(scene, pyramid)).keys()];
  expect(made.filter((key) => !planned.includes(key))).toEqual([]);
  expect(made.length).toBeGreaterThan(0.7 * planned.length);
});

test("a scene smaller than a pixel is still on the map at zoom 0", async () => {
  const scene = labelScene({
    levels: [paint(8, 8, () => 3)],
    affine: [1e-4, 0, -4e-4, 0, -1e-4, 4e-4],
    crs: epsg(4326),
  });
  const { labels } = (await allLabels(scene, pyramidOf(scene))).get("0/0/0")!;
  const shown = labels.filter((label) => label === 3).length;
  expect(shown).toBeGreaterThanOrEqual(1);
  expect(shown).toBeLessThanOrEqual(4);
});

test.each([
  { code: 4326, lon: 12, lat: 50 },
  { code: 3857, lon: -120, lat: -40 },
  { code: 2056, lon: 8, lat: 47 },
  { code: 27700, lon: -1, lat: 52 },
  { code: 28992, lon: 5, lat: 52 },
  { code: 3035, lon: 20, lat: 60 },
  { code: 5070, lon: -95, lat: 40 },
  { code: 2263, lon: -74, lat: 40.7 },
  { code: 2193, lon: 175, lat: -40 },
  { code: 3031, lon: 100, lat: -75 },
  { code: 6933, lon: 30, lat: 10 },
  { code: 32760, lon: 179.99, lat: -17 },
])("a scene in EPSG:$code lies where it is", async ({ code, lon, lat }) => {
  const crs = epsg(code);
  const [x, y] = lonLatProjection(crs).fromLonLat([lon, lat]);
  const side = crs.kind === "geographic" ? 1e-4 : 10;
  const scene = labelScene({
    levels: [paint(300, 300, () => 1)],
    affine: [side, 0, x - 150 * side, 0, -side, y + 150 * side],
    crs,
  });
  const pyramid = pyramidOf(scene);
  const n = 2 ** pyramid.maxZoom;
  const row = (n * (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI)) / 2;
  const tiles = await allLabels(scene, pyramid);
  const tile = tiles.get(`${pyramid.maxZoom}/${Math.floor(((lon + 180) / 360) * n)}/${Math.floor(row)}`)!;
  const col = Math.floor(512 * ((((lon + 180) / 360) * n) % 1));
  expect(tile.labels[Math.floor(512 * (row % 1)) * 512 + col]).toBe(1);
});
