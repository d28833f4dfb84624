import { readdirSync, truncateSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MapServer, serveFolder } from "../../src/serve/server.ts";
import { halfOpen, rawGet, rawRequest } from "./support/raw-http.ts";
import { RASTER, SECRET, servedFolder, TILE, writeArchive } from "./support/served-folder.ts";

const { folder, outside } = await servedFolder();
const errors: string[] = [];
let server: MapServer;
let port: number;
beforeAll(async () => {
  server = await serveFolder(folder, { host: "127.0.0.1", port: 0, onError: (text) => errors.push(text) });
  port = Number(new URL(server.url).port);
});
afterAll(() => server.close());

/** fetch without its own decoding of gzip: tests see what was sent. */
function get(
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, server.url), { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("text", () => {
  const text = "function draw() { return 'land cover'; }\n".repeat(100);
  beforeAll(() => {
    writeFileSync(join(folder, "page.js"), text);
    writeFileSync(join(folder, "small.js"), "1;");
  });

  test("is sent with gzip to a client that takes it, under a tag of its own, and not again to one that has it", async () => {
    const plain = await get("/page.js");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(String(plain.body)).toBe(text);
    const zipped = await get("/page.js", { "accept-encoding": "br, gzip;q=0.8" });
    expect(zipped.headers).toMatchObject({
      "content-encoding": "gzip",
      "content-type": "text/javascript; charset=utf-8",
      vary: "Accept-Encoding",
      "content-length": String(zipped.body.length),
    });
    expect(zipped.body.length).toBeLessThan(text.length / 10);
    expect(String(gunzipSync(zipped.body))).toBe(text);
    const etag = String(zipped.headers["etag"]);
    expect(etag).not.toBe(plain.headers["etag"]);
    const again = await get("/page.js", { "accept-encoding": "gzip", "if-none-match": etag });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const head = await get("/page.js", { "accept-encoding": "gzip" }, "HEAD");
    expect([head.headers["content-length"], head.body.length]).toEqual([String(zipped.body.length), 0]);
  });

  test("is sent anew after a change", async () => {
    await get("/page.js", { "accept-encoding": "gzip" });
    const longer = `${text}draw();\n`;
    writeFileSync(join(folder, "page.js"), longer);
    const { body } = await get("/page.js", { "accept-encoding": "gzip" });
    expect(String(gunzipSync(body))).toBe(longer);
    writeFileSync(join(folder, "page.js"), text);
  });

  test.each([
    { what: "a client that refuses gzip", path: "/page.js", headers: { "accept-encoding": "gzip;q=0, br" } },
    { what: "a range", path: "/page.js", headers: { "accept-encoding": "gzip", range: "bytes=0-9" } },
    { what: "a file too small to gain", path: "/small.js", headers: { "accept-encoding": "gzip" } },
    { what: "a raster", path: "/landcover.tif", headers: { "accept-encoding": "gzip" } },
  ])("is not compressed for $what", async ({ path, headers }) => {
    expect((await get(path, headers as Record<string, string>)).headers["content-encoding"]).toBeUndefined();
  });
});

describe("files", () => {
  test("are sent whole, with type, length, tag and leave for every origin", async () => {
    const { status, headers, body } = await get("/landcover.tif");
    expect(status).toBe(200);
    expect(body.equals(RASTER)).toBe(true);
    expect(headers).toMatchObject({
      "content-type": expect.stringContaining("image/tiff"),
      "content-length": "5000",
      "accept-ranges": "bytes",
      etag: expect.stringMatching(/^"[\w-]+"$/),
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
    });
  });

  test("are sent by range", async () => {
    const { status, headers, body } = await get("/landcover.tif", { range: "bytes=100-199" });
    expect(status).toBe(206);
    expect(headers["content-range"]).toBe("bytes 100-199/5000");
    expect(body.equals(RASTER.subarray(100, 200))).toBe(true);
  });

  test.each(["bytes=5000-", "bytes=9-2", "bytes=-0", "bytes=x", `bytes=${"1".repeat(3000)}-`])(
    "are refused with 416 for the range %.20s",
    async (range) => {
      const { status, headers, body } = await get("/landcover.tif", { range });
      expect([status, headers["content-range"], body.length]).toEqual([416, "bytes */5000", 0]);
    },
  );

  test("are not sent again to a client that has them, and are after a change", async () => {
    writeFileSync(join(folder, "changing.txt"), "one");
    const first = await get("/changing.txt");
    const etag = String(first.headers["etag"]);
    const again = await get("/changing.txt", { "if-none-match": `W/"x", ${etag}` });
    expect([again.status, again.body.length, again.headers["etag"]]).toEqual([304, 0, etag]);
    writeFileSync(join(folder, "changing.txt"), "two");
    const changed = await get("/changing.txt", { "if-none-match": etag });
    expect([changed.status, String(changed.body)]).toEqual([200, "two"]);
  });

  test("If-Range with an old tag gets the whole", async () => {
    const old = await get("/landcover.tif", { range: "bytes=0-9", "if-range": '"old"' });
    expect([old.status, old.body.length]).toEqual([200, 5000]);
    const etag = String(old.headers["etag"]);
    expect((await get("/landcover.tif", { range: "bytes=0-9", "if-range": etag })).status).toBe(206);
  });

  test("HEAD gives the headers of GET and no body, for whole files, ranges and tiles", async () => {
    for (const headers of [{}, { range: "bytes=100-199" }]) {
      const [head, got] = [
        await get("/landcover.tif", headers, "HEAD"),
        await get("/landcover.tif", headers),
      ];
      expect(head.body.length).toBe(0);
      expect({ ...head.headers, date: 0 }).toEqual({ ...got.headers, date: 0 });
    }
    const tile = await get("/tiles/landcover/3/4/2.mvt", { "accept-encoding": "gzip" }, "HEAD");
    expect([tile.status, tile.body.length]).toEqual([200, 0]);
  });

  test("an empty file is sent, and a name in any script is found", async () => {
    expect((await get("/empty.txt")).status).toBe(200);
    expect(String((await get(`/sub/${encodeURIComponent("東 京.txt")}`)).body)).toBe("inside");
  });

  test("a link within the folder is followed", async () => {
    expect((await get("/same.tif")).body.length).toBe(5000);
  });

  test("a folder without a page shows ours", async () => {
    expect(String((await get("/")).body)).toContain('<meta name="generator" content="landstitch"');
    expect((await get("/viewer.js")).status).toBe(200);
  });

  test("preflights are answered, other methods are refused", async () => {
    const preflight = await get("/landcover.tif", {}, "OPTIONS");
    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-headers"]).toContain("Range");
    const refused = await get("/landcover.tif", {}, "DELETE");
    expect([refused.status, refused.headers["allow"]]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });
});

describe("no path leads out of the folder:", () => {
  test.each([
    "/../secret",
    "/sub/../../secret",
    "/%2e%2e/secret",
    "/%2e%2e%2fsecret",
    "/..%2fsecret",
    "/%252e%252e%252fsecret",
    "/..%c0%afsecret",
    "/%c0%ae%c0%ae/secret",
    "/..\\secret",
    "/..%5csecret",
    "/.hidden",
    "/sub/../.hidden",
    "/link.txt",
    "/up/secret",
    "/up/map-2/secret",
    "/../map-2/secret",
    "//secret",
    "/%2fsecret",
    "/C:%5csecret",
    "/landcover.tif/../../secret",
    "/landcover.tif%00/../../secret",
    "/secret%00.txt",
    "/tiles/../../secret",
    "/tiles/%2e%2e%2fsecret.json",
    "/tiles/..%2f..%2fsecret/3/4/2.mvt",
    "http://x/../secret",
    "file:///etc/passwd",
  ])("%s", async (path) => {
    const { status, head, body } = await rawGet(port, path);
    expect([400, 404]).toContain(status);
    expect(`${head}${body}`).not.toContain(SECRET);
  });

  test("nor does an absolute path of the secret", async () => {
    expect((await rawGet(port, join(outside, "secret"))).status).toBe(404);
    expect((await rawGet(port, `/${join(outside, "secret")}`)).status).toBe(404);
  });

  test("folders and FIFOs are no files", async () => {
    for (const path of ["/sub", "/fifo", "/sub/"]) expect((await rawGet(port, path)).status).toBe(404);
  });
});

describe("whatever is sent, the server goes on:", () => {
  test.each([
    ["a long URL", `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, [404, 414, 431]],
    ["long headers", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(100_000)}\r\n\r\n`, [431]],
    ["many headers", `GET / HTTP/1.1\r\nHost: x\r\n${"X: a\r\n".repeat(20_000)}\r\n`, [400, 431]],
    ["no HTTP", "\u0016\u0003\u0001\u0002\r\n\r\n", [400]],
    ["a NUL in a header", "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=\u0000\r\n\r\n", [400]],
    ["a NUL in the URL", "GET /a\u0000b HTTP/1.1\r\nHost: x\r\n\r\n", [400]],
    ["no host", "GET / HTTP/1.1\r\n\r\n", [400]],
    ["a bad length", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", [400]],
    [
      "a smuggled request",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      [400],
    ],
    ["an unknown version", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", [400, 505]],
  ])("%s", async (_, bytes, statuses) => {
    expect(statuses).toContain((await rawRequest(port, bytes)).status);
    expect((await get("/landcover.tif")).status).toBe(200);
  });

  test("a host that would break out of the TileJSON is left out of it", async () => {
    const { body } = await rawRequest(
      port,
      'GET /tiles/landcover.json HTTP/1.1\r\nHost: x"/<script>\r\nConnection: close\r\n\r\n',
    );
    expect(String(body)).not.toContain("<script>");
  });

  test("property: random bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await rawRequest(port, Buffer.concat([bytes, Buffer.from("\r\n\r\n")]));
      }),
      { numRuns: 50 },
    );
    expect((await get("/landcover.tif")).status).toBe(200);
  });

  test("property: random paths and headers get an answer below 500", async () => {
    const path = fc.string({
      unit: fc.constantFrom(..."/.%2eftilescmvjson0349ab\\?#".split("")),
      maxLength: 30,
    });
    const header = fc.string({
      unit: fc.constantFrom(...'bytes=0123,-*" W/;q.gzip'.split("")),
      maxLength: 20,
    });
    const names = fc.constantFrom("Range", "If-None-Match", "If-Range", "Accept-Encoding", "Host");
    await fc.assert(
      fc.asyncProperty(path, names, header, async (asked, name, value) => {
        const { status } = await rawGet(port, `/${asked.replaceAll(" ", "")}`, `${name}: ${value}`);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  });

  test("200 half-open connections", async () => {
    const silent = await halfOpen(port, 200, "GET /landcover.tif HTTP/1.1\r\nHost:");
    const started = performance.now();
    expect((await get("/landcover.tif")).body.length).toBe(5000);
    expect(performance.now() - started).toBeLessThan(1000);
    silent.close();
  });

  test.skipIf(process.platform !== "linux")("clients that leave mid-body leak no file", async () => {
    writeFileSync(join(folder, "large.tif"), "");
    truncateSync(join(folder, "large.tif"), 200_000_000);
    const openFiles = (): number => readdirSync("/proc/self/fd").length;
    const before = openFiles();
    for (let i = 0; i < 30; i++) {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.on("error", () => undefined);
      socket.write("GET /large.tif HTTP/1.1\r\nHost: x\r\n\r\n");
      await new Promise((resolve) => socket.once("data", resolve));
      socket.destroy();
    }
    await expect.poll(openFiles, { timeout: 5000 }).toBeLessThanOrEqual(before);
    expect(errors.filter((text) => text.includes("large"))).toEqual([]);
  });
});

describe("tiles", () => {
  test("are passed through as they are stored, gzip and all", async () => {
    const { status, headers, body } = await get("/tiles/landcover/3/4/2.mvt", {
      "accept-encoding": "br, gzip",
    });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "application/vnd.mapbox-vector-tile",
      "content-encoding": "gzip",
      vary: "Accept-Encoding",
      "access-control-allow-origin": "*",
    });
    expect(gunzipSync(body).equals(TILE)).toBe(true);
  });

  test.each([{}, { "accept-encoding": "identity" }, { "accept-encoding": "gzip;q=0, br" }])(
    "are unpacked for a client that takes no gzip: %j",
    async (headers) => {
      const reply = await get("/tiles/landcover/3/4/2.mvt", headers as Record<string, string>);
      expect(reply.headers["content-encoding"]).toBeUndefined();
      expect(reply.body.equals(TILE)).toBe(true);
    },
  );

  test("are not sent again; the tag tells packed from unpacked", async () => {
    const packed = await get("/tiles/landcover/3/4/2.mvt", { "accept-encoding": "gzip" });
    const plain = await get("/tiles/landcover/3/4/2.mvt");
    expect(packed.headers["etag"]).not.toBe(plain.headers["etag"]);
    const again = await get("/tiles/landcover/3/4/2.mvt", { "if-none-match": String(plain.headers["etag"]) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test.each([
    { path: "/tiles/landcover/3/0/0.mvt", status: 204, because: "there is no data" },
    { path: "/tiles/landcover/4/15/15.mvt", status: 204, because: "there is no data" },
    { path: "/tiles/landcover/4/16/0.mvt", status: 404, because: "it is outside the world" },
    { path: "/tiles/landcover/5/0/0.mvt", status: 404, because: "it is below the deepest zoom" },
    { path: "/tiles/landcover/99/999999999/999999999.mvt", status: 404, because: "it is nowhere" },
    { path: "/tiles/landcover/3/4/2.png", status: 404, because: "the archive holds vectors" },
    { path: "/tiles/landcover/3/-4/2.mvt", status: 404, because: "no column is negative" },
    { path: "/tiles/landcover/3/4.5/2.mvt", status: 404, because: "columns are whole" },
    { path: "/tiles/missing/3/4/2.mvt", status: 404, because: "there is no such archive" },
    { path: "/tiles/landcover.tif.json", status: 404, because: "it is no archive" },
    { path: "/tiles/", status: 404, because: "nothing is named" },
  ])("$path is $status: $because", async ({ path, status }) => expect((await get(path)).status).toBe(status));

  test("TileJSON says where they are and what they show", async () => {
    const { body, headers } = await get("/tiles/landcover.json");
    expect(headers["content-type"]).toBe("application/json");
    expect(JSON.parse(String(body))).toEqual({
      tilejson: "3.0.0",
      tiles: [`${server.url}tiles/landcover/{z}/{x}/{y}.mvt`],
      name: "Town",
      attribution: "us",
      minzoom: 3,
      maxzoom: 4,
      bounds: [0, 10, 40, 60],
      center: [20, 35, 3],
      vector_layers: [{ id: "landcover" }],
    });
  });

  test("TileJSON tells the size of raster tiles, for viewers that would take another for granted", async () => {
    await writeArchive(join(folder, "large.pmtiles"), TILE, { tile_size: 512 });
    const { body } = await get("/tiles/large.json");
    expect(JSON.parse(String(body))).toMatchObject({ tileSize: 512 });
  });

  test("of an archive that is written anew are new", async () => {
    await writeArchive(join(folder, "renewed.pmtiles"), Buffer.from("one"));
    expect(String((await get("/tiles/renewed/3/4/2.mvt")).body)).toBe("one");
    await writeArchive(join(folder, "renewed.pmtiles"), Buffer.from("two"));
    await delay(1100);
    expect(String((await get("/tiles/renewed/3/4/2.mvt")).body)).toBe("two");
  });

  test("of a broken archive are an error that is told, and the server goes on", async () => {
    errors.length = 0;
    const { status, body } = await get("/tiles/broken/3/4/2.mvt");
    expect(status).toBe(500);
    expect(String(body)).not.toContain("at ");
    expect(errors).toEqual([expect.stringContaining("/tiles/broken/3/4/2.mvt")]);
    expect((await get("/tiles/landcover/3/4/2.mvt")).status).toBe(200);
  });
});
