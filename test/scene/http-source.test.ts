import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { fullWindow } from "../../src/geo/window.ts";
import { openGeotiff } from "../../src/scene/open-geotiff.ts";
import { TIFF_FIXTURES } from "./fixtures.ts";

const FILE = "bigtiff-big-endian-many-tiles.tif";
const bytes = readFileSync(TIFF_FIXTURES + FILE);
/** A file whose blocks lie past the first request. */
const long = Buffer.concat([readFileSync(`${TIFF_FIXTURES}none-strips.tif`), Buffer.alloc(100_000)]);

const server = createServer((request, response) => answer(request, response));
let address = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test("a GeoTIFF behind a URL reads as the local file does", async () => {
  const [remote, local] = [
    await openGeotiff(`${address}/ok/${FILE}`),
    await openGeotiff(TIFF_FIXTURES + FILE),
  ];
  const window = fullWindow(local.grid);
  expect((await remote.read(window)).data).toEqual((await local.read(window)).data);
  expect(remote.grid).toEqual(local.grid);
  expect(remote.storage).toEqual(local.storage);
  await Promise.all([remote.close(), local.close()]);
});

describe("what a server answers is named with the URL", () => {
  test.each([
    ["404", "http-status", "answered 404 Not Found", "Check the address."],
    ["403", "http-status", "answered 403 Forbidden", "login"],
    ["500", "http-status", "answered 500", "Try again later"],
    ["whole", "http-no-ranges", "the whole file (status 200)", "local path"],
    ["other-range", "http-range", 'Content-Range "bytes 7-', "local path"],
    ["no-range-header", "http-range", 'Content-Range ""', "local path"],
    ["too-much", "http-range", "more than the 65536 bytes", "local path"],
    ["html", "not-a-tiff", "looks like an HTML page", "GeoTIFF"],
    ["reset", "http-unreachable", "cannot be read", "network"],
  ])("%s", async (path, code, words, hint) => {
    const error = await openGeotiff(`${address}/${path}`).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) as string });
    expect((error as UserError).message).toContain(`${address}/${path}`);
    expect((error as UserError).message).toContain(words);
  });

  test("a host that does not answer", async () => {
    await expect(openGeotiff("http://127.0.0.1:1/scene.tif")).rejects.toMatchObject({
      code: "http-unreachable",
    });
  });
});

test("a file that is replaced while it is read is noticed", async () => {
  const { openHttpSource } = await import("../../src/scene/http-source.ts");
  const source = await openHttpSource(`${address}/growing`);
  await expect(source.read(80_000, 100)).rejects.toMatchObject({ code: "http-changed" });
});

let growth = 0;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const [, kind] = (request.url ?? "").split("/");
  const status = Number(kind);
  if (status >= 400) return void response.writeHead(status).end();
  if (kind === "whole") return void response.writeHead(200).end(bytes);
  if (kind === "reset") return void request.socket.destroy();
  const file =
    kind === "html"
      ? Buffer.from("<!doctype html><html></html>")
      : kind === "growing" || kind === "too-much"
        ? long
        : bytes;
  const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "")!.map(Number) as [
    number,
    number,
    number,
  ];
  const end = Math.min(to, file.length - 1);
  const start = kind === "other-range" ? 7 : from;
  const total = file.length + (kind === "growing" ? growth++ : 0);
  const range = { "content-range": `bytes ${start}-${end}/${total}` };
  response.writeHead(206, kind === "no-range-header" ? {} : range);
  response.end(file.subarray(from, kind === "too-much" ? undefined : end + 1));
}
