/** Bytes that are looked through at a time, at most. */
export const CHUNK: usize = 32_768;
/** Shortest and longest run that deflate has a symbol for. */
export const SHORTEST: usize = 3;
export const LONGEST: usize = 258;
/** Tokens (u16): bytes below 256, from there on runs by their length less SHORTEST. */
export const RUN: u32 = 256;
/** Bytes of a table of u32 for 288 symbols. */
const TABLE: usize = 1152;

export const tokens = memory.data(65_568, 16);
/** How often each symbol of deflate's first alphabet comes: four tables, so that equal neighbours do not wait for each other's sums; then their sum. */
export const frequencies = memory.data(4 * 1152, 16);

/**
 * Bytes and runs of `from` to `stop` as tokens, counted; where the tokens end. Runs under four bytes are not looked for: what is as
 * common has a code of a bit or two anyway.
 */
export function findTokens(source: usize, from: usize, stop: usize): usize {
  memory.fill(frequencies, 0, 4 * TABLE);
  let token: usize = tokens;
  let at = from;
  if (at === source && at < stop) {
    token = literal(token, load<u8>(at));
    at++;
  }
  while (at + 16 <= stop) {
    const bytes = v128.load(at);
    const same = i8x16.bitmask(i8x16.eq(bytes, v128.load(at - 1)));
    v128.store(token, v128.extend_low<u8>(bytes));
    v128.store(token + 16, v128.extend_high<u8>(bytes));
    const four = doubled(doubled(same, 1), 2);
    if (four === 0) {
      countEight(v128.extract_lane<u64>(bytes, 0));
      countEight(v128.extract_lane<u64>(bytes, 1));
      token += 32;
      at += 16;
      continue;
    }
    const start = at + (ctz(four) as usize);
    for (; at < start; at++) token = literal(token, load<u8>(at));
    const length = runAt(at, min(stop - at, LONGEST));
    token = run(token, length);
    at += length;
  }
  while (at < stop) {
    token = literal(token, load<u8>(at));
    at++;
  }
  sumTables();
  return token;
}

/** Bits that are set in the mask, and so many places on too. */
function doubled(mask: i32, step: i32): i32 {
  return mask & (mask >> step);
}

function literal(token: usize, byte: u32): usize {
  store<u16>(token, byte);
  count(byte);
  return token + 2;
}

function run(token: usize, length: usize): usize {
  store<u16>(token, RUN + ((length - SHORTEST) as u32));
  count(lengthSymbol(length));
  return token + 2;
}

function count(symbol: u32): void {
  const place = frequencies + (symbol << 2);
  store<u32>(place, load<u32>(place) + 1);
}

function countEight(bytes: u64): void {
  countIn(0, bytes & 255);
  countIn(1, (bytes >> 8) & 255);
  countIn(2, (bytes >> 16) & 255);
  countIn(3, (bytes >> 24) & 255);
  countIn(0, (bytes >> 32) & 255);
  countIn(1, (bytes >> 40) & 255);
  countIn(2, (bytes >> 48) & 255);
  countIn(3, bytes >> 56);
}

function countIn(table: usize, byte: u64): void {
  const place = frequencies + table * TABLE + ((byte as usize) << 2);
  store<u32>(place, load<u32>(place) + 1);
}

/** How many bytes are as the one before, up to `most`. */
function runAt(at: usize, most: usize): usize {
  let length: usize = 0;
  for (; length + 16 <= most; length += 16) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(at + length), v128.load(at + length - 1)));
    if (same !== 0xffff) return length + ctz(~same);
  }
  while (length < most && load<u8>(at + length) === load<u8>(at + length - 1)) length++;
  return length;
}

/** Symbol of a length of 3 to 258 (RFC 1951, 3.2.5): four to each doubling. */
export function lengthSymbol(length: usize): u32 {
  const over = (length - SHORTEST) as u32;
  if (over === 255) return 285;
  if (over < 8) return 257 + over;
  const extra = 29 - clz(over);
  return 257 + (extra << 2) + (over >> extra);
}

function sumTables(): void {
  for (let symbol: usize = 0; symbol < 256; symbol++) {
    const place = frequencies + (symbol << 2);
    const sums =
      load<u32>(place) + load<u32>(place, TABLE) + load<u32>(place, 2 * TABLE) + load<u32>(place, 3 * TABLE);
    store<u32>(place, sums);
  }
}
