/** Where bits go: the next byte, and up to 63 bits that wait, the lowest first. */
let to: usize = 0;
let waiting: u64 = 0;
let bits: u32 = 0;

/** Begins at an address. */
export function startBits(address: usize): void {
  to = address;
  waiting = 0;
  bits = 0;
}

/** Appends bits, at most 56. Up to 7 bytes more are written than the bits fill. */
export function send(value: u64, count: u32): void {
  waiting |= value << bits;
  bits += count;
  store<u64>(to, waiting);
  to += bits >> 3;
  waiting >>= bits & 56;
  bits &= 7;
}

/** Fills up the last byte; where the bits end. */
export function endBits(): usize {
  return bits > 0 ? to + 1 : to; // the last bits are there already
}

/** The high bytes of four tokens: all zero where these are bytes. */
const NOT_BYTES: u64 = ((0xff00ff00 as u64) << 32) | 0xff00ff00;

/**
 * Appends what tokens (u16) stand for: `table` has for each u64 bits << 8 | how many, those of tokens below 256 at most 14, so that four
 * of them fit a word beside seven that wait.
 */
export function sendTokens(tokens: usize, end: usize, table: usize): void {
  let out = to;
  let word = waiting;
  let size: u64 = bits;
  let token = tokens;
  while (token < end) {
    const four = load<u64>(token);
    if (token + 8 <= end && (four & NOT_BYTES) === 0) {
      const a = load<u64>(table + (((four & 255) as usize) << 3));
      word |= (a >> 8) << size;
      size += a & 255;
      const b = load<u64>(table + ((((four >> 16) & 255) as usize) << 3));
      word |= (b >> 8) << size;
      size += b & 255;
      const c = load<u64>(table + ((((four >> 32) & 255) as usize) << 3));
      word |= (c >> 8) << size;
      size += c & 255;
      const d = load<u64>(table + (((four >> 48) as usize) << 3));
      word |= (d >> 8) << size;
      size += d & 255;
      token += 8;
    } else {
      const code = load<u64>(table + ((load<u16>(token) as usize) << 3));
      word |= (code >> 8) << size;
      size += code & 255;
      token += 2;
    }
    store<u64>(out, word);
    out += (size >> 3) as usize;
    word >>= size & 56;
    size &= 7;
  }
  to = out;
  waiting = word;
  bits = size as u32;
}
