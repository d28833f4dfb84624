/** Decodes PackBits (TIFF 6.0 section 9) to at most `limit` bytes. Throws when the runs do not fit or the bytes end early. */
export function decodePackBits(bytes: Uint8Array, limit: number): Uint8Array {
  const out = new Uint8Array(limit);
  let to = 0;
  for (let from = 0; from < bytes.length && to < limit; ) {
    const header = bytes[from++]!;
    if (header === 128) continue;
    const count = header < 128 ? header + 1 : 257 - header;
    const literal = header < 128 ? count : 1;
    if (to + count > limit || from + literal > bytes.length)
      throw new RangeError("a PackBits run does not fit");
    if (header < 128) out.set(bytes.subarray(from, from + count), to);
    else out.fill(bytes[from]!, to, to + count);
    from += literal;
    to += count;
  }
  return out.subarray(0, to);
}
