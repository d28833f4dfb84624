import { adler32 } from "./adler32";
import { endBits, send, sendTokens, startBits } from "./bit-writer";
import { prefixCodes } from "./huffman";
import { CHUNK, findTokens, frequencies, LONGEST, lengthSymbol, RUN, SHORTEST, tokens } from "./tokens";

/** Bits of the longest code: see sendTokens. */
const LONGEST_CODE: i32 = 14;
const END_OF_BLOCK: i32 = 256;
const LENGTHS: i32 = 286;

const codes = memory.data(288 * 4, 16);
/** What sendTokens sends for each token. */
const sent = memory.data(512 * 8, 16);
const lengthFrequencies = memory.data(19 * 4, 16);
const lengthCodes = memory.data(19 * 4, 16);
/** Two bytes for each of 288 lengths. */
const lengthTokens = memory.data(576, 16);
const lengthOrder = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/**
 * A zlib stream (RFC 1950) of the bytes, for label rasters and differences of smooth ones: all matches are runs of one byte, as zlib's
 * Z_RLE has it. Its length; `target` must have room for 9/8 of the bytes and 400 for each 32 KB begun.
 */
export function deflate(source: usize, length: usize, target: usize): usize {
  store<u16>(target, 0x0178);
  startBits(target + 2);
  const end = source + length;
  let from = source;
  do {
    // each chunk has a prefix code of its own: statistics change along a picture, and a code costs about 60 bytes
    const stop = min(from + CHUNK, end);
    sendBlock(findTokens(source, from, stop), stop === end);
    from = stop;
  } while (from < end);
  const trailer = endBits();
  store<u32>(trailer, bswap<u32>(adler32(source, length)));
  return trailer + 4 - target;
}

/** A block (RFC 1951, 3.2.7) of the tokens up to `end`. */
function sendBlock(end: usize, isLast: bool): void {
  store<u32>(frequencies + (END_OF_BLOCK << 2), 1);
  prefixCodes(frequencies, LENGTHS, LONGEST_CODE, codes);
  send(isLast ? 5 : 4, 3);
  sendLengths();
  makeSent();
  sendTokens(tokens, end, sent);
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
