/** A field of a message: its number, and where its value begins and ends; the value itself where it is a number in a varint. */
export interface Field {
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly value: number | null;
}

/** The field whose tag stands at `at`; null where none can. Wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
export function fieldAt(bytes: Uint8Array, at: number): Field | null {
  const tag = varintAt(bytes, at);
  if (tag === null || tag.value < 8) return null;
  const number = Math.floor(tag.value / 8);
  const start = tag.end;
  switch (tag.value % 8) {
    case 0: {
      const read = varintAt(bytes, start);
      return read === null ? null : { number, start, end: read.end, value: read.value };
    }
    case 1:
      return { number, start, end: start + 8, value: null };
    case 2: {
      const length = varintAt(bytes, start);
      return length === null
        ? null
        : { number, start: length.end, end: length.end + length.value, value: null };
    }
    case 5:
      return { number, start, end: start + 4, value: null };
    default:
      return null;
  }
}

/** An unsigned number in groups of seven bits, the lowest first. */
function varintAt(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    const byte = bytes[at + i]!;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return null;
}

/** The fields of a whole message, in their order, up to the first that is none. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  for (let at = 0; at < message.length; ) {
    const field = fieldAt(message, at);
    if (field === null || field.end > message.length) return;
    yield field;
    at = field.end;
  }
}

/** The messages, or bytes, that a field holds: one each time that it is there. */
export function valuesOf(message: Uint8Array, number: number): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const field of fieldsOf(message))
    if (field.number === number) found.push(message.subarray(field.start, field.end));
  return found;
}

/** Text of a field of a message; empty, as protobuf has it, where the field is not there. */
export function textOf(message: Uint8Array, number: number): string {
  const [text = new Uint8Array(0)] = valuesOf(message, number);
  return new TextDecoder().decode(text);
}

/** Number in a varint field of a message; null where the field is not there. */
export function numberOf(message: Uint8Array, number: number): number | null {
  for (const field of fieldsOf(message)) if (field.number === number) return field.value;
  return null;
}

/** A field that holds a text, bytes, or a message, which is the bytes of its fields one after the other. */
export function bytesField(number: number, value: string | Uint8Array | readonly Uint8Array[]): Uint8Array {
  const bytes =
    value instanceof Uint8Array
      ? value
      : typeof value === "string"
        ? Buffer.from(value)
        : Buffer.concat(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A field that holds a whole number. */
export function numberField(number: number, value: number): Uint8Array {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

/** Negative numbers as 64 bits with a sign, as int32 and int64 have them. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    if (rest < 128n) return Uint8Array.of(...bytes, low);
    bytes.push(low + 128);
  }
}
