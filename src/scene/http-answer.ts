import { messageOf, UserError } from "../errors.ts";

/** Answers that may be another the next time. */
const PASSING_STATUS: readonly number[] = [408, 425, 429, 500, 502, 503, 504];

/** Bytes of a file, and of which. */
export interface Range {
  readonly bytes: Uint8Array;
  /** Length of the whole file in bytes. */
  readonly total: number;
  /** ETag, or else the time of change, as the server says. */
  readonly version: string;
}

/** A failure that may be gone the next time; `after` is how long the server wants us to wait (ms). */
export class PassingFailure extends Error {
  readonly fault: UserError;
  readonly after: number;

  constructor(fault: UserError, after = 0) {
    super(fault.message, { cause: fault });
    this.fault = fault;
    this.after = after;
  }
}

/** Ends a request that brings nothing for some time, however long one that brings something takes. */
export class QuietTimer {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** The file's length from Content-Range, after checking that the answer is the range that was asked for. */
export function totalLength(url: string, response: Response, offset: number): number {
  const { status, statusText } = response;
  if (status === 200)
    throw new UserError(
      "http-no-ranges",
      `${url}: the server answered a range request with the whole file (status 200).`,
      "Download the file and give its local path, or use a server that supports byte ranges.",
    );
  if (status !== 206) {
    const fault = new UserError(
      "http-status",
      `${url}: the server answered ${status} ${statusText}.`.replace(" .", "."),
      hintOf(status),
    );
    throw PASSING_STATUS.includes(status) ? new PassingFailure(fault, retryAfter(response)) : fault;
  }
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

/** Retry-After in ms: seconds, or a date; 0 where there is none. */
function retryAfter({ headers }: Response): number {
  const value = headers.get("retry-after") ?? "";
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

/** The body, never more than was asked for, whatever the server sends. */
export async function boundedBody(
  url: string,
  response: Response,
  length: number,
  quiet: QuietTimer,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let received = 0;
  for await (const part of response.body ?? []) {
    quiet.heard();
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

/** No answer, or one that broke off. */
export function unreachable(url: string, why: string | null, error: unknown): UserError {
  const cause =
    error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
  return new UserError(
    "http-unreachable",
    `${url} cannot be read: ${why ?? cause}.`,
    "Check the address and the network.",
    { cause: error },
  );
}

/** Fewer bytes than the server said. */
export function shortBody(url: string, offset: number, found: number, expected: number): UserError {
  return new UserError(
    "http-short",
    `${url}: the server sent ${found} of ${expected} bytes from byte ${offset}.`,
    "Try again later, or download the file first.",
  );
}

/** Two answers that belong to different files. */
export function changedFile(url: string, before: Omit<Range, "bytes">, now: Omit<Range, "bytes">): UserError {
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
