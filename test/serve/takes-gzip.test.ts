import { expect, test } from "vitest";
import { takesGzip } from "../../src/serve/takes-gzip.ts";

test.each([
  [undefined, false],
  ["", false],
  ["gzip", true],
  ["GZIP", true],
  ["gzip, deflate, br, zstd", true],
  ["br;q=1.0, gzip;q=0.8, *;q=0.1", true],
  ["x-gzip", true],
  ["deflate, br", false],
  ["gzip;q=0", false],
  ["gzip; q=0.000", false],
  ["gzip ; q = 0.001", true],
  ["*", true],
  ["*;q=0", false],
  ["gzip;q=0, *", false],
  ["identity, *;q=0.5", true],
  ["gzipped, notgzip", false],
  ["gzip;q=abc", false],
])("Accept-Encoding %j: gzip %s", (header, takes) => {
  expect(takesGzip(header)).toBe(takes);
});
