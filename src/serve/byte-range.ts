/** Bytes from `start` to `end`, both included, as HTTP counts them. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a Range header asks of a file of `size` bytes (RFC 9110, section 14): the whole file ("all": no header, another unit, or
 * several ranges, which a server may answer so), a range cut at the file's end, or null where it is malformed or starts behind it.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | "all" | null {
  if (header === undefined || !/^bytes=/i.test(header)) return "all";
  const spec = header.slice("bytes=".length).trim();
  if (/^[\d\s,-]*,[\d\s,-]*$/.test(spec)) return "all";
  const found = /^(\d*)-(\d*)$/.exec(spec);
  if (found === null) return null;
  const [, first = "", last = ""] = found;
  if (first === "") return suffixRange(last, size);
  const start = Number(first);
  const end = last === "" ? size - 1 : Number(last);
  if (start >= size || end < start) return null;
  return { start, end: Math.min(end, size - 1) };
}

/** "-500": the last 500 bytes. */
function suffixRange(length: string, size: number): ByteRange | null {
  if (length === "" || Number(length) === 0 || size === 0) return null;
  return { start: Math.max(0, size - Number(length)), end: size - 1 };
}
