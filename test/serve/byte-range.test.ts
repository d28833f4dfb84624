import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRange } from "../../src/serve/byte-range.ts";

test.each([
  { header: undefined, range: "all", because: "nothing is asked" },
  { header: "bytes=0-0", range: { start: 0, end: 0 }, because: "both ends are included" },
  { header: "bytes=10-19", range: { start: 10, end: 19 }, because: "both ends are included" },
  { header: "Bytes=10-19", range: { start: 10, end: 19 }, because: "units are case-insensitive" },
  { header: "bytes=90-", range: { start: 90, end: 99 }, because: "an open range reaches the end" },
  { header: "bytes=90-1000", range: { start: 90, end: 99 }, because: "a range is cut at the end" },
  { header: "bytes=-10", range: { start: 90, end: 99 }, because: "a suffix counts from the end" },
  {
    header: "bytes=-1000",
    range: { start: 0, end: 99 },
    because: "a suffix longer than the file is the file",
  },
  { header: "bytes=0-1,5-6", range: "all", because: "several ranges may be answered with the whole" },
  { header: "lines=0-1", range: "all", because: "another unit is not ours" },
  { header: "bytes=100-", range: null, because: "it starts behind the end" },
  { header: "bytes=-0", range: null, because: "the last 0 bytes are none" },
  { header: "bytes=5-4", range: null, because: "it ends before it starts" },
  { header: "bytes=", range: null, because: "it is empty" },
  { header: "bytes=a-b", range: null, because: "it is no number" },
  { header: "bytes=--5", range: null, because: "it is no number" },
  { header: "bytes=1e3-", range: null, because: "it is no whole number" },
  { header: `bytes=${"9".repeat(400)}-`, range: null, because: "it is beyond every file" },
] as const)("Range: $header of 100 bytes is $range: $because", ({ header, range }) => {
  expect(parseRange(header, 100)).toEqual(range);
});

test("an empty file has no range", () => {
  expect(parseRange("bytes=0-", 0)).toBeNull();
  expect(parseRange("bytes=-1", 0)).toBeNull();
  expect(parseRange(undefined, 0)).toBe("all");
});

test("property: a range lies within the file", () => {
  const number = fc.oneof(fc.constant(""), fc.nat(300).map(String), fc.bigInt({ min: 0n }).map(String));
  fc.assert(
    fc.property(number, number, fc.nat(200), (first, last, size) => {
      const range = parseRange(`bytes=${first}-${last}`, size);
      if (range === null || range === "all") return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThanOrEqual(range.start);
      expect(range.end).toBeLessThan(size);
    }),
  );
});
