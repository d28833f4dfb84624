import type { IncomingHttpHeaders } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Tile } from "../geo/tile-matrix-set.ts";
import type { ArchiveShelf } from "./archive-shelf.ts";
import { type Reply, type TaggedHeaders, taggedReply, textReply } from "./reply.ts";
import { pathNames } from "./request-path.ts";
import { takesGzip } from "./takes-gzip.ts";
import { type TileArchive, tileContentType } from "./tile-archive.ts";

const TILE = /^\/([^/]+)\/(\d{1,2})\/(\d{1,9})\/(\d{1,9})\.([a-z]{3,4})$/;
const TILE_JSON = /^\/([^/]+)\.json$/;
/** Host and port as a Host header may give them. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
const unzip = promisify(gunzip);

/** What the tile server is asked: the path below /tiles, its URL up to there, and the headers. */
export interface TileRequest {
  readonly path: string;
  readonly prefix: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Answers /NAME/{z}/{x}/{y}.EXT with a tile of NAME.pmtiles and /NAME.json with its TileJSON: 204 for a tile without data, 404 for an
 * unknown archive or format and for places outside its zooms or the world.
 */
export async function tileReply(shelf: ArchiveShelf, request: TileRequest): Promise<Reply> {
  const asked = TILE.exec(request.path);
  const name = nameOf(asked?.[1] ?? TILE_JSON.exec(request.path)?.[1]);
  const archive = name === null ? null : await shelf.get(name);
  if (archive === null || name === null) return textReply(404, "No such tiles.");
  if (asked === null) return tileJsonReply(archive, name, request);
  const [, , z, x, y, extension] = asked;
  const tile = { z: Number(z), x: Number(x), y: Number(y) };
  if (extension !== archive.extension || !isInside(archive, tile)) return textReply(404, "No such tile.");
  return storedTile(archive, tile, request.headers);
}

function nameOf(segment: string | undefined): string | null {
  const names = segment === undefined ? null : pathNames(`/${segment}`);
  return names?.length === 1 ? names[0]! : null;
}

function isInside({ header }: TileArchive, { z, x, y }: Tile): boolean {
  return z >= header.minZoom && z <= header.maxZoom && x < 2 ** z && y < 2 ** z;
}

/** A tile as it lies in the archive, gzip passed through; unpacked only for a client that does not take gzip. */
async function storedTile(archive: TileArchive, tile: Tile, headers: IncomingHttpHeaders): Promise<Reply> {
  const stored = await archive.tile(tile);
  if (stored === null) return { status: 204, headers: {}, body: null };
  const { plain, packed } = headersOf(archive);
  if (!archive.gzipped) return taggedReply(headers, plain, stored);
  if (takesGzip(headers["accept-encoding"])) return taggedReply(headers, packed, stored);
  return taggedReply(headers, plain, await unzip(stored));
}

/** Headers of all tiles of an archive, as they are asked for unpacked and packed: the same objects each time. */
interface TileHeaders {
  readonly plain: TaggedHeaders;
  readonly packed: TaggedHeaders;
}

const known = new WeakMap<TileArchive, TileHeaders>();

function headersOf(archive: TileArchive): TileHeaders {
  const found = known.get(archive);
  if (found !== undefined) return found;
  const common = { "Content-Type": tileContentType(archive.header), "Cache-Control": "no-cache" };
  const varying = archive.gzipped ? { ...common, Vary: "Accept-Encoding" } : common;
  const made = {
    plain: { ...varying, ETag: archive.etag },
    packed: { ...varying, "Content-Encoding": "gzip", ETag: archive.etag.replace(/"$/, '-gz"') },
  };
  known.set(archive, made);
  return made;
}

/** TileJSON 3.0.0: where the tiles are, and what the archive says of itself. */
function tileJsonReply(archive: TileArchive, name: string, { prefix, headers }: TileRequest): Reply {
  const { header, metadata, extension } = archive;
  const { host } = headers;
  const origin = host !== undefined && HOST.test(host) ? `http://${host}` : "";
  const text = (key: string): object => (typeof metadata[key] === "string" ? { [key]: metadata[key] } : {});
  const json = {
    tilejson: "3.0.0",
    tiles: [`${origin}${prefix}/${encodeURIComponent(name)}/{z}/{x}/{y}.${extension}`],
    // not of TileJSON, but MapLibre and Mapbox read it
    ...(typeof metadata["tile_size"] === "number" ? { tileSize: metadata["tile_size"] } : {}),
    ...text("name"),
    ...text("description"),
    ...text("attribution"),
    minzoom: header.minZoom,
    maxzoom: header.maxZoom,
    bounds: [header.minLon, header.minLat, header.maxLon, header.maxLat],
    center: [header.centerLon, header.centerLat, header.centerZoom],
    ...(Array.isArray(metadata["vector_layers"]) ? { vector_layers: metadata["vector_layers"] } : {}),
  };
  const body = Buffer.from(`${JSON.stringify(json, null, 2)}\n`);
  return { status: 200, headers: { "Content-Type": "application/json", "Cache-Control": "no-cache" }, body };
}
