import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { CancelledError } from "../../src/errors.ts";
import type { Affine } from "../../src/geo/affine.ts";
import { type Tile, WEB_MERCATOR_HALF, webMercatorResolution } from "../../src/geo/tile-matrix-set.ts";
import { planTilePyramid } from "../../src/tiles/tile-pyramid.ts";
import { writeVectorTiles } from "../../src/tiles/vector-tiles.ts";
import { tracePolygons } from "../../src/vector/polygons.ts";
import { seededRandom } from "../support/random.ts";
import { allLabels } from "./support/all-labels.ts";
import { type Archive, decodeTile, readArchive, type TilePolygon } from "./support/archive.ts";
import {
  CLASSES,
  DUBAI,
  epsg,
  type Level,
  labelScene,
  paint,
  town,
  withOverviews,
} from "./support/label-scene.ts";
import { scanTile } from "./support/scan-tile.ts";
import { gdalTitle, hasGdalDriver, tileFolder } from "./support/tile-folder.ts";
import { labelsWithMargin } from "./support/with-margin.ts";

const SIZE = 512;
const BUFFER = 4;
const SIDE = SIZE + 2 * BUFFER;
const UNITS = 8;
const MARGIN = BUFFER * UNITS;
const EXTENT = SIZE * UNITS;
const OPTIONS = { classes: CLASSES, name: "Town" };
const folder = tileFolder();
const key = ({ z, x, y }: Tile): string => `${z}/${x}/${y}`;
const scan = (polygons: readonly TilePolygon[]) =>
  scanTile(polygons, { side: SIDE, units: UNITS, origin: -MARGIN });

/** A raster in EPSG:3857 whose pixels are those of the tiles of a zoom, from the top left corner of tile x/y on. */
function onTileGrid(level: Level, { z, x, y }: Tile) {
  const resolution = webMercatorResolution(z, SIZE);
  const west = x * SIZE * resolution - WEB_MERCATOR_HALF;
  const north = WEB_MERCATOR_HALF - y * SIZE * resolution;
  const affine: Affine = [resolution, 0, west, 0, -resolution, north];
  return labelScene({ levels: [level], affine, crs: epsg(3857) });
}

describe("a town in UTM", () => {
  const scene = labelScene({
    levels: withOverviews(paint(1000, 900, town)),
    affine: DUBAI,
    crs: epsg(32640),
  });
  let archive: Archive;
  let polygons: ReadonlyMap<string, readonly TilePolygon[]>;
  beforeAll(async () => {
    await writeVectorTiles(folder.in("town.pmtiles"), scene, { ...OPTIONS, attribution: "© Nobody" });
    archive = await readArchive(folder.in("town.pmtiles"));
    const decoded = archive.tiles.map(
      async (tile) => [key(tile), decodeTile((await archive.get(tile))!)] as const,
    );
    polygons = new Map(await Promise.all(decoded));
  });

  test("polygons tessellate the data of every tile: no gap, no overlap, the class that was sampled", async () => {
    const labels = await allLabels(scene, planTilePyramid(scene.path, scene.grid, SIZE));
    for (const { z, x, y } of archive.tiles) {
      const expected = labelsWithMargin(
        SIZE,
        BUFFER,
        (dx, dy) => labels.get(key({ z, x: x + dx, y: y + dy }))?.labels ?? null,
      );
      const found = scan(polygons.get(key({ z, x, y }))!);
      expect(Buffer.compare(found.labels, expected)).toBe(0);
      expect(
        Buffer.compare(
          found.counts,
          expected.map((label) => (label === 255 ? 0 : 1)),
        ),
      ).toBe(0);
    }
  });

  test("neighbouring tiles have the same vertices along their border, on it and on both sides", () => {
    let compared = 0;
    for (const { z, x, y } of archive.tiles) {
      for (const [dx, dy] of [
        [1, 0],
        [0, 1],
      ] as const) {
        const neighbour = polygons.get(key({ z, x: x + dx, y: y + dy }));
        if (neighbour === undefined) continue;
        const across = dx === 1 ? "x" : "y";
        const here = borderVertices(polygons.get(key({ z, x, y }))!, across, EXTENT);
        expect(here).toEqual(borderVertices(neighbour, across, 0));
        compared += here.length;
      }
    }
    expect(compared).toBeGreaterThan(200);
  });

  test("exteriors come first and run clockwise on the screen, holes the other way, and no ring is without area", () => {
    for (const tile of polygons.values()) {
      for (const { rings } of tile) {
        const areas = rings.map(doubleArea);
        expect(areas[0]).toBeGreaterThan(0);
        for (const [i, ring] of rings.entries()) {
          const exterior = rings[areas.findLastIndex((area, j) => j <= i && area > 0)]!;
          expect(areas[i]).not.toBe(0);
          expect(boxHolds(exterior, ring)).toBe(true);
        }
        for (const ring of rings) {
          expect(ring.length).toBeGreaterThanOrEqual(4);
          expect(new Set(ring.map(({ x, y }) => 65_536 * x + y)).size).toBe(ring.length);
        }
      }
    }
  });

  test("class shares stay within half a point of the raster at every zoom", () => {
    const full = shares(paint(1000, 900, town).data);
    for (let z = archive.header.minZoom; z <= archive.header.maxZoom; z++) {
      const labels = archive.tiles
        .filter((tile) => tile.z === z)
        .flatMap((tile) => inside(polygons.get(key(tile))!));
      for (const [id, share] of shares(Uint8Array.from(labels)).entries())
        expect(Math.abs(share - full[id]!), `class ${id} at zoom ${z}`).toBeLessThan(0.5);
    }
  });

  test("header and metadata name the layer, its fields, zooms, bounds and the legend", () => {
    const { header, metadata } = archive;
    expect(header).toMatchObject({ tileType: 1, tileCompression: 2, clustered: true });
    expect(header.minLon).toBeCloseTo(55.3125, 3);
    expect(header.maxLat).toBeCloseTo(25.2166, 3);
    const zooms = archive.tiles.map(({ z }) => z);
    expect([Math.min(...zooms), Math.max(...zooms)]).toEqual([header.minZoom, header.maxZoom]);
    expect(metadata).toMatchObject({
      name: "Town",
      attribution: "© Nobody",
      generator: "landstitch",
      format: "pbf",
      vector_layers: [
        {
          id: "landcover",
          fields: { class: "String", class_id: "Number" },
          minzoom: header.minZoom,
          maxzoom: header.maxZoom,
        },
      ],
      classes: CLASSES,
    });
  });

  test("in the deepest zooms a feature's id is its polygon's row in landcover.parquet, with the same class", async () => {
    const rows = new Map<number, number>();
    for await (const { id, classId } of tracePolygons(scene, null)) rows.set(id, classId);
    const seen = new Set<number>();
    for (const [name, tile] of polygons) {
      const deep = Number(name.split("/")[0]) > archive.header.maxZoom - 3;
      const ids = tile.map(({ id }) => id);
      if (deep) expect(new Set(ids).size).toBe(tile.length);
      for (const { id, properties } of tile) {
        expect(id === undefined).toBe(!deep);
        if (id === undefined) continue;
        expect(properties["class_id"]).toBe(rows.get(id));
        seen.add(id);
      }
    }
    expect(seen.size).toBeGreaterThan(0.9 * rows.size);
  });

  test("each polygon says its class by name and number", () => {
    const seen = new Map(
      [...polygons.values()].flat().map(({ properties }) => [properties["class_id"], properties]),
    );
    expect(seen.size).toBe(CLASSES.length);
    for (const { id, name } of CLASSES) expect(seen.get(id)).toEqual({ class: name, class_id: id });
  });

  test("the same raster gives the same bytes", async () => {
    await writeVectorTiles(folder.in("again.pmtiles"), scene, { ...OPTIONS, attribution: "© Nobody" });
    expect(Buffer.compare(await readFile(folder.in("again.pmtiles")), archive.bytes)).toBe(0);
  });

  test.skipIf(!hasGdalDriver("MVT"))(
    gdalTitle("MVT", "GDAL reads a tile and finds its polygons valid"),
    async () => {
      const tile = archive.tiles.at(-1)!;
      await writeFile(folder.in("tile.pbf"), (await archive.get(tile))!);
      const query = "SELECT COUNT(*) AS n, MIN(ST_IsValid(geometry)) AS valid FROM landcover";
      const { stdout } = spawnSync(
        "ogrinfo",
        ["-q", "-oo", "CLIP=NO", "-dialect", "SQLite", "-sql", query, folder.in("tile.pbf")],
        { encoding: "utf8" },
      );
      expect(stdout).toContain(`n (Integer) = ${polygons.get(key(tile))!.length}`);
      expect(stdout).toContain("valid (Integer) = 1");
    },
  );

  test.skipIf(!hasGdalDriver("PMTiles"))(gdalTitle("PMTiles", "GDAL opens the vector archive"), () => {
    const { stdout } = spawnSync("ogrinfo", ["-so", folder.in("town.pmtiles"), "landcover"], {
      encoding: "utf8",
    });
    expect(stdout).toContain("class_id");
  });
});

test.each([
  {
    name: "a checkerboard, whose pixels touch at corners only",
    label: (col: number, row: number) => (col + row) % 2,
  },
  {
    name: "single pixels in one class",
    label: (col: number, row: number) => Number(col % 5 === 2 && row % 7 === 3),
  },
  {
    name: "a region that touches itself",
    label: (col: number, row: number) => Number((col & row & 3) === 0),
  },
  { name: "one class", label: () => 1 },
  {
    name: "islands of data",
    label: (col: number, row: number) => (((col >> 3) + (row >> 3)) % 3 === 0 ? 2 : 255),
  },
])("$name: decoded polygons are the pixels exactly", async ({ label }) => {
  const level = paint(SIZE, 96, label);
  const corner: Tile = { z: 15, x: 20_000, y: 14_000 };
  await writeVectorTiles(folder.in("pattern.pmtiles"), onTileGrid(level, corner), OPTIONS);
  const archive = await readArchive(folder.in("pattern.pmtiles"));
  const { labels, counts } = scan(decodeTile((await archive.get(corner))!));
  const expected = paint(SIDE, SIDE, (col, row) => {
    const [x, y] = [col - BUFFER, row - BUFFER];
    return x >= 0 && y >= 0 && x < SIZE && y < 96 ? label(x, y) : 255;
  });
  expect(Buffer.compare(labels, expected.data)).toBe(0);
  expect(counts.some((count) => count > 1)).toBe(false);
});

test("with a smallest area, features have the ids and classes of the polygons that are left", async () => {
  const random = seededRandom(9);
  const level = paint(300, 300, (col, row) => (random() < 0.02 ? 3 : town(col, row)));
  const scene = labelScene({ levels: [level], affine: DUBAI, crs: epsg(32640) });
  const rows = new Map<number | undefined, number>();
  const large: number[] = [];
  for await (const { id, classId, pixels } of tracePolygons(scene, null, { minArea: 30 })) {
    rows.set(id, classId);
    if (pixels >= 30) large.push(id); // what has no neighbour stays small, and may fall between the pixels of a tile
  }
  const { maxZoom } = await writeVectorTiles(folder.in("sieved.pmtiles"), scene, { ...OPTIONS, minArea: 30 });
  const archive = await readArchive(folder.in("sieved.pmtiles"));
  const seen = new Set<number | undefined>();
  for (const tile of archive.tiles.filter(({ z }) => z === maxZoom))
    for (const { id, properties } of decodeTile((await archive.get(tile))!)) {
      expect(properties["class_id"]).toBe(rows.get(id));
      seen.add(id);
    }
  expect(large.filter((id) => !seen.has(id))).toEqual([]);
});

test("a scene without any data gives an archive without tiles", async () => {
  const scene = labelScene({ levels: [paint(300, 300, () => 255)], affine: DUBAI, crs: epsg(32640) });
  expect(await writeVectorTiles(folder.in("empty.pmtiles"), scene, OPTIONS)).toMatchObject({
    tiles: 0,
    warnings: [],
  });
});

test("tiles of open sea are stored once", async () => {
  const scene = onTileGrid(
    paint(SIZE * 6, SIZE * 4, () => 0),
    { z: 12, x: 2048, y: 1000 },
  );
  const { tiles, distinct } = await writeVectorTiles(folder.in("sea.pmtiles"), scene, OPTIONS);
  expect(tiles).toBeGreaterThanOrEqual(15);
  expect(distinct).toBeLessThanOrEqual(tiles - 2);
});

test("noise keeps under 500 KB a tile, with a warning: its inside is coarsened, its borders and its data area are not", async () => {
  const random = seededRandom(5);
  const level = paint(2 * SIZE, SIZE, (col, row) =>
    (col - 300) ** 2 + (row - 200) ** 2 < 900 ? 255 : col < SIZE + 2 * BUFFER ? Math.floor(random() * 4) : 1,
  );
  const corner: Tile = { z: 15, x: 20_000, y: 14_000 };
  const { warnings } = await writeVectorTiles(folder.in("noise.pmtiles"), onTileGrid(level, corner), OPTIONS);
  expect(warnings).toEqual([expect.stringMatching(/tiles? \(15\/.*larger than 500 KB/)]);
  const archive = await readArchive(folder.in("noise.pmtiles"));
  const [west, east] = [(await archive.get(corner))!, (await archive.get({ ...corner, x: 20_001 }))!];
  for (const bytes of [west, east]) expect(gzipSync(bytes).length).toBeLessThanOrEqual(500_000);
  const { labels, counts } = scan(decodeTile(west));
  let mismatches = 0;
  for (let row = 0; row < SIZE; row++) {
    for (let col = 0; col < SIZE; col++) {
      const at = (row + BUFFER) * SIDE + col + BUFFER;
      const original = level.data[row * 2 * SIZE + col]!;
      const atBorder = Math.min(row, col, SIZE - 1 - row, SIZE - 1 - col) < BUFFER;
      if (atBorder ? labels[at] !== original : (labels[at] === 255) !== (original === 255)) mismatches++;
    }
  }
  expect(mismatches).toBe(0);
  expect(counts.some((count) => count > 1)).toBe(false);
  expect(borderVertices(decodeTile(west), "x", EXTENT)).toEqual(borderVertices(decodeTile(east), "x", 0));
});

test("a pixel value that no class has stops the work and leaves no file", async () => {
  const scene = labelScene({ levels: [paint(100, 100, () => 9)], affine: DUBAI, crs: epsg(32640) });
  const before = await readdir(folder.path);
  await expect(writeVectorTiles(folder.in("bad.pmtiles"), scene, OPTIONS)).rejects.toMatchObject({
    code: "unknown-label",
  });
  expect(await readdir(folder.path)).toEqual(before);
});

test("cancelling stops between tiles and leaves no file", async () => {
  const scene = labelScene({ levels: [paint(1200, 1200, town)], affine: DUBAI, crs: epsg(32640) });
  const controller = new AbortController();
  const before = await readdir(folder.path);
  let told = 0;
  const work = writeVectorTiles(folder.in("cancelled.pmtiles"), scene, {
    ...OPTIONS,
    signal: controller.signal,
    onProgress: (done, total) => {
      expect(done).toBeLessThanOrEqual(total);
      if (++told === 2) controller.abort();
    },
  });
  await expect(work).rejects.toBeInstanceOf(CancelledError);
  expect(told).toBe(2);
  expect(await readdir(folder.path)).toEqual(before);
});

/** Vertices within the buffer of a border at `border` (units), sorted, positions across it relative to it. */
function borderVertices(polygons: readonly TilePolygon[], across: "x" | "y", border: number): string[] {
  const near = polygons
    .flatMap(({ rings }) => rings.flat())
    .filter((point) => Math.abs(point[across] - border) < MARGIN)
    .map((point) => (across === "x" ? `${point.x - border},${point.y}` : `${point.x},${point.y - border}`));
  return [...new Set(near)].sort();
}

function doubleArea(ring: TilePolygon["rings"][number]): number {
  return ring.reduce((sum, { x, y }, i) => {
    const next = ring[(i + 1) % ring.length]!;
    return sum + x * next.y - next.x * y;
  }, 0);
}

/** True when the box around a ring holds every point of another. */
function boxHolds(outer: TilePolygon["rings"][number], inner: TilePolygon["rings"][number]): boolean {
  const xs = outer.map(({ x }) => x);
  const ys = outer.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return inner.every(({ x, y }) => x >= left && x <= right && y >= top && y <= bottom);
}

/** The labels of a tile without its buffer. */
function inside(polygons: readonly TilePolygon[]): number[] {
  const { labels } = scan(polygons);
  return [...labels].filter((_, i) => {
    const [col, row] = [i % SIDE, Math.floor(i / SIDE)];
    return Math.min(col, row) >= BUFFER && Math.max(col, row) < SIZE + BUFFER;
  });
}

/** Percent of the data that each class has. */
function shares(labels: Uint8Array): number[] {
  const counts = CLASSES.map(({ id }) => labels.filter((label) => label === id).length);
  const total = counts.reduce((a, b) => a + b);
  return counts.map((count) => (100 * count) / total);
}
