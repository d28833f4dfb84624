import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A folder behind http, as a static host with byte ranges serves it, and what was sent. */
export interface RangeServer {
  readonly url: (name: string) => string;
  /** Bytes of each answer, in order. */
  readonly answers: number[];
}

/** Serves the files of a folder on 127.0.0.1 to the tests of one file. A request without a range is answered with status 400. */
export function serveRanges(folder: string): RangeServer {
  const answers: number[] = [];
  let origin = "";
  const server = createServer((request, response) => {
    const file = readFileSync(join(folder, decodeURIComponent(request.url!.split("?")[0]!)));
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (range === null) return void response.writeHead(400).end();
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]), file.length - 1)];
    answers.push(end - start + 1);
    response.writeHead(206, { "content-range": `bytes ${start}-${end}/${file.length}` });
    response.end(file.subarray(start, end + 1));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  return { url: (name) => `${origin}/${encodeURIComponent(name)}`, answers };
}
