import fc from "fast-check";
import { PbfReader } from "pbf";
import { readVarint } from "pmtiles";
import { expect, test } from "vitest";
import { ByteWriter } from "../../src/vector/byte-writer.ts";

test("property: varints of every safe integer are read back by the pmtiles package", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(300))), (values) => {
      const writer = new ByteWriter(1);
      for (const value of values) writer.varint(value);
      const position = { buf: writer.view(), pos: 0 };
      expect(values.map(() => readVarint(position))).toEqual(values);
      expect(position.pos).toBe(writer.length);
    }),
  );
});

test("property: zigzag integers are read back by the pbf package", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (values) => {
      const writer = new ByteWriter(1);
      for (const value of values) writer.zigzag(value);
      const reader = new PbfReader(writer.view());
      expect(values.map(() => reader.readSVarint())).toEqual(values);
    }),
  );
});
