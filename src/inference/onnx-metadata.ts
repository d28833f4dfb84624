import { type FileHandle, open } from "node:fs/promises";

/** Field 14 of an ONNX ModelProto is metadata_props, a repeated message of key (1) and value (2). */
const METADATA_PROPS = 14;
const [KEY, VALUE] = [1, 2];
/** Longer entries are no settings. */
const MAX_ENTRY_BYTES = 1 << 20;
/** A tag and a length: two varints of at most ten bytes. */
const HEADER_BYTES = 20;

/**
 * Custom metadata of an ONNX file, which ONNX Runtime does not tell: the headers of the message's fields are read (protobuf
 * wire format) and the graph is skipped. Empty where the file is no protobuf message.
 */
export async function readOnnxMetadata(path: string): Promise<ReadonlyMap<string, string>> {
  const file = await open(path);
  try {
    return await readProps(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

async function readProps(file: FileHandle, size: number): Promise<ReadonlyMap<string, string>> {
  const props = new Map<string, string>();
  let position = 0;
  while (position < size) {
    const field = fieldAt(await bytesAt(file, position, Math.min(HEADER_BYTES, size - position)), 0);
    if (field === null || position + field.end > size) return new Map();
    if (field.number === METADATA_PROPS && field.end - field.start <= MAX_ENTRY_BYTES) {
      const entry = await bytesAt(file, position + field.start, field.end - field.start);
      props.set(textField(entry, KEY), textField(entry, VALUE));
    }
    position += field.end;
  }
  return props;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Text of a field of a message; empty, as protobuf has it, where the field is not there. */
function textField(message: Uint8Array, number: number): string {
  for (let at = 0; at < message.length; ) {
    const field = fieldAt(message, at);
    if (field === null) break;
    if (field.number === number) return new TextDecoder().decode(message.subarray(field.start, field.end));
    at = field.end;
  }
  return "";
}

/** A field of a message: its number, and where its value begins and ends. */
interface Field {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** The field whose tag stands at `at`; null where none can. Wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
function fieldAt(bytes: Uint8Array, at: number): Field | null {
  const tag = varintAt(bytes, at);
  if (tag === null || tag.value < 8) return null;
  const number = Math.floor(tag.value / 8);
  const start = tag.end;
  switch (tag.value % 8) {
    case 0: {
      const value = varintAt(bytes, start);
      return value === null ? null : { number, start, end: value.end };
    }
    case 1:
      return { number, start, end: start + 8 };
    case 2: {
      const length = varintAt(bytes, start);
      return length === null ? null : { number, start: length.end, end: length.end + length.value };
    }
    case 5:
      return { number, start, end: start + 4 };
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
