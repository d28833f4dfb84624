import { createHash } from "node:crypto";
import { rename } from "node:fs/promises";
import { zxyToTileId } from "pmtiles";
import type { LonLat } from "../geo/crs.ts";
import type { Bounds } from "../geo/grid.ts";
import type { Tile } from "../geo/tile-matrix-set.ts";
import { PartFile } from "../raster/part-file.ts";
import { writeError } from "../raster/write-error.ts";
import { type Entry, encodeDirectories, encodeHeader, gzip, type TileType } from "./pmtiles-format.ts";
import { type Extent, Spool } from "./spool.ts";

/** What an archive says about itself. Bounds and centre in degrees; `center` is where a viewer opens it. */
export interface PmtilesOptions {
  readonly tileType: TileType;
  readonly bounds: Bounds;
  readonly center: LonLat;
  readonly centerZoom: number;
  readonly minZoom: number;
  readonly maxZoom: number;
  readonly metadata: object;
}

/** What was written: size of the file, tiles it answers for, different contents among them. */
export interface PmtilesResult {
  readonly bytes: number;
  readonly tiles: number;
  readonly distinct: number;
}

/** A PMTiles v3 archive being written; it ends with `finish` or `abort`. Disk errors are UserErrors (see write-error). */
export interface PmtilesWriter {
  /** Takes a tile, in any order; mvt tiles are gzipped here. Wait for it before the next call. */
  add(tile: Tile, bytes: Uint8Array): Promise<void>;
  /** Writes the archive under its name: it exists whole or not at all. Throws RangeError when a tile was added twice. */
  finish(): Promise<PmtilesResult>;
  /** Removes what was written, and leaves a finished archive alone. */
  abort(): Promise<void>;
}

/** A tile of the archive: its Hilbert id and where its content lies in the spool. */
interface Address {
  readonly tileId: number;
  readonly content: Extent;
}

/**
 * Starts a PMTiles v3 archive (spec/v3 of github.com/protomaps/PMTiles): clustered, every content stored once, runs of equal
 * tiles in one entry. Contents wait in `path.tiles.part`, since only the last tile tells their order: memory grows by about
 * 200 bytes a tile, whatever the tiles hold. Contents are the same when their SHA-256 is. The bytes depend on nothing but the tiles.
 */
export async function createPmtiles(path: string, options: PmtilesOptions): Promise<PmtilesWriter> {
  const spool = await explained(path, () => Spool.create(`${path}.tiles.part`));
  const known = new Map<string, Extent>();
  const addresses: Address[] = [];

  async function add({ z, x, y }: Tile, bytes: Uint8Array): Promise<void> {
    const key = createHash("sha256").update(bytes).digest().toString("latin1");
    let content = known.get(key);
    if (content === undefined) {
      content = await spool.append(options.tileType === "mvt" ? gzip(bytes) : bytes);
      known.set(key, content);
    }
    addresses.push({ tileId: zxyToTileId(z, x, y), content });
  }

  async function finish(): Promise<PmtilesResult> {
    await spool.flush();
    addresses.sort((a, b) => a.tileId - b.tileId);
    const bytes = await writeArchive(path, options, addresses, spool);
    await spool.remove();
    return { bytes, tiles: addresses.length, distinct: known.size };
  }

  return {
    add: (tile, bytes) => explained(path, () => add(tile, bytes)),
    finish: () => explained(path, finish),
    abort: () => spool.remove(),
  };
}

async function explained<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Writes header, directories, metadata and tile data to `path.part`, then gives it its name. Returns its size. */
async function writeArchive(
  path: string,
  options: PmtilesOptions,
  addresses: readonly Address[],
  spool: Spool,
): Promise<number> {
  const { entries, contents } = layOut(addresses);
  const { root, leaves } = encodeDirectories(entries);
  const metadata = gzip(Buffer.from(JSON.stringify(options.metadata)));
  const dataLength = contents.reduce((sum, { length }) => sum + length, 0);
  const header = encodeHeader({
    ...options,
    lengths: [root.length, metadata.length, leaves.length, dataLength],
    addressedTiles: addresses.length,
    entries: entries.length,
    contents: contents.length,
  });
  const front = Buffer.concat([header, root, metadata, leaves]);
  const file = await PartFile.create(`${path}.part`);
  try {
    await file.append(front);
    for (const chunk of spool.read(contents)) await file.append(chunk);
    await file.seal();
    await rename(file.path, path);
  } catch (error) {
    await file.remove();
    throw error;
  }
  return front.length + dataLength;
}

/** Directory entries with run lengths, and the contents in the order of their first tile: that is what "clustered" means. */
function layOut(addresses: readonly Address[]): { entries: Entry[]; contents: Extent[] } {
  const offsets = new Map<Extent, number>();
  const entries: Entry[] = [];
  let end = 0;
  let previous: Address | undefined;
  for (const address of addresses) {
    const { tileId, content } = address;
    if (tileId === previous?.tileId) throw new RangeError(`tile ${tileId} was added twice`);
    if (content === previous?.content && tileId === previous.tileId + 1) {
      const last = entries.pop()!;
      entries.push({ ...last, runLength: last.runLength + 1 });
    } else {
      let offset = offsets.get(content);
      if (offset === undefined) {
        offset = end;
        offsets.set(content, offset);
        end += content.length;
      }
      entries.push({ tileId, offset, length: content.length, runLength: 1 });
    }
    previous = address;
  }
  return { entries, contents: [...offsets.keys()] };
}
