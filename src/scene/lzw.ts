const CLEAR = 256;
const END = 257;
const FIRST = 258;
const MAX_CODES = 4096;
/** Before the output lie the bytes 0–255, the strings of the codes below 256. */
const LITERALS = Uint8Array.from({ length: CLEAR }, (_, byte) => byte);
/** Bytes that a copy in words may write behind a string; what follows overwrites them. */
const SLACK = 8;
/**
 * Where each code's string begins. It ends one byte behind where the next code's begins, but for the codes below 256. One table for all
 * blocks: those of a strip of one row cost as much to make as to fill.
 */
const starts = Int32Array.from({ length: MAX_CODES + 2 }, (_, code) => code);

/**
 * Decodes TIFF LZW (TIFF 6.0 section 13: codes of 9–12 bits, high bit first, one code early) to at most `limit` bytes.
 * A code's string is the previous code's string and the byte that followed it, and both lie side by side in the output
 * already: the table holds only where each begins. Throws on a code that cannot be and on strings past `limit`.
 */
export function decodeLzw(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes[0] === 0 && ((bytes[1] ?? 0) & 1) === 1) throw new RangeError("old-style LZW is not supported");
  const out = new Uint8Array(CLEAR + limit + SLACK);
  out.set(LITERALS);
  const view = new DataView(out.buffer);
  const end = bytes.length;
  const last = CLEAR + limit;
  let from = 0;
  let buffer = 0;
  let bits = 0;
  let width = 9;
  let next = FIRST;
  let to = CLEAR;
  while (to < last) {
    if (bits < width) {
      if (from + 1 < end) {
        buffer = (buffer << 16) | (bytes[from]! << 8) | bytes[from + 1]!;
        from += 2;
        bits += 16;
      } else if (from < end) {
        buffer = (buffer << 8) | bytes[from++]!;
        bits += 8;
        if (bits < width) break;
      } else break;
    }
    bits -= width;
    const code = (buffer >>> bits) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      width = 9;
      next = FIRST;
      continue;
    }
    if (code >= next) throw new RangeError(`LZW code ${code} is not in the table of ${next}`);
    starts[next] = to;
    let source = starts[code]!;
    // branches on what cannot be foreseen cost more than the copies: all strings go one way
    const stop = to + starts[code + 1]! - source + ((END - code) >>> 31);
    if (stop > last) throw new RangeError("LZW data is longer than the block");
    if (code === next - 1) {
      // its last byte is the first that it writes
      while (to < stop) out[to++] = out[source++]!;
    } else {
      view.setUint32(to, view.getUint32(source, true), true);
      view.setUint32(to + 4, view.getUint32(source + 4, true), true);
      while (to + 8 < stop) {
        to += 8;
        source += 8;
        view.setUint32(to, view.getUint32(source, true), true);
        view.setUint32(to + 4, view.getUint32(source + 4, true), true);
      }
      to = stop;
    }
    if (next <= MAX_CODES) next++;
    if (next >= 1 << width && width < 12) width++;
  }
  return out.subarray(CLEAR, to);
}
