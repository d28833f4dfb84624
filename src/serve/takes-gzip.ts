/** What clients send mostly: known without looking closer. */
const USUAL = new Set(["gzip", "gzip, deflate, br", "gzip, deflate, br, zstd"]);

/** True when Accept-Encoding names gzip, or all codings, and not with q=0 (RFC 9110 section 12.5.3). */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  return (
    USUAL.has(acceptEncoding) ||
    (weightOf(acceptEncoding, /^(x-)?gzip$/) ?? weightOf(acceptEncoding, /^\*$/) ?? 0) > 0
  );
}

/** The weight of the first coding of that name; null where there is none. */
function weightOf(acceptEncoding: string, name: RegExp): number | null {
  for (const coding of acceptEncoding.toLowerCase().split(",")) {
    const [named = "", ...parameters] = coding.split(";").map((part) => part.trim());
    if (!name.test(named)) continue;
    const weight = parameters
      .map((parameter) => /^q\s*=\s*(.*)$/.exec(parameter)?.[1])
      .find((text) => text !== undefined);
    return weight === undefined ? 1 : Number(weight);
  }
  return null;
}
