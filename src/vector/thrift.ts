import { ByteWriter } from "./byte-writer.ts";

/** A value of Thrift; integers are whole and not negative. */
export type Thrift =
  | { readonly type: "i32" | "i64"; readonly value: number }
  | { readonly type: "binary"; readonly value: Uint8Array }
  | { readonly type: "list"; readonly items: readonly Thrift[] }
  | { readonly type: "struct"; readonly fields: Fields };

/** Fields of a struct by their ids, ascending; null is absent. */
type Fields = readonly (readonly [id: number, value: Thrift | null])[];

const CODES = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;
const LONG_LIST = 15;

export const i32 = (value: number): Thrift => ({ type: "i32", value });
export const i64 = (value: number): Thrift => ({ type: "i64", value });
export const binary = (value: Uint8Array): Thrift => ({ type: "binary", value });
export const text = (value: string): Thrift => binary(Buffer.from(value));
export const list = (items: readonly Thrift[]): Thrift => ({ type: "list", items });
export const struct = (...fields: Fields): Thrift => ({ type: "struct", fields });

/** Encodes a value in Thrift's compact protocol (doc/specs/thrift-compact-protocol.md of apache/thrift). */
export function encodeThrift(value: Thrift): Uint8Array {
  const out = new ByteWriter(256);
  write(out, value);
  return out.view();
}

function write(out: ByteWriter, value: Thrift): void {
  switch (value.type) {
    case "i32":
    case "i64":
      out.varint(2 * value.value); // zigzag
      break;
    case "binary":
      out.varint(value.value.length);
      out.append(value.value);
      break;
    case "list":
      writeList(out, value.items);
      break;
    case "struct":
      writeStruct(out, value.fields);
      break;
    default:
      value satisfies never;
  }
}

/** All items are of one type; that of an empty list does not matter. */
function writeList(out: ByteWriter, items: readonly Thrift[]): void {
  const code = CODES[items[0]?.type ?? "struct"];
  out.byte((Math.min(LONG_LIST, items.length) << 4) | code);
  if (items.length >= LONG_LIST) out.varint(items.length);
  for (const item of items) write(out, item);
}

function writeStruct(out: ByteWriter, fields: Fields): void {
  let last = 0;
  for (const [id, value] of fields) {
    if (value === null) continue;
    out.byte(((id - last) << 4) | CODES[value.type]);
    write(out, value);
    last = id;
  }
  out.byte(0);
}
