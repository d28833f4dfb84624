import { readFile } from "node:fs/promises";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { type Entry, type Header, PMTiles, type Source, tileIdToZxy } from "pmtiles";
import type { Tile } from "../../../src/geo/tile-matrix-set.ts";

/** An archive as the pmtiles package reads it. */
export interface Archive {
  readonly bytes: Buffer;
  readonly header: Header;
  readonly metadata: Record<string, unknown>;
  /** All directory entries with tiles, in the order of the directories. */
  readonly entries: readonly Entry[];
  readonly tiles: readonly Tile[];
  readonly get: (tile: Tile) => Promise<Uint8Array | null>;
}

export async function readArchive(path: string): Promise<Archive> {
  const bytes = await readFile(path);
  const source: Source = {
    getKey: () => path,
    getBytes: (offset, length) =>
      Promise.resolve({ data: new Uint8Array(bytes.subarray(offset, offset + length)).buffer }),
  };
  const reader = new PMTiles(source);
  const header = await reader.getHeader();
  const list = async (offset: number, length: number): Promise<Entry[]> => {
    const entries = await reader.cache.getDirectory(source, offset, length, header);
    const lists = entries.map((entry) =>
      entry.runLength > 0 ? [entry] : list(header.leafDirectoryOffset + entry.offset, entry.length),
    );
    return (await Promise.all(lists)).flat();
  };
  const entries = await list(header.rootDirectoryOffset, header.rootDirectoryLength);
  const ids = entries.flatMap(({ tileId, runLength }) =>
    Array.from({ length: runLength }, (_, i) => tileId + i),
  );
  return {
    bytes,
    header,
    metadata: (await reader.getMetadata()) as Record<string, unknown>,
    entries,
    tiles: ids.map((id) => {
      const [z, x, y] = tileIdToZxy(id);
      return { z, x, y };
    }),
    async get({ z, x, y }) {
      const found = await reader.getZxy(z, x, y);
      return found === undefined ? null : new Uint8Array(found.data);
    },
  };
}

/** A polygon of a vector tile: rings without the repeated last point, in tile units. */
export interface TilePolygon {
  readonly id: number | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly rings: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

/** The polygons of a layer of a vector tile, as the mapbox packages decode it. */
export function decodeTile(bytes: Uint8Array, layerName = "landcover"): TilePolygon[] {
  const layer = new VectorTile(new PbfReader(bytes)).layers[layerName]!;
  return Array.from({ length: layer.length }, (_, index) => {
    const feature = layer.feature(index);
    const rings = feature.loadGeometry().map((ring) => ring.slice(0, -1));
    return { id: feature.id, properties: { ...feature.properties }, rings };
  });
}
