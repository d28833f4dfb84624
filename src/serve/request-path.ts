/** Longest path of a URL that is looked at (bytes). */
const LONGEST_PATH = 2048;

/**
 * The names below a folder that the path of a URL asks for ("/a/b%20c.tif" gives "a", "b c.tif"; a path that ends with "/" gets
 * "index.html"). Null where it is no path of plain names: not decodable, empty or hidden names, "." and "..", NUL and other control
 * characters, backslashes, and what Windows takes for a drive, a stream or a device path.
 */
export function pathNames(path: string): readonly string[] | null {
  if (!path.startsWith("/") || path.length > LONGEST_PATH) return null;
  const decoded = decode(path.endsWith("/") ? `${path}index.html` : path);
  if (decoded === null) return null;
  const names = decoded.slice(1).split("/");
  return names.every(isPlainName) ? names : null;
}

/** Percent-decoded once, as UTF-8; null where that cannot be done. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** True for a name that means the same file on every system: nothing that leads elsewhere, and no hidden file. */
function isPlainName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return !/^$|^\.|[\u0000-\u001f\u007f\\:]|[. ]$/.test(name);
}
