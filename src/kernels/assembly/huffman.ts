/** Symbols of the largest alphabet, and bits of the longest length that a tree without a limit can come to. */
const SYMBOLS: i32 = 288;
const DEEPEST: i32 = 32;

/** The used symbols by rising frequency: u32 frequency << 9 | symbol, then their lengths. */
const order = memory.data(SYMBOLS * 4, 16);
const keys = memory.data(SYMBOLS * 4, 16);
/** How many codes there are of each length, and the next code of it (u32). */
const counts = memory.data((DEEPEST + 1) * 4, 16);
const nextCodes = memory.data((DEEPEST + 1) * 4, 16);

/**
 * Optimal prefix code of at most `limit` bits: of u32 frequencies (under 2²³) the u32 codes, length << 16 | bits as deflate sends them,
 * the lowest first; 0 for a symbol that does not occur. (Moffat and Katajainen 1995 in place, then the longest codes are shortened.)
 */
export function prefixCodes(frequencies: usize, symbols: i32, limit: i32, codes: usize): void {
  const used = sortUsed(frequencies, symbols);
  findLengths(used);
  countLengths(used, limit);
  memory.fill(codes, 0, symbols << 2);
  let place = used;
  for (let length = 1; length <= limit; length++)
    for (let left = at(counts, length); left > 0; left--) {
      place--;
      store<u32>(codes + ((at(order, place) & 511) << 2), (length as u32) << 16);
    }
  assign(codes, symbols, limit);
}

function at(array: usize, index: i32): u32 {
  return load<u32>(array + (index << 2));
}

function put(array: usize, index: i32, value: u32): void {
  store<u32>(array + (index << 2), value);
}

/** Fills `order` and sorts it (Shell's gaps by Ciura); how many symbols are used. */
function sortUsed(frequencies: usize, symbols: i32): i32 {
  let used = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const frequency = at(frequencies, symbol);
    if (frequency !== 0) put(order, used++, (frequency << 9) | symbol);
  }
  for (let gap = 57; gap > 0; gap = gap === 57 ? 23 : gap === 23 ? 10 : gap === 10 ? 4 : gap === 4 ? 1 : 0)
    for (let i = gap; i < used; i++) {
      const value = at(order, i);
      let j = i;
      for (; j >= gap && at(order, j - gap) > value; j -= gap) put(order, j, at(order, j - gap));
      put(order, j, value);
    }
  return used;
}

/** Lengths of the codes of `order` in `keys`, longest first. */
function findLengths(used: i32): void {
  if (used < 2) {
    put(keys, 0, 1);
    return;
  }
  for (let i = 0; i < used; i++) put(keys, i, at(order, i) >> 9);
  joinPairs(used);
  put(keys, used - 2, 0);
  for (let node = used - 3; node >= 0; node--) put(keys, node, at(keys, at(keys, node)) + 1);
  let open = 1;
  let depth: u32 = 0;
  let root = used - 2;
  let next = used - 1;
  while (open > 0) {
    let inner = 0;
    for (; root >= 0 && at(keys, root) === depth; root--) inner++;
    for (; open > inner; open--) put(keys, next--, depth);
    open = 2 * inner;
    depth++;
  }
}

/** The tree: each inner node takes the two least of the leaves and nodes that are left, and its place becomes theirs to point to. */
function joinPairs(used: i32): void {
  put(keys, 0, at(keys, 0) + at(keys, 1));
  let root = 0;
  let leaf = 2;
  for (let next = 1; next < used - 1; next++) {
    let sum: u32 = 0;
    for (let child = 0; child < 2; child++)
      if (leaf >= used || (root < next && at(keys, root) < at(keys, leaf))) {
        sum += at(keys, root);
        put(keys, root++, next);
      } else sum += at(keys, leaf++);
    put(keys, next, sum);
  }
}

/** Counts the codes of each length; where some are past the limit, shorter ones are made longer until all fit (Kraft's sum is 1). */
function countLengths(used: i32, limit: i32): void {
  memory.fill(counts, 0, (DEEPEST + 1) << 2);
  for (let i = 0; i < used; i++) {
    const length = min(at(keys, i), limit as u32);
    put(counts, length, at(counts, length) + 1);
  }
  if (used < 2) return;
  let sum: u32 = 0;
  for (let length = limit; length > 0; length--) sum += at(counts, length) << (limit - length);
  for (; sum > (1 as u32) << limit; sum--) {
    put(counts, limit, at(counts, limit) - 1);
    let length = limit - 1;
    while (at(counts, length) === 0) length--;
    put(counts, length, at(counts, length) - 1);
    put(counts, length + 1, at(counts, length + 1) + 2);
  }
}

/** Numbers the codes of each length in the order of their symbols (RFC 1951, 3.2.2). */
function assign(codes: usize, symbols: i32, limit: i32): void {
  let code: u32 = 0;
  put(nextCodes, 0, 0);
  for (let length = 1; length <= limit; length++) {
    code = (code + (length === 1 ? 0 : at(counts, length - 1))) << 1;
    put(nextCodes, length, code);
  }
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length = at(codes, symbol) >> 16;
    if (length === 0) continue;
    const next = at(nextCodes, length);
    put(nextCodes, length, next + 1);
    put(codes, symbol, (length << 16) | reversed(next, length));
  }
}

function reversed(code: u32, length: u32): u32 {
  let bits: u32 = 0;
  for (let i: u32 = 0; i < length; i++) bits |= ((code >> i) & 1) << (length - 1 - i);
  return bits;
}
