/**
 * A path or URL as it may be shown and kept: a URL without its login, query and fragment, which may hold a password or a signature
 * that lets anyone read the file.
 */
export function shownUrl(pathOrUrl: string): string {
  if (!/^https?:/i.test(pathOrUrl) || !URL.canParse(pathOrUrl)) return pathOrUrl;
  const { origin, pathname } = new URL(pathOrUrl);
  return origin + pathname;
}

/** The address to ask and the headers that log in there, for a URL with a name and a password in it (RFC 7617). */
export function loginOf(url: string): { readonly url: string; readonly headers: Record<string, string> } {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === "" && password === "") return { url, headers: {} };
  parsed.username = parsed.password = "";
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { url: parsed.href, headers: { authorization: `Basic ${login.toString("base64")}` } };
}
