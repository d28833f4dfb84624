import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bytesField,
  fieldsOf,
  numberField,
  numberOf,
  textOf,
  valuesOf,
} from "../../src/inference/protobuf.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("fields are written as the protobuf guide has them", () => {
  expect(hex(numberField(1, 150))).toBe("089601");
  expect(hex(numberField(1, -2))).toBe("08feffffffffffffffff01");
  expect(hex(bytesField(2, "testing"))).toBe("120774657374696e67");
  expect(hex(bytesField(3, [numberField(1, 150)]))).toBe("1a03089601");
});

test("property: what is written is read, in its order", () => {
  const field = fc.tuple(fc.integer({ min: 1, max: 2 ** 29 - 1 }), fc.oneof(fc.maxSafeNat(), fc.string()));
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const message = Buffer.concat(
        fields.map(([number, value]) =>
          typeof value === "number" ? numberField(number, value) : bytesField(number, value),
        ),
      );
      const read = Array.from(fieldsOf(message), ({ number, start, end, value }) => [
        number,
        value ?? message.subarray(start, end).toString(),
      ]);
      expect(read).toEqual(fields);
    }),
  );
});

test("messages that follow each other are one: of texts and numbers the first is read, of lists all", () => {
  const message = Buffer.concat([bytesField(4, "a"), numberField(5, 0), bytesField(4, "b")]);
  expect([textOf(message, 4), numberOf(message, 5), textOf(message, 6), numberOf(message, 6)]).toEqual([
    "a",
    0,
    "",
    null,
  ]);
  expect(valuesOf(message, 4).map(String)).toEqual(["a", "b"]);
});

test("a message that is cut off ends with its last whole field", () => {
  const message = Buffer.concat([numberField(1, 7), bytesField(2, "testing")]);
  for (let length = 2; length < message.length; length++)
    expect(Array.from(fieldsOf(message.subarray(0, length)), ({ value }) => value)).toEqual([7]);
});
