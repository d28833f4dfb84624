import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import {
  boundedBody,
  changedFile,
  PassingFailure,
  QuietTimer,
  type Range,
  shortBody,
  totalLength,
  unreachable,
} from "./http-answer.ts";
import { redirectTarget } from "./http-redirect.ts";
import { truncatedFile } from "./scene-errors.ts";
import { loginOf, shownUrl } from "./shown-url.ts";

/** How patient reading is: waits in ms between tries, and how long (ms) a request may bring nothing. */
export interface HttpPatience {
  readonly waits: readonly number[];
  readonly stall: number;
}

/** Five tries within half a minute, each given up when nothing comes for twenty seconds. */
const PATIENCE: HttpPatience = { waits: [500, 1500, 6000, 15_000], stall: 20_000 };
/** The first request is not tried as often: the address may be wrong. */
const FIRST_TRIES = 2;
/** The first request brings this many bytes: the header of most files. */
const HEAD_BYTES = 65536;
const MAX_REDIRECTS = 5;
/** A server's Retry-After is followed up to this (ms). */
const MAX_RETRY_AFTER = 30_000;

/**
 * Opens an http(s) URL that is read by byte ranges. What may pass (429, 503, reset, stall, short body) is tried again; the rest, and
 * what does not pass, throws UserError naming the URL and what the server answered.
 */
export async function openHttpSource(url: string, patience: HttpPatience = PATIENCE): Promise<ByteSource> {
  const first = { ...patience, waits: patience.waits.slice(0, FIRST_TRIES) };
  const head = await fetchRange(url, { offset: 0, length: HEAD_BYTES, whole: null }, first);
  const byteLength = head.total;
  return {
    path: shownUrl(url),
    byteLength,
    version: head.version,
    close: () => Promise.resolve(),
    read: async (offset, length) => {
      if (offset + length > byteLength) throw truncatedFile(shownUrl(url), offset, length, byteLength);
      if (length === 0) return new Uint8Array(0);
      if (offset + length <= head.bytes.length) return head.bytes.slice(offset, offset + length);
      return (await fetchRange(url, { offset, length, whole: head }, patience)).bytes;
    },
  };
}

/** What is asked for, and, after the first answer, the file that it must belong to. */
interface Request {
  readonly offset: number;
  readonly length: number;
  readonly whole: Pick<Range, "total" | "version"> | null;
}

async function fetchRange(url: string, request: Request, { waits, stall }: HttpPatience): Promise<Range> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await tryRange(url, request, stall);
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
      const wait = waits[attempt];
      if (wait === undefined) throw withTries(error.fault, attempt + 1);
      await sleep(Math.max(wait, Math.min(MAX_RETRY_AFTER, error.after)));
    }
  }
}

function withTries({ code, message, hint, cause }: UserError, tries: number): UserError {
  return tries === 1
    ? new UserError(code, message, hint, { cause })
    : new UserError(code, `${message.replace(/\.$/, "")}, ${tries} times.`, hint, { cause });
}

async function tryRange(url: string, request: Request, stall: number): Promise<Range> {
  const { offset, length, whole } = request;
  const quiet = new QuietTimer(stall);
  const shown = shownUrl(url);
  try {
    const response = await follow(
      url,
      { range: `bytes=${offset}-${offset + length - 1}`, "accept-encoding": "identity" },
      quiet.signal,
    );
    const total = totalLength(shown, response, offset);
    const version =
      response.headers.get("etag") ?? response.headers.get("last-modified") ?? "unknown version";
    if (whole !== null && (total !== whole.total || version !== whole.version))
      throw changedFile(shown, whole, { total, version });
    const bytes = await boundedBody(shown, response, length, quiet);
    const expected = Math.min(length, total - offset);
    if (bytes.length < expected) throw new PassingFailure(shortBody(shown, offset, bytes.length, expected));
    return { bytes, total, version };
  } catch (error) {
    if (error instanceof UserError || error instanceof PassingFailure) throw error;
    throw new PassingFailure(
      unreachable(shown, quiet.signal.aborted ? `nothing came for ${stall / 1000} s` : null, error),
    );
  } finally {
    quiet.stop();
  }
}

/** The answer at the end of the redirects. */
async function follow(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  const login = loginOf(url);
  const { host } = new URL(url);
  let target = login.url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const own = new URL(target).host === host ? login.headers : {};
    const response = await fetch(target, { headers: { ...headers, ...own }, signal, redirect: "manual" });
    if (response.status < 300 || response.status >= 400) return response;
    await response.body?.cancel();
    target = await redirectTarget(target, response.headers.get("location"));
  }
  throw new UserError(
    "http-redirect",
    `${shownUrl(url)}: the server redirects more than ${MAX_REDIRECTS} times.`,
    "Check the address.",
  );
}
