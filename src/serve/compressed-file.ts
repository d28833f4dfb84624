import type { IncomingHttpHeaders } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { contentType } from "./content-type.ts";
import { type Reply, taggedReply } from "./reply.ts";
import type { ServedFile } from "./served-file.ts";
import { takesGzip } from "./takes-gzip.ts";

/** Text: everything else that is served is compressed already. */
const TEXT = /\.(html|js|css|json|geojson|csv|xml|svg|txt)$/i;
/** Smaller files do not gain from it; larger ones are no part of a page. */
const [SMALLEST, LARGEST] = [1 << 10, 1 << 24];
/** Compressed files that are kept. */
const KEPT_BYTES = 1 << 25;

/** Files as they were compressed, by their tag: a page's scripts are compressed once. */
const kept = new Map<string, Promise<Buffer>>();
let keptBytes = 0;

/**
 * The reply that sends a text file with gzip to a client that takes it, and closes it; null for other files and clients, and for those
 * that ask for a range. The compressed bytes have a tag of their own.
 */
export async function compressedReply(
  name: string,
  file: ServedFile,
  request: IncomingHttpHeaders,
): Promise<Reply | null> {
  if (!TEXT.test(name) || file.size < SMALLEST || file.size > LARGEST) return null;
  if (request.range !== undefined || !takesGzip(request["accept-encoding"])) return null;
  try {
    const body = await compressed(file);
    const headers = {
      "Content-Type": contentType(name),
      "Content-Encoding": "gzip",
      Vary: "Accept-Encoding",
      ETag: file.etag.replace(/"$/, '-gz"'),
      "Cache-Control": "no-cache",
    };
    return taggedReply(request, headers, body);
  } finally {
    await file.handle.close();
  }
}

function compressed({ handle, size, etag }: ServedFile): Promise<Buffer> {
  const known = kept.get(etag);
  if (known !== undefined) return known;
  if (keptBytes + size > KEPT_BYTES) {
    kept.clear();
    keptBytes = 0;
  }
  const made = handle.readFile().then((bytes) => promisify(gzip)(bytes));
  kept.set(etag, made);
  keptBytes += size;
  made.catch(() => kept.delete(etag));
  return made;
}
