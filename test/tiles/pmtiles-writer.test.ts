import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LonLat } from "../../src/geo/crs.ts";
import type { Tile } from "../../src/geo/tile-matrix-set.ts";
import { createPmtiles, type PmtilesOptions } from "../../src/tiles/pmtiles-writer.ts";
import { readArchive } from "./support/archive.ts";

const OPTIONS: PmtilesOptions = {
  tileType: "mvt",
  bounds: [-170.5, -12.25, 54.123456789, 80],
  center: [55.1234567, -25.7654321] as LonLat,
  centerZoom: 4,
  minZoom: 2,
  maxZoom: 9,
  metadata: { name: "Größe", vector_layers: [] },
};
const text = (content: string): Uint8Array => Buffer.from(content);
/** All tiles of a zoom, row by row. */
const zoom = (z: number): Tile[] =>
  Array.from({ length: 4 ** z }, (_, i) => ({ z, x: i % 2 ** z, y: Math.floor(i / 2 ** z) }));

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pmtiles-"));
  path = join(folder, "archive.pmtiles");
});
afterEach(() => rm(folder, { recursive: true }));

async function write(tiles: readonly (readonly [Tile, Uint8Array])[], options = OPTIONS) {
  const archive = await createPmtiles(path, options);
  for (const [tile, bytes] of tiles) await archive.add(tile, bytes);
  return await archive.finish();
}

test("every tile is read back by the pmtiles package, a tile never added is absent", async () => {
  const tiles = zoom(3).map((tile): [Tile, Uint8Array] => [tile, text(`tile ${tile.x} ${tile.y}`)]);
  const result = await write(tiles.slice(1));
  const archive = await readArchive(path);
  for (const [tile, bytes] of tiles.slice(1)) expect(await archive.get(tile)).toEqual(new Uint8Array(bytes));
  expect(await archive.get({ z: 3, x: 0, y: 0 })).toBeNull();
  expect(result).toEqual({ bytes: archive.bytes.length, tiles: 63, distinct: 63 });
});

test("the header holds bounds, centre, zooms, type and compression, the metadata its members", async () => {
  await write([[{ z: 2, x: 1, y: 1 }, text("a")]]);
  const { header, metadata } = await readArchive(path);
  expect(header).toMatchObject({
    specVersion: 3,
    clustered: true,
    tileType: 1,
    tileCompression: 2,
    internalCompression: 2,
    minZoom: 2,
    maxZoom: 9,
    centerZoom: 4,
    minLon: -170.5,
    minLat: -12.25,
    maxLon: 54.1234568,
    maxLat: 80,
    centerLon: 55.1234567,
    centerLat: -25.7654321,
  });
  expect(metadata).toEqual(OPTIONS.metadata);
});

test("pictures are stored as they are: type PNG, no compression", async () => {
  await write([[{ z: 2, x: 1, y: 1 }, text("picture")]], { ...OPTIONS, tileType: "png" });
  const { header, bytes } = await readArchive(path);
  expect(header).toMatchObject({ tileType: 2, tileCompression: 1 });
  expect(bytes.subarray(header.tileDataOffset).toString()).toBe("picture");
});

test("equal tiles are stored once and neighbours on the curve share a directory entry", async () => {
  const sea = text("sea");
  const result = await write(
    zoom(4).map((tile) => [tile, tile.x === 3 && tile.y === 5 ? text("isle") : sea]),
  );
  const { header, entries, get } = await readArchive(path);
  expect(result).toMatchObject({ tiles: 256, distinct: 2 });
  expect(header).toMatchObject({ numAddressedTiles: 256, numTileEntries: 3, numTileContents: 2 });
  expect(entries.map(({ runLength }) => runLength).reduce((a, b) => a + b)).toBe(256);
  expect(await get({ z: 4, x: 3, y: 5 })).toEqual(new Uint8Array(text("isle")));
  expect(await get({ z: 4, x: 15, y: 15 })).toEqual(new Uint8Array(sea));
});

test("the order in which tiles come leaves no trace in the bytes, and the tile data lies in the order of the tiles", async () => {
  const tiles = [...zoom(2), ...zoom(4)].map((tile): [Tile, Uint8Array] => [
    tile,
    text(`tile ${tile.z} ${(tile.x * tile.y) % 11}`),
  ]);
  await write(tiles);
  const first = await readFile(path);
  await write([...tiles].reverse());
  expect(await readFile(path)).toEqual(first);
  let end = 0;
  for (const { offset, length } of (await readArchive(path)).entries) {
    expect(offset).toBeLessThanOrEqual(end);
    end = Math.max(end, offset + length);
  }
});

test("130,000 tiles need leaf directories: header and root still come with the first 16,384 bytes", async () => {
  const archive = await createPmtiles(path, { ...OPTIONS, tileType: "png" });
  const tiles = zoom(9).filter(({ x, y }) => (x + y) % 2 === 0);
  for (const tile of tiles) await archive.add(tile, text(`${tile.x} ${tile.y}`));
  const { tiles: count } = await archive.finish();
  const { header, entries, get } = await readArchive(path);
  expect(count).toBe(131_072);
  expect(entries.length).toBe(131_072);
  expect(header.leafDirectoryLength).toBeGreaterThan(0);
  expect(header.rootDirectoryOffset + header.rootDirectoryLength).toBeLessThanOrEqual(16_384);
  for (const tile of tiles.filter((_, i) => i % 9973 === 0))
    expect(await get(tile)).toEqual(new Uint8Array(text(`${tile.x} ${tile.y}`)));
  expect(await get({ z: 9, x: 1, y: 0 })).toBeNull();
});

test("an archive without tiles is still an archive", async () => {
  expect(await write([])).toMatchObject({ tiles: 0, distinct: 0 });
  expect((await readArchive(path)).tiles).toEqual([]);
});

test("an aborted archive leaves no file behind", async () => {
  const archive = await createPmtiles(path, OPTIONS);
  await archive.add({ z: 2, x: 0, y: 0 }, text("a"));
  await archive.abort();
  expect(await readdir(folder)).toEqual([]);
});

test("a tile added twice is refused and the old archive of that name survives", async () => {
  await write([[{ z: 2, x: 0, y: 0 }, text("old")]]);
  const archive = await createPmtiles(path, OPTIONS);
  for (const content of ["a", "b"]) await archive.add({ z: 2, x: 0, y: 0 }, text(content));
  await expect(archive.finish()).rejects.toThrow("added twice");
  await archive.abort();
  expect(await readdir(folder)).toEqual(["archive.pmtiles"]);
  expect(await (await readArchive(path)).get({ z: 2, x: 0, y: 0 })).toEqual(new Uint8Array(text("old")));
});

test("a folder that does not exist is an error that the user can fix", async () => {
  await expect(createPmtiles(join(folder, "none", "a.pmtiles"), OPTIONS)).rejects.toMatchObject({
    code: "missing-folder",
  });
});
