import { messageOf, UserError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { truncatedFile } from "./scene-errors.ts";

/** The first request brings this many bytes: the header of most files. */
const HEAD_BYTES = 65536;
/** A request that takes longer fails instead of hanging. */
const TIMEOUT_MS = 30_000;

/** Opens an http(s) URL that is read by byte ranges. Throws UserError naming the URL and what the server answered. */
export async function openHttpSource(url: string): Promise<ByteSource> {
  const head = await fetchRange(url, 0, HEAD_BYTES);
  const byteLength = head.total;
  return {
    path: url,
    byteLength,
    version: head.version,
    close: () => Promise.resolve(),
    read: async (offset, length) => {
      if (offset + length > byteLength) throw truncatedFile(url, offset, length, byteLength);
      if (length === 0) return new Uint8Array(0);
      if (offset + length <= head.bytes.length) return head.bytes.slice(offset, offset + length);
      const range = await fetchRange(url, offset, length);
      if (range.total !== byteLength || range.version !== head.version) throw changedFile(url, head, range);
      if (range.bytes.length !== length)
        throw truncatedFile(url, offset, length, offset + range.bytes.length);
      return range.bytes;
    },
  };
}

interface Range {
  readonly bytes: Uint8Array;
  /** Length of the whole file in bytes. */
  readonly total: number;
  /** ETag, or else the time of change, as the server says. */
  readonly version: string;
}

async function fetchRange(url: string, offset: number, length: number): Promise<Range> {
  try {
    const headers = { range: `bytes=${offset}-${offset + length - 1}`, "accept-encoding": "identity" };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const total = totalLength(url, response, offset);
    const version =
      response.headers.get("etag") ?? response.headers.get("last-modified") ?? "unknown version";
    return { bytes: await boundedBody(url, response, length), total, version };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const cause =
      error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new UserError(
      "http-unreachable",
      `${url} cannot be read: ${cause}.`,
      "Check the address and the network.",
      {
        cause: error,
      },
    );
  }
}

/** The file's length from Content-Range, after checking that the answer is the range that was asked for. */
function totalLength(url: string, response: Response, offset: number): number {
  const { status, statusText } = response;
  if (status === 200)
    throw new UserError(
      "http-no-ranges",
      `${url}: the server answered a range request with the whole file (status 200).`,
      "Download the file and give its local path, or use a server that supports byte ranges.",
    );
  if (status !== 206)
    throw new UserError(
      "http-status",
      `${url}: the server answered ${status} ${statusText}.`.replace(" .", "."),
      hintOf(status),
    );
  const range = response.headers.get("content-range") ?? "";
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(range);
  if (match === null || Number(match[1]) !== offset)
    throw new UserError(
      "http-range",
      `${url}: asked for bytes from ${offset}, the server answered Content-Range "${range}".`,
      "Download the file and give its local path.",
    );
  return Number(match[2]);
}

/** The body, never more than was asked for, whatever the server sends. */
async function boundedBody(url: string, response: Response, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let received = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    received += part.length;
    if (received > length)
      throw new UserError(
        "http-range",
        `${url}: the server sent more than the ${length} bytes asked for.`,
        "Download the file and give its local path.",
      );
  }
  return new Uint8Array(Buffer.concat(parts));
}

function changedFile(url: string, before: Range, now: Range): UserError {
  return new UserError(
    "http-changed",
    `${url} changed while it was read: ${before.total} bytes (${before.version}) before, ${now.total} (${now.version}) now.`,
    "Run again when the file no longer changes.",
  );
}

function hintOf(status: number): string {
  if (status === 401 || status === 403)
    return "Check that the address needs no login, or download the file first.";
  if (status === 404 || status === 410) return "Check the address.";
  if (status === 416) return "The file is empty.";
  return "Try again later, or download the file first.";
}
