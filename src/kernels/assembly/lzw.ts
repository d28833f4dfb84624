const CLEAR: u32 = 256;
const END: u32 = 257;
const FIRST: u32 = 258;
const MAX_CODES: u32 = 4096;
const TOO_LONG = -1;
/** What an unknown code is multiplied by in the answer: more than there are codes. */
const CODE_UNIT = 8192;

/**
 * TIFF LZW (TIFF 6.0, section 13: codes of 9–12 bits, high bit first, one code early) of `length` bytes to at most `limit` bytes at `to`,
 * before which there are 256 bytes of room, and 16 behind `to + limit`. A code's string is the previous code's string and the byte that
 * followed it, and both lie side by side in the output already: the table holds only where each begins; it ends one byte behind where the
 * next code's begins. `starts` is room for that table: 4098 words. Answers with the bytes that were written, −1 where there are more than
 * `limit`, or −(8192 · code + codes in the table) for a code that is not in the table.
 */
export function decodeLzw(from: usize, length: i32, to: usize, limit: i32, starts: usize): i32 {
  // before the output lie the bytes 0–255, the strings of the codes below 256
  const literals = to - CLEAR;
  for (let code: u32 = 0; code < FIRST; code++) {
    if (code < CLEAR) store<u8>(literals + code, code);
    store<u32>(starts + (code << 2), <u32>literals + code);
  }
  const begin = to;
  const last = to + limit;
  const bits = (<u64>length) << 3;
  let at: u64 = 0;
  let width: u32 = 9;
  let next = FIRST;
  while (to < last && at + width <= bits) {
    const word = bswap<u64>(load<u64>(from + <usize>(at >>> 3))) << (at & 7);
    const code = <u32>(word >>> (64 - width));
    at += width;
    if (code === CLEAR) {
      width = 9;
      next = FIRST;
      continue;
    }
    if (code === END) break;
    if (code >= next) return -(<i32>code * CODE_UNIT + <i32>next);
    store<u32>(starts + (next << 2), <u32>to);
    let source = <usize>load<u32>(starts + (code << 2));
    const stop = to + load<u32>(starts + (code << 2), 4) - source + ((END - code) >>> 31);
    if (stop > last) return TOO_LONG;
    if (code === next - 1) {
      // its last byte is the first that it writes
      while (to < stop) store<u8>(to++, load<u8>(source++));
    } else {
      // what is written behind a string is overwritten by the next
      store<u64>(to, load<u64>(source));
      while (to + 8 < stop) {
        to += 8;
        source += 8;
        store<u64>(to, load<u64>(source));
      }
      to = stop;
    }
    if (next <= MAX_CODES) next++;
    if (next >>> width !== 0 && width < 12) width++;
  }
  return <i32>(to - begin);
}
