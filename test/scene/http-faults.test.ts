import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openHttpSource } from "../../src/scene/http-source.ts";

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
const PATIENCE = { waits: [1, 1, 1], stall: 300 };

/** What the server does to the next requests, one after the other; then it serves. */
let faults: ((response: ServerResponse, from: number, to: number) => void)[] = [];
let requests = 0;
let address = "";

const server = createServer((request, response) => {
  requests++;
  const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "")!.map(Number) as [
    number,
    number,
    number,
  ];
  if (request.url === "/to-private")
    return void response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" }).end();
  if (request.url === "/to-file")
    return void response.writeHead(302, { location: "file:///etc/passwd" }).end();
  if (request.url === "/in-circles") return void response.writeHead(302, { location: "/in-circles" }).end();
  if (request.url === "/moved")
    return void response.writeHead(301, { location: `${address.replace("127.0.0.1", "localhost")}/` }).end();
  (faults.shift() ?? serve())(response, from, to);
});

function serve({ etag = '"one"', total = bytes.length, shift = 0, body = 1 } = {}) {
  return (response: ServerResponse, from: number, to: number): void => {
    const end = Math.min(to, bytes.length - 1);
    const part = bytes.subarray(from, end + 1);
    const range = `bytes ${from + shift}-${end + shift}/${total}`;
    response
      .writeHead(206, { "content-range": range, etag })
      .end(part.subarray(0, Math.ceil(part.length * body)));
  };
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(code, headers).end();
const reset = (response: ServerResponse): void => void response.socket?.destroy();
const stall = (): void => undefined;
const halfThenReset = (response: ServerResponse, from: number, to: number): void => {
  response.writeHead(206, {
    "content-range": `bytes ${from}-${to}/${bytes.length}`,
    etag: '"one"',
    "content-length": to - from + 1,
  });
  response.write(bytes.subarray(from, from + 10));
  setTimeout(() => response.socket?.destroy(), 20);
};
const halfThenStall = (response: ServerResponse, from: number, to: number): void => {
  response.writeHead(206, {
    "content-range": `bytes ${from}-${to}/${bytes.length}`,
    etag: '"one"',
    "content-length": to - from + 1,
  });
  response.write(bytes.subarray(from, from + 10));
};

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Reads past the first request, with these faults in the way. */
async function readWith(...inTheWay: typeof faults): Promise<Uint8Array> {
  faults = [];
  const source = await openHttpSource(`${address}/`, PATIENCE);
  faults = inTheWay;
  requests = 0;
  return source.read(70_000, 1000);
}

describe("a fault over HTTP that passes is recovered from:", () => {
  test.each([
    { fault: "429", make: status(429, { "retry-after": "0" }) },
    { fault: "503", make: status(503) },
    { fault: "a reset", make: reset },
    { fault: "a stall", make: stall },
    { fault: "a short body", make: serve({ body: 0.5 }) },
    { fault: "a body that breaks off", make: halfThenReset },
    { fault: "a body that stalls", make: halfThenStall },
  ])("$fault", async ({ make }) => {
    expect(Buffer.from(await readWith(make, make))).toEqual(bytes.subarray(70_000, 71_000));
    expect(requests).toBe(3);
  });
});

describe("a fault over HTTP that does not pass gives its named error:", () => {
  test.each([
    { fault: "429", make: status(429), code: "http-status", words: /answered 429 .*, 4 times/ },
    { fault: "503", make: status(503), code: "http-status", words: /answered 503 .*, 4 times/ },
    { fault: "a reset", make: reset, code: "http-unreachable", words: /cannot be read: .*, 4 times/ },
    { fault: "a stall", make: stall, code: "http-unreachable", words: /nothing came for 0.3 s, 4 times/ },
    {
      fault: "a short body",
      make: serve({ body: 0.5 }),
      code: "http-short",
      words: /500 of 1000 bytes from byte 70000/,
    },
    {
      fault: "a wrong Content-Range",
      make: serve({ shift: 5 }),
      code: "http-range",
      words: /Content-Range "bytes 70005-/,
    },
    {
      fault: "a changed ETag",
      make: serve({ etag: '"two"' }),
      code: "http-changed",
      words: /\("one"\) before.*\("two"\) now/,
    },
    {
      fault: "a changed length",
      make: serve({ total: 100_001 }),
      code: "http-changed",
      words: /100000 bytes .* 100001/,
    },
    { fault: "404 later on", make: status(404), code: "http-status", words: /answered 404/ },
  ])("$fault", async ({ make, code, words }) => {
    await expect(readWith(make, make, make, make)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(words),
    });
  });

  test.each([
    { path: "to-private", words: /169\.254\.169\.254: that is an address of a private network/ },
    { path: "to-file", words: /it is not http/ },
    { path: "in-circles", words: /more than 5 times/ },
  ])("a redirect $path", async ({ path, words }) => {
    await expect(openHttpSource(`${address}/${path}`, PATIENCE)).rejects.toMatchObject({
      code: "http-redirect",
      message: expect.stringMatching(words),
    });
  });
});

test("a redirect to a host of the same kind is followed", async () => {
  faults = [];
  const source = await openHttpSource(`${address}/moved`, PATIENCE);
  expect(source.byteLength).toBe(bytes.length);
});
