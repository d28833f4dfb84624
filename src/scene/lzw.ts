const CLEAR = 256;
const END = 257;
const FIRST = 258;
const MAX_CODES = 4096;

/**
 * Decodes TIFF LZW (TIFF 6.0 section 13: codes of 9–12 bits, high bit first, one code early) to at most `limit` bytes.
 * A code's string is the previous code's string and the byte that followed it, and both lie side by side in the output
 * already: the table holds only where each string begins and how long it is. Throws on a code that cannot be and on strings
 * past `limit`.
 */
export function decodeLzw(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes[0] === 0 && ((bytes[1] ?? 0) & 1) === 1) throw new RangeError("old-style LZW is not supported");
  const out = new Uint8Array(limit);
  const starts = new Int32Array(MAX_CODES);
  const lengths = new Int32Array(MAX_CODES);
  const end = bytes.length;
  let from = 0;
  let buffer = 0;
  let bits = 0;
  let width = 9;
  let next = FIRST;
  let previousStart = 0;
  let previousLength = 0;
  let to = 0;
  while (to < limit) {
    while (bits < width) {
      if (from >= end) return out.subarray(0, to);
      buffer = ((buffer << 8) | bytes[from++]!) & 0xffffff;
      bits += 8;
    }
    bits -= width;
    const code = (buffer >>> bits) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      width = 9;
      next = FIRST;
      previousLength = 0;
      continue;
    }
    const start = to;
    let length = 1;
    if (code < CLEAR) {
      out[to++] = code;
    } else {
      if (code > next || (code === next && previousLength === 0))
        throw new RangeError(`LZW code ${code} is not in the table of ${next}`);
      const known = code < next;
      let source = known ? starts[code]! : previousStart;
      length = known ? lengths[code]! : previousLength + 1;
      if (to + length > limit) throw new RangeError("LZW data is longer than the block");
      if (length > 64 && source + length <= to) {
        out.copyWithin(to, source, source + length);
        to += length;
      } else {
        for (const stop = to + length; to < stop; ) out[to++] = out[source++]!;
      }
    }
    if (previousLength > 0 && next < MAX_CODES) {
      starts[next] = previousStart;
      lengths[next] = previousLength + 1;
      next++;
      if (next + 1 >= 1 << width && width < 12) width++;
    }
    previousStart = start;
    previousLength = length;
  }
  return out.subarray(0, to);
}
