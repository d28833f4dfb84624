import { prefixCodes } from "./huffman";

/** Bytes with a prefix code of their own: statistics change along a picture, and each code costs about 60 bytes. */
const CHUNK: usize = 32_768;
const SHORTEST: usize = 3;
const LONGEST: usize = 258;
/** Bits of the longest code: four of them fit a word beside seven that wait. */
const LONGEST_CODE: i32 = 14;
/** Tokens: bytes below 256, from there on runs by their length. */
const RUN: u32 = 256;
const END_OF_BLOCK: i32 = 256;
const LENGTHS: i32 = 286;

/** The high bytes of four tokens: all zero where these are bytes. */
const NOT_BYTES: u64 = ((0xff00ff00 as u64) << 32) | 0xff00ff00;

const tokens = memory.data(65_568, 16);
/** Four tables of u32, so that equal neighbours do not wait for each other's sums; then their sum. */
const frequencies = memory.data(4 * 288 * 4, 16);
const codes = memory.data(288 * 4, 16);
/** Per token: u64 bits << 8 | how many. */
const sent = memory.data(512 * 8, 16);
const lengthFrequencies = memory.data(19 * 4, 16);
const lengthCodes = memory.data(19 * 4, 16);
/** Two bytes for each of 288 lengths. */
const lengthTokens = memory.data(576, 16);
const lengthOrder = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** Where bits go: the next byte, and up to 63 bits that wait. */
let to: usize = 0;
let waiting: u64 = 0;
let bits: u32 = 0;

/**
 * A zlib stream (RFC 1950) of the bytes, for label rasters and differences of smooth ones: all matches are runs of one byte, as zlib's
 * Z_RLE has it. Its length; `target` must have room for 9/8 of the bytes and 400 for each 32 KB begun.
 */
export function deflate(source: usize, length: usize, target: usize): usize {
  to = target;
  waiting = 0;
  bits = 0;
  store<u16>(to, 0x0178);
  to += 2;
  const end = source + length;
  let from = source;
  do {
    const stop = min(from + CHUNK, end);
    memory.fill(frequencies, 0, 4 * 288 * 4);
    sendBlock(findRuns(source, from, stop), stop === end);
    from = stop;
  } while (from < end);
  if (bits > 0) to++; // the last bits are there already
  store<u32>(to, bswap<u32>(adler32(source, length)));
  return to + 4 - target;
}

/** Appends bits; whole bytes go to the target. */
function send(value: u64, count: u32): void {
  waiting |= value << bits;
  bits += count;
  store<u64>(to, waiting);
  to += bits >> 3;
  waiting >>= bits & 56;
  bits &= 7;
}

/**
 * Bytes and runs of `from` to `stop` as tokens, counted; where the tokens end. Runs under four bytes are not looked for: what is as
 * common has a code of a bit or two anyway.
 */
function findRuns(source: usize, from: usize, stop: usize): usize {
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
  const place = frequencies + table * 1152 + ((byte as usize) << 2);
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
function lengthSymbol(length: usize): u32 {
  const over = (length - SHORTEST) as u32;
  if (over === 255) return 285;
  if (over < 8) return 257 + over;
  const extra = 29 - clz(over);
  return 257 + (extra << 2) + (over >> extra);
}

function sendBlock(end: usize, isLast: bool): void {
  for (let symbol: usize = 0; symbol < 256; symbol++) {
    const place = frequencies + (symbol << 2);
    store<u32>(
      place,
      load<u32>(place) + load<u32>(place, 1152) + load<u32>(place, 2304) + load<u32>(place, 3456),
    );
  }
  store<u32>(frequencies + (END_OF_BLOCK << 2), 1);
  prefixCodes(frequencies, LENGTHS, LONGEST_CODE, codes);
  send(isLast ? 5 : 4, 3);
  sendLengths();
  makeSent();
  sendTokens(end);
  const code = load<u32>(codes + (END_OF_BLOCK << 2));
  send(code & 0xffff, code >> 16);
}

/** The lengths of all codes, themselves as runs and coded. Of distances there are 1 and an unused one: a code must be complete. */
function sendLengths(): void {
  let last = LENGTHS as u32;
  while (codeLength(last - 1) === 0) last--;
  const all = last + 2;
  memory.fill(lengthFrequencies, 0, 19 * 4);
  let token: usize = lengthTokens;
  for (let i: u32 = 0; i < all; ) {
    const length = lengthAt(i, last);
    let run: u32 = 1;
    while (i + run < all && lengthAt(i + run, last) === length) run++;
    token = lengthRun(token, length, run);
    i += run;
  }
  prefixCodes(lengthFrequencies, 19, 7, lengthCodes);
  let sentLengths: u32 = 19;
  while (load<u32>(lengthCodes + ((load<u8>(lengthOrder + sentLengths - 1) as usize) << 2)) === 0)
    sentLengths--;
  send((last - 257) | (1 << 5) | ((sentLengths - 4) << 10), 14);
  for (let i: u32 = 0; i < sentLengths; i++)
    send(load<u32>(lengthCodes + ((load<u8>(lengthOrder + i) as usize) << 2)) >> 16, 3);
  for (let at: usize = lengthTokens; at < token; at += 2) {
    const symbol: u32 = load<u8>(at);
    const code = load<u32>(lengthCodes + (symbol << 2));
    send(code & 0xffff, code >> 16);
    if (symbol >= 16) send(load<u8>(at + 1), symbol === 16 ? 2 : symbol === 17 ? 3 : 7);
  }
}

function codeLength(symbol: u32): u32 {
  return load<u32>(codes + (symbol << 2)) >> 16;
}

function lengthAt(place: u32, last: u32): u32 {
  return place < last ? codeLength(place) : 1;
}

/** A run of one length as symbols with their extra bits. */
function lengthRun(token: usize, length: u32, run: u32): usize {
  let left = run;
  if (length !== 0) {
    token = lengthToken(token, length, 0);
    left--;
  }
  while (left >= 3) {
    const most: u32 = length !== 0 ? 6 : left > 10 ? 138 : 10;
    const taken = min(left, most);
    const symbol: u32 = length !== 0 ? 16 : taken > 10 ? 18 : 17;
    token = lengthToken(token, symbol, taken - (symbol === 18 ? 11 : 3));
    left -= taken;
  }
  for (; left > 0; left--) token = lengthToken(token, length, 0);
  return token;
}

function lengthToken(token: usize, symbol: u32, extra: u32): usize {
  store<u8>(token, symbol);
  store<u8>(token + 1, extra);
  const place = lengthFrequencies + (symbol << 2);
  store<u32>(place, load<u32>(place) + 1);
  return token + 2;
}

/** The bits of every token: of a run those of its length, its extra bits, and one zero for distance 1. */
function makeSent(): void {
  for (let byte: usize = 0; byte < 256; byte++) store<u64>(sent + (byte << 3), bitsOf(byte as u32));
  for (let length: usize = SHORTEST; length <= LONGEST; length++) {
    const code = bitsOf(lengthSymbol(length));
    const over = (length - SHORTEST) as u32;
    const extra: u32 = over < 8 || over === 255 ? 0 : 29 - clz(over);
    const low = (over & ((1 << extra) - 1)) as u64;
    store<u64>(sent + ((RUN + over) << 3), (code + extra + 1) | (low << (8 + (code & 255))));
  }
}

function bitsOf(symbol: u32): u64 {
  const code = load<u32>(codes + (symbol << 2));
  return (((code & 0xffff) as u64) << 8) | (code >> 16);
}

function sendTokens(end: usize): void {
  let out = to;
  let word = waiting;
  let size: u64 = bits;
  let token: usize = tokens;
  while (token < end) {
    const four = load<u64>(token);
    if (token + 8 <= end && (four & NOT_BYTES) === 0) {
      const a = load<u64>(sent + (((four & 255) as usize) << 3));
      word |= (a >> 8) << size;
      size += a & 255;
      const b = load<u64>(sent + ((((four >> 16) & 255) as usize) << 3));
      word |= (b >> 8) << size;
      size += b & 255;
      const c = load<u64>(sent + ((((four >> 32) & 255) as usize) << 3));
      word |= (c >> 8) << size;
      size += c & 255;
      const d = load<u64>(sent + (((four >> 48) as usize) << 3));
      word |= (d >> 8) << size;
      size += d & 255;
      token += 8;
    } else {
      const code = load<u64>(sent + ((load<u16>(token) as usize) << 3));
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

/** Adler-32 (RFC 1950), 16 bytes at a time: the second sum gets the first one 16 times and each byte as often as it counts in it. */
function adler32(source: usize, length: usize): u32 {
  const weightsLow = v128(16, 0, 15, 0, 14, 0, 13, 0, 12, 0, 11, 0, 10, 0, 9, 0);
  const weightsHigh = v128(8, 0, 7, 0, 6, 0, 5, 0, 4, 0, 3, 0, 2, 0, 1, 0);
  let a: u32 = 1;
  let b: u32 = 0;
  const end = source + length;
  let at = source;
  while (at + 16 <= end) {
    // sums of so many bytes stay within 32 bits
    const stop = min(at + 4096, end - ((end - at) & 15));
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    const count = ((stop - at) & ~15) as u32;
    for (const limit = at + count; at < limit; at += 16) {
      const bytes = v128.load(at);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), weightsLow));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), weightsHigh));
    }
    b = (b + a * count + (total(before) << 4) + total(weighted)) % 65_521;
    a = (a + total(sums)) % 65_521;
  }
  for (; at < end; at++) {
    a += load<u8>(at);
    b += a;
  }
  return ((b % 65_521) << 16) | (a % 65_521);
}

function total(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}
