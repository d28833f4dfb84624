import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { parseRange } from "./byte-range.ts";
import { contentType } from "./content-type.ts";
import { isKnown } from "./etag.ts";
import type { ServedFile } from "./served-file.ts";

/** Headers of an answer by their name. */
export type Headers = Readonly<Record<string, string>>;

/** An answer before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array | FilePart | null;
}

/** Bytes of an open file: `length` of them from `start`. */
export interface FilePart {
  readonly file: ServedFile;
  readonly start: number;
  readonly length: number;
}

/** Any page may read what is served, by ranges too. Names and values in turn: what Node writes without looking closer. */
const CORS = [
  ["Access-Control-Allow-Origin", "*"],
  ["Access-Control-Expose-Headers", "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag"],
  ["X-Content-Type-Options", "nosniff"],
].flat();

/** Read at a time from a file that is sent. */
const PIECE_BYTES = 256 * 1024;

/** A reply of one line of text. */
export function textReply(status: number, text: string, headers: Headers = {}): Reply {
  const body = Buffer.from(`${text}\n`);
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body };
}

/** Headers with the tag of what is sent. */
export type TaggedHeaders = Headers & { readonly ETag: string };

/** A reply of bytes that the client may keep under their tag; 304 without them where it has them already. */
export function taggedReply(request: IncomingHttpHeaders, headers: TaggedHeaders, body: Uint8Array): Reply {
  if (isKnown(headers.ETag, request["if-none-match"])) return { status: 304, headers, body: null };
  return { status: 200, headers, body };
}

/** The reply that sends a file, or the part of it that Range asks for. `If-Range` with another tag asks for the whole. */
export function fileReply(name: string, file: ServedFile, request: IncomingHttpHeaders): Reply {
  const { size, etag } = file;
  const headers = {
    "Content-Type": contentType(name),
    "Accept-Ranges": "bytes",
    ETag: etag,
    "Cache-Control": "no-cache",
    Vary: "Accept-Encoding",
  };
  const nothing = { file, start: 0, length: 0 };
  if (isKnown(etag, request["if-none-match"])) return { status: 304, headers, body: nothing };
  const sameState = request["if-range"] === undefined || request["if-range"] === etag;
  const range = parseRange(sameState ? request.range : undefined, size);
  if (range === "all") return { status: 200, headers, body: { file, start: 0, length: size } };
  if (range === null) {
    return { status: 416, headers: { ...headers, "Content-Range": `bytes */${size}` }, body: nothing };
  }
  const { start, end } = range;
  return {
    status: 206,
    headers: { ...headers, "Content-Range": `bytes ${start}-${end}/${size}` },
    body: { file, start, length: end - start + 1 },
  };
}

/** Sends a reply (headers only for HEAD) and closes its file. Rejects when the client leaves before the end. */
export async function send(
  response: ServerResponse,
  reply: Reply,
  method: string | undefined,
): Promise<void> {
  const { status, headers, body } = reply;
  const length = body === null ? 0 : body.length;
  const list = [...CORS];
  for (const name in headers) list.push(name, headers[name]!);
  if (status !== 204 && status !== 304) list.push("Content-Length", String(length));
  const silent = method === "HEAD" || length === 0 || status === 304;
  response.writeHead(status, list);
  if (body === null || body instanceof Uint8Array) {
    response.end(silent ? undefined : body);
  } else if (silent) {
    await body.file.handle.close();
    response.end();
  } else {
    const { start } = body;
    const piece = { start, end: start + length - 1, highWaterMark: PIECE_BYTES };
    await pipeline(body.file.handle.createReadStream(piece), response);
  }
}
