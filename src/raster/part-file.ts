import { type FileHandle, open, rm } from "node:fs/promises";

const COPY_BYTES = 1 << 20;

/** A file that is not finished yet: written from start to end, then read back, renamed by its owner or removed. */
export class PartFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #closed = false;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Creates the file, or empties what an earlier run left under its name. */
  static async create(path: string): Promise<PartFile> {
    return new PartFile(path, await open(path, "w+"));
  }

  /** Opens what an earlier run left, cut back to its first `bytes` bytes, to go on from there. Throws Error when it is shorter. */
  static async reopen(path: string, bytes: number): Promise<PartFile> {
    const handle = await open(path, "a+");
    try {
      const { size } = await handle.stat();
      if (size < bytes) throw new Error(`${path} holds ${size} bytes, but ${bytes} were written`);
      await handle.truncate(bytes);
      return new PartFile(path, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#handle.appendFile(bytes);
  }

  /** Appends all that was written here to another file. */
  async copyTo(target: PartFile): Promise<void> {
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    for (let position = 0; ; ) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      await target.append(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  /** Waits until all bytes are on the disk. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  /** Closes the file, all its bytes on the disk. */
  async seal(): Promise<void> {
    await this.sync();
    await this.close();
  }

  /** Closes and deletes the file; does nothing the second time, or when it has been renamed. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }

  /** Closes the file and leaves it where it is. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }
}
