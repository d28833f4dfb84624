import { ZSTDDecoder } from "zstddec";

let decoder: Promise<ZSTDDecoder> | null = null;

/** Decodes one ZSTD frame to at most `limit` bytes. The length is never taken from the frame itself. Throws when it does not decode. */
export async function decodeZstd(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  decoder ??= loadDecoder();
  const decoded = (await decoder).decode(bytes, limit);
  if (decoded.length === 0) throw new RangeError("the ZSTD data is damaged");
  return decoded;
}

async function loadDecoder(): Promise<ZSTDDecoder> {
  const loaded = new ZSTDDecoder();
  await loaded.init();
  return loaded;
}
