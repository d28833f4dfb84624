import { type FileHandle, open } from "node:fs/promises";
import { fieldAt, textOf } from "./protobuf.ts";

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
      props.set(textOf(entry, KEY), textOf(entry, VALUE));
    }
    position += field.end;
  }
  return props;
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
