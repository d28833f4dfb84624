import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { UserError } from "../errors.ts";
import { shownUrl } from "./shown-url.ts";

/** Addresses that are not on the public internet (RFC 1918, 4193, 6598, 3927, 4291): loopback is a list of its own. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const)
  PRIVATE.addSubnet(network, prefix, "ipv4");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");
PRIVATE.addAddress("::", "ipv6");

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/**
 * The URL that a redirect leads to. A server must not send us on to an address of the network that we are in: only a host that the
 * user named may be private. Throws UserError "http-redirect".
 */
export async function redirectTarget(url: string, location: string | null): Promise<string> {
  if (location === null || !URL.canParse(location, url))
    throw refused(url, shownUrl(location ?? "nowhere"), "it is no address");
  const [from, to] = [new URL(url), new URL(location, url)];
  if (to.protocol !== "http:" && to.protocol !== "https:")
    throw refused(url, shownUrl(location), "it is not http");
  if (to.hostname === from.hostname) return to.href;
  const [kind, own] = [await kindOf(to.hostname), await kindOf(from.hostname)];
  if (kind === "private" || (kind === "loopback" && own !== "loopback"))
    throw refused(url, to.origin, "that is an address of a private network");
  return to.href;
}

async function kindOf(hostname: string): Promise<"public" | "private" | "loopback"> {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  const addresses =
    isIP(bare) === 0
      ? await lookup(bare, { all: true }).catch(() => [])
      : [{ address: bare, family: isIP(bare) }];
  const inList = (list: BlockList): boolean =>
    addresses.some(({ address, family }) => list.check(address, family === 6 ? "ipv6" : "ipv4"));
  return inList(PRIVATE) ? "private" : inList(LOOPBACK) ? "loopback" : "public";
}

function refused(url: string, location: string, why: string): UserError {
  return new UserError(
    "http-redirect",
    `${shownUrl(url)}: the server redirects to ${location}: ${why}.`,
    "Give the address that it leads to, if you trust it, or download the file.",
  );
}
