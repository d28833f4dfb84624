import { expect, test } from "vitest";
import { crc32 } from "../../src/tiles/crc32.ts";

test("CRC-32 gives the check value of its standard", () => {
  expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
});
