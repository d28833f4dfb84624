/** A tag of a TIFF made for a test: LONG numbers, or bytes (UNDEFINED). */
export type TinyTag = readonly [tag: number, value: number | readonly number[] | Uint8Array];

/**
 * A little-endian TIFF with one directory (or several) of the given tags, for headers that no writer would make. `blocks` are
 * appended after the directories; `BLOCKS` in a tag's value stands for where they begin.
 */
export function tinyTiff(
  directories: readonly (readonly TinyTag[])[],
  blocks: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const length = (tags: readonly TinyTag[]): number =>
    6 +
    tags.length * 12 +
    tags.reduce((sum, [, value]) => sum + (bytesOf(value).length > 4 ? bytesOf(value).length : 0), 0);
  const start = 8 + directories.reduce((sum, tags) => sum + length(tags), 0);
  const out = Buffer.alloc(start + blocks.length);
  out.write("II*\0", "latin1");
  out.writeUInt32LE(8, 4);
  let at = 8;
  directories.forEach((tags, i) => {
    const next = at + length(tags);
    writeDirectory(
      out,
      at,
      tags.map(([tag, value]) => [tag, resolved(value, start)] as const),
    );
    out.writeUInt32LE(i + 1 < directories.length ? next : 0, at + 2 + tags.length * 12);
    at = next;
  });
  out.set(blocks, start);
  return out;
}

/** In a tag's value: the position of the blocks; BLOCKS + n is n bytes further. */
export const BLOCKS = 0x40000000;

function resolved(value: TinyTag[1], start: number): TinyTag[1] {
  if (value instanceof Uint8Array) return value;
  return typeof value === "number" ? placed(value, start) : value.map((n) => placed(n, start));
}

/** Positions from BLOCKS on mean bytes of the blocks. */
function placed(value: number, start: number): number {
  return value >= BLOCKS && value < BLOCKS + 2 ** 24 ? value - BLOCKS + start : value;
}

function bytesOf(value: TinyTag[1]): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const numbers = typeof value === "number" ? [value] : value;
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

function writeDirectory(out: Buffer, at: number, tags: readonly TinyTag[]): void {
  out.writeUInt16LE(tags.length, at);
  let extra = at + 6 + tags.length * 12;
  tags.forEach(([tag, value], i) => {
    const bytes = bytesOf(value);
    const entry = at + 2 + i * 12;
    out.writeUInt16LE(tag, entry);
    out.writeUInt16LE(value instanceof Uint8Array ? 7 : 4, entry + 2);
    out.writeUInt32LE(value instanceof Uint8Array ? bytes.length : bytes.length / 4, entry + 4);
    if (bytes.length <= 4) out.set(bytes, entry + 8);
    else {
      out.writeUInt32LE(extra, entry + 8);
      out.set(bytes, extra);
      extra += bytes.length;
    }
  });
}

/** Tags of a gray 8-bit image in one tile, without its blocks' places. */
export function grayTags(width: number, height: number, compression = 1): TinyTag[] {
  return [
    [256, width],
    [257, height],
    [258, 8],
    [259, compression],
    [262, 1],
    [277, 1],
  ];
}
