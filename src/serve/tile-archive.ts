import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import {
  Compression,
  findTile,
  type Header,
  PMTiles,
  SharedPromiseCache,
  type Source,
  TileType,
  tileTypeExt,
  zxyToTileId,
} from "pmtiles";
import type { Tile } from "../geo/tile-matrix-set.ts";
import { blockCache } from "../scene/block-cache.ts";
import type { ServedFile } from "./served-file.ts";

/** A PMTiles archive whose tiles can be asked for. */
export interface TileArchive {
  readonly etag: string;
  readonly header: Header;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What tile URLs end with: "mvt", "png", "webp", "jpg". */
  readonly extension: string;
  readonly gzipped: boolean;
  /** The bytes of a tile as they are stored; null where the archive has none. */
  tile(tile: Tile): Promise<Uint8Array | null>;
  /** Waits for the reads under way. */
  close(): Promise<void>;
}

/** Bytes of tiles kept in memory for each archive. */
const CACHE_BYTES = 32 * 2 ** 20;
/** Bytes of a directory or the metadata, unpacked: a few bytes of a damaged or hostile archive could claim gigabytes. */
const LARGEST_DIRECTORY = 64 * 2 ** 20;
/** Levels of directories that PMTiles may have: the root and leaves, with room to spare. */
const DEEPEST_DIRECTORY = 4;
const inflate = promisify(gunzip);

/** Reads an archive from an open file, which it closes. Rejects, with the file closed, when it is no archive. */
export async function openArchive(file: ServedFile): Promise<TileArchive> {
  try {
    const reads = new Set<Promise<unknown>>();
    const source: Source = {
      getKey: () => file.etag,
      getBytes: (offset, length) => {
        const bytes = read(file, offset, length);
        reads.add(bytes);
        return bytes.finally(() => reads.delete(bytes));
      },
    };
    const directories = new SharedPromiseCache(100, undefined, decompress);
    const archive = new PMTiles(source, directories, decompress);
    const header = await archive.getHeader();
    const metadata = (await archive.getMetadata()) as Record<string, unknown>;
    const tiles = blockCache<Uint8Array | null>(CACHE_BYTES, (bytes) => (bytes?.length ?? 0) + 64);
    return {
      etag: file.etag,
      header,
      metadata,
      extension: tileTypeExt(header.tileType).slice(1),
      gzipped: header.tileCompression === Compression.Gzip,
      tile: ({ z, x, y }) => {
        const id = zxyToTileId(z, x, y);
        return tiles.get(String(id), () => findBytes(source, directories, header, id));
      },
      close: async () => {
        await Promise.allSettled(reads);
        await file.handle.close();
      },
    };
  } catch (error) {
    await file.handle.close();
    throw error;
  }
}

/** Follows the directories to a tile and reads its bytes, without unpacking them. */
async function findBytes(
  source: Source,
  directories: SharedPromiseCache,
  header: Header,
  id: number,
): Promise<Uint8Array | null> {
  let { rootDirectoryOffset: offset, rootDirectoryLength: length } = header;
  for (let depth = 0; depth < DEEPEST_DIRECTORY; depth++) {
    const entry = findTile(await directories.getDirectory(source, offset, length, header), id);
    if (entry === null) return null;
    if (entry.runLength > 0) {
      return new Uint8Array((await source.getBytes(header.tileDataOffset + entry.offset, entry.length)).data);
    }
    offset = header.leafDirectoryOffset + entry.offset;
    length = entry.length;
  }
  throw new Error("the directories of the archive are nested too deeply");
}

async function read(
  { handle, size }: ServedFile,
  offset: number,
  length: number,
): Promise<{ data: ArrayBuffer }> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
  return { data: bytes.buffer.slice(0, bytesRead) };
}

async function decompress(data: ArrayBuffer, compression: Compression): Promise<ArrayBuffer> {
  if (compression === Compression.None || compression === Compression.Unknown) return data;
  if (compression !== Compression.Gzip) throw new Error(`${Compression[compression]} is not supported`);
  const bytes = await inflate(data, { maxOutputLength: LARGEST_DIRECTORY });
  return new Uint8Array(bytes).buffer;
}

/** The media type of an archive's tiles. */
export function tileContentType({ tileType }: Header): string {
  switch (tileType) {
    case TileType.Mvt:
      return "application/vnd.mapbox-vector-tile";
    case TileType.Png:
      return "image/png";
    case TileType.Jpeg:
      return "image/jpeg";
    case TileType.Webp:
      return "image/webp";
    default:
      return "application/octet-stream";
  }
}
