import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { messageOf, UserError } from "../errors.ts";
import { answer } from "./handler.ts";
import { type Mount, mountFolders } from "./mount.ts";
import { send, textReply } from "./reply.ts";

/** Where to listen; port 0 takes a free one. */
export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** A second run of the same place, to compare with. */
  readonly other?: string;
  /** Told of what went wrong on our side. */
  readonly onError?: (message: string) => void;
}

/** A server that runs. */
export interface MapServer {
  readonly url: string;
  /** Stops listening, lets answers under way finish for a few seconds, then closes what is left. */
  close(): Promise<void>;
}

/** A client has this long (ms) to send its headers, and its whole request. */
const HEADERS_MS = 10_000;
const LIMITS = {
  headersTimeout: HEADERS_MS,
  requestTimeout: HEADERS_MS,
  connectionsCheckingInterval: HEADERS_MS / 2,
};
/** A connection that neither sends nor takes a byte for this long (ms) is closed. */
const IDLE_MS = 60_000;
/** Answers under way have this long (ms) once the server is to stop. */
const GRACE_MS = 3000;

/** Serves an output folder (and another to compare it with). Throws UserError "no-folder", "port-in-use" or "bad-host". */
export async function serveFolder(folder: string, options: ServeOptions): Promise<MapServer> {
  const mounts = await mountFolders(folder, options.other ?? null);
  const onError = options.onError ?? (() => undefined);
  const server = createServer(LIMITS, (request, response) => {
    void respond(mounts, request, response, onError);
  });
  server.keepAliveTimeout = IDLE_MS;
  server.setTimeout(IDLE_MS);
  server.on("clientError", refuse);
  await listen(server, options);
  return { url: urlOf(server.address() as AddressInfo), close: () => close(server, mounts) };
}

/** Answers one request; whatever goes wrong stays within it. */
async function respond(
  mounts: readonly Mount[],
  request: IncomingMessage,
  response: ServerResponse,
  onError: (message: string) => void,
): Promise<void> {
  try {
    const reply = await answer(mounts, request).catch((error: unknown) => {
      onError(`${request.method} ${JSON.stringify(request.url)}: ${messageOf(error)}`);
      return textReply(500, "This could not be read.");
    });
    await send(response, reply, request.method);
  } catch (error) {
    response.destroy();
    const clientLeft = (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE";
    if (!clientLeft) onError(`${request.method} ${JSON.stringify(request.url)}: ${messageOf(error)}`);
  }
}

/** What is no HTTP, is too long or comes too slowly gets a line and is closed. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF[error.code ?? ""] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

const STATUS_OF: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  if (cause.code === "EADDRINUSE") {
    return new UserError(
      "port-in-use",
      `Port ${port} of ${host} is in use.`,
      "Choose another with --port; --port 0 takes a free one.",
      { cause },
    );
  }
  return new UserError(
    "bad-host",
    `Cannot listen on ${host}, port ${port}: ${messageOf(cause)}.`,
    "Choose another --host or --port; --host 127.0.0.1 is this machine alone.",
    { cause },
  );
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}/`;
}

async function close(server: Server, mounts: readonly Mount[]): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(grace);
  await Promise.all(mounts.map(({ archives }) => archives.close()));
}
