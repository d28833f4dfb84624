import { connect, type Socket } from "node:net";

/** What a server sent on a raw connection. */
export interface RawReply {
  /** 0 where the server closed without an answer. */
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
}

/** Sends bytes as they are to a server on this machine and reads until it closes. */
export async function rawRequest(port: number, bytes: string | Uint8Array): Promise<RawReply> {
  const socket = connect({ port, host: "127.0.0.1" });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined); // a refusal may come while we still send
  socket.setTimeout(3000, () => socket.destroy());
  socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  const all = Buffer.concat(chunks);
  const split = all.indexOf("\r\n\r\n");
  const head = all.toString("latin1", 0, Math.max(0, split));
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: all.subarray(split + 4) };
}

/** GET of a path as it is written, which fetch and URL would tidy up. */
export function rawGet(port: number, path: string, ...headers: string[]): Promise<RawReply> {
  const lines = [`GET ${path} HTTP/1.1`, "Host: x", "Connection: close", ...headers];
  return rawRequest(port, `${lines.join("\r\n")}\r\n\r\n`);
}

/** Connections that send this much and then nothing; `close` ends them. */
export async function halfOpen(port: number, count: number, text: string): Promise<{ close(): void }> {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write(text);
    sockets.push(socket);
  }
  return { close: () => sockets.forEach((socket) => void socket.destroy()) };
}
