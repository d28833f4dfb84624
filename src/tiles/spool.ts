import { type FileHandle, open, rm } from "node:fs/promises";

/** A stretch of a file (bytes). */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Bytes that wait for one write, and about what is copied in one read. */
const CHUNK_BYTES = 4 << 20;

/** A temporary file: appended to, then read once more in another order, then removed. */
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

  /** Takes bytes and says where they lie; they are written with the next `flush`. */
  append(bytes: Uint8Array): Extent {
    const extent = { offset: this.#end, length: bytes.length };
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#end += bytes.length;
    return extent;
  }

  async flushIfLarge(): Promise<void> {
    if (this.#waitingBytes >= CHUNK_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const chunk = Buffer.concat(this.#waiting);
    const position = this.#end - this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    await writeAll(this.#file, chunk, position);
  }

  /** Copies extents to a file at a position, one after another; neighbours are read together. */
  async copyTo(file: FileHandle, position: number, extents: readonly Extent[]): Promise<void> {
    let at = position;
    for (const { offset, length } of joinNeighbours(extents)) {
      const chunk = Buffer.allocUnsafe(length);
      await this.#file.read(chunk, 0, length, offset);
      await writeAll(file, chunk, at);
      at += length;
    }
  }

  async remove(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }
}

/** Writes all bytes at a position; a full disk, which lets the first write end short, is an error of the second. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function* joinNeighbours(extents: readonly Extent[]): Generator<Extent> {
  let run: Extent | null = null;
  for (const extent of extents) {
    if (run !== null && extent.offset === run.offset + run.length && run.length < CHUNK_BYTES) {
      run = { offset: run.offset, length: run.length + extent.length };
    } else {
      if (run !== null) yield run;
      run = extent;
    }
  }
  if (run !== null) yield run;
}
