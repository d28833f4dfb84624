import type { IncomingHttpHeaders } from "node:http";
import { fileURLToPath } from "node:url";
import { compressedReply } from "./compressed-file.ts";
import type { Mount } from "./mount.ts";
import { fileReply, type Reply, textReply } from "./reply.ts";
import { pathNames } from "./request-path.ts";
import { openBelow } from "./served-file.ts";
import { tileReply } from "./tile-route.ts";

/** The page that comes with landstitch: for folders that were mapped without one. */
const VIEWER = fileURLToPath(new URL("../../dist/viewer", import.meta.url));

/** What a client sent, as far as it matters. */
export interface Request {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

const METHODS = "GET, HEAD, OPTIONS";
const PREFLIGHT = {
  "Access-Control-Allow-Methods": METHODS,
  "Access-Control-Allow-Headers": "If-Match, If-None-Match, If-Range, Range",
  "Access-Control-Max-Age": "86400",
} as const;

/** Answers a request from the folders: a tile, a TileJSON, a file, or what is wrong with it. */
export async function answer(mounts: readonly Mount[], request: Request): Promise<Reply> {
  const { method, url = "" } = request;
  if (method === "OPTIONS") return { status: 204, headers: PREFLIGHT, body: null };
  if (method !== "GET" && method !== "HEAD") {
    return textReply(405, "Only GET and HEAD are answered.", { Allow: METHODS });
  }
  const path = url.replace(/[?#].*$/s, "");
  if (path === "/" && mounts.length > 1) return redirect(comparison(mounts));
  const unslashed = mounts.find(({ prefix }) => prefix === `${path}/`);
  if (unslashed !== undefined) return redirect(unslashed.prefix);
  const mount = mounts.find(({ prefix }) => path.startsWith(prefix));
  if (mount === undefined) return textReply(404, "Not found.");
  return answerBelow(mount, path.slice(mount.prefix.length - 1), request.headers);
}

/** The first run's page, told to compare with the second. */
function comparison([before, after]: readonly Mount[]): string {
  return `${before!.prefix}#compare=..${after!.prefix}`;
}

function redirect(location: string): Reply {
  return textReply(302, `See ${location}`, { Location: location });
}

async function answerBelow(mount: Mount, path: string, headers: IncomingHttpHeaders): Promise<Reply> {
  if (path.startsWith("/tiles/")) {
    const prefix = `${mount.prefix}tiles`;
    return tileReply(mount.archives, { path: path.slice("/tiles".length), prefix, headers });
  }
  const names = pathNames(path);
  if (names === null) return textReply(404, "Not found.");
  const file = (await openBelow(mount.root, names)) ?? (await openBelow(VIEWER, names));
  if (file === null) return textReply(404, "Not found.");
  const name = names.at(-1)!;
  return (await compressedReply(name, file, headers)) ?? fileReply(name, file, headers);
}
