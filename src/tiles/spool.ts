import { readSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";

/** A stretch of a file (bytes). */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Bytes that wait for one write, and about what comes out of one read. */
const CHUNK_BYTES = 4 << 20;

/** A temporary file that is appended to, then read in another order, then removed. */
export class Spool {
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #end = 0;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<Spool> {
    return new Spool(path, await open(path, "w+"));
  }

  /** Appends bytes and returns where they lie. Wait for it before the next call. */
  async append(bytes: Uint8Array): Promise<Extent> {
    const extent = { offset: this.#end, length: bytes.length };
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#end += bytes.length;
    if (this.#waitingBytes >= CHUNK_BYTES) await this.flush();
    return extent;
  }

  /** Writes what waits: before reading. */
  async flush(): Promise<void> {
    const chunk = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#file.appendFile(chunk);
  }

  /** The bytes of extents, one after another, many at a time. Read synchronously: a promise for each tile costs 50 times more. */
  *read(extents: readonly Extent[]): Generator<Uint8Array> {
    for (const batch of batchesOf(extents)) {
      const chunk = Buffer.allocUnsafe(batch.reduce((sum, { length }) => sum + length, 0));
      let end = 0;
      for (const { offset, length } of batch) end += readSync(this.#file.fd, chunk, end, length, offset);
      yield chunk;
    }
  }

  /** Fills `bytes` from an extent. */
  readInto(bytes: Uint8Array, { offset, length }: Extent): void {
    readSync(this.#file.fd, bytes, 0, length, offset);
  }

  /** Closes and deletes the file; does nothing the second time. */
  async remove(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

function* batchesOf(extents: readonly Extent[]): Generator<Extent[]> {
  let batch: Extent[] = [];
  let bytes = 0;
  for (const extent of extents) {
    batch.push(extent);
    bytes += extent.length;
    if (bytes < CHUNK_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  yield batch;
}
