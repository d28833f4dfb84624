import { openFileSource } from "./file-source.ts";
import { openHttpSource } from "./http-source.ts";

/** Bytes that can be read from any place: a local file, or a URL by ranges. */
export interface ByteSource {
  /** The path as the user gave it; a URL without its login and query. */
  readonly path: string;
  readonly byteLength: number;
  /** What changes when the bytes do: time of change, or the server's ETag. */
  readonly version: string;
  /** Exactly `length` bytes from `offset`; the caller owns them. Throws UserError when the source ends before. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** True for http and https URLs. */
export function isUrl(pathOrUrl: string): boolean {
  return /^https?:\/\//i.test(pathOrUrl);
}

/** What changes when the file does: its length and time of change, or what a server says of it. Throws UserError as opening does. */
export async function sourceVersion(pathOrUrl: string): Promise<string> {
  const source = await openByteSource(pathOrUrl);
  await source.close();
  return `${source.byteLength} bytes, ${source.version}`;
}

/** Opens a local file or an http(s) URL. */
export function openByteSource(pathOrUrl: string): Promise<ByteSource> {
  return isUrl(pathOrUrl) ? openHttpSource(pathOrUrl) : openFileSource(pathOrUrl);
}

const PAGE_BYTES = 65536;

/** A reader that fetches whole pages of 64 KiB and keeps them: headers are many small reads close together. */
export function pagedReader(source: ByteSource): (offset: number, length: number) => Promise<Uint8Array> {
  const pages = new Map<number, Promise<Uint8Array>>();
  const page = (index: number): Promise<Uint8Array> => {
    const start = index * PAGE_BYTES;
    const found = pages.get(index) ?? source.read(start, Math.min(PAGE_BYTES, source.byteLength - start));
    pages.set(index, found);
    return found;
  };
  return async (offset, length) => {
    const first = Math.floor(offset / PAGE_BYTES);
    const last = Math.floor((offset + Math.max(length, 1) - 1) / PAGE_BYTES);
    if (last > first + 1 || offset + length > source.byteLength) return source.read(offset, length);
    const parts = first === last ? [await page(first)] : [await page(first), await page(last)];
    const start = offset - first * PAGE_BYTES;
    return new Uint8Array(Buffer.concat(parts).subarray(start, start + length));
  };
}
