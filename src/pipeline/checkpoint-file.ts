import { createHash } from "node:crypto";
import { readFile, rename } from "node:fs/promises";
import { PartFile } from "../raster/part-file.ts";
import { writeError } from "../raster/write-error.ts";

/** First bytes of the file; the number changes with the format. */
const MAGIC = Buffer.from("LANDSTITCH-CHECKPOINT-2\n");
const HASH_BYTES = 32;

const ARRAYS = { Uint8Array, Uint16Array, Float32Array } as const;
type ArrayName = keyof typeof ARRAYS;
type Bytes = InstanceType<(typeof ARRAYS)[ArrayName]>;

/** An array's place in the JSON; its bytes follow in the order of these. */
interface Placeholder {
  readonly "array of": ArrayName;
  readonly bytes: number;
}

/**
 * Writes a value of plain JSON and typed arrays whole or not at all (NAME.part, fsync, rename): magic, length of the JSON, JSON, the
 * arrays' bytes, SHA-256 of all before it. Throws UserError where it cannot be written.
 */
export async function writeCheckpointFile(path: string, value: unknown): Promise<void> {
  const arrays: Buffer[] = [];
  const json = Buffer.from(JSON.stringify(value, (_, item: unknown) => packed(item, arrays)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const hash = createHash("sha256");
  try {
    const part = await PartFile.create(`${path}.part`);
    try {
      for (const bytes of [MAGIC, length, json, ...arrays]) {
        hash.update(bytes);
        await part.append(bytes);
      }
      await part.append(hash.digest());
      await part.seal();
      await rename(part.path, path);
    } catch (error) {
      await part.remove();
      throw error;
    }
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Reads what writeCheckpointFile wrote. Throws RangeError for anything else, Node's own errors where it cannot be read. */
export async function readCheckpointFile(path: string): Promise<unknown> {
  const file = await readFile(path);
  const end = file.length - HASH_BYTES;
  const digest = createHash("sha256")
    .update(file.subarray(0, Math.max(0, end)))
    .digest();
  if (
    end < MAGIC.length + 4 ||
    !file.subarray(0, MAGIC.length).equals(MAGIC) ||
    !digest.equals(file.subarray(end))
  )
    throw new RangeError("it is no checkpoint of this version, or damaged");
  const start = MAGIC.length + 4;
  let at = start + file.readUInt32LE(MAGIC.length);
  return JSON.parse(file.toString("utf8", start, at), (_, item: unknown) => {
    if (!isPlaceholder(item)) return item;
    const bytes = new Uint8Array(file.subarray(at, at + item.bytes));
    at += item.bytes;
    return new ARRAYS[item["array of"]](bytes.buffer);
  });
}

function packed(item: unknown, arrays: Buffer[]): unknown {
  if (!ArrayBuffer.isView(item)) return item;
  const { buffer, byteOffset, byteLength } = item as Bytes;
  arrays.push(Buffer.from(buffer, byteOffset, byteLength));
  return { "array of": item.constructor.name as ArrayName, bytes: byteLength } satisfies Placeholder;
}

function isPlaceholder(item: unknown): item is Placeholder {
  return typeof item === "object" && item !== null && "array of" in item;
}
