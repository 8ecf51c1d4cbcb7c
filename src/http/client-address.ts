// Where a request comes from: the peer's address, or what proxies that the operator trusts say of it.
import { BlockList, isIP } from "node:net";

/** Returns a request's client address for the log; null when its connection is gone. */
export type ClientAddressOf = (peer: string | null, headers: Headers) => string | null;

/** A longer header was not written by a proxy. */
const MAX_FORWARDED_CHARS = 2_000;

/**
 * Reads addresses for a server behind these proxies.
 * @param trustedProxies addresses, or networks as `10.0.0.0/8`; only their `x-forwarded-for` is believed
 */
export function createClientAddressOf(trustedProxies: readonly string[]): ClientAddressOf {
  const trusted = new BlockList();
  for (const entry of trustedProxies) addNetwork(trusted, entry);
  const isTrusted = (address: string) => trusted.check(address, familyOf(address));

  return (peer, headers) => {
    const address = peer === null ? null : plain(peer);
    if (address === null || trustedProxies.length === 0 || !isTrusted(address)) return address;
    const forwarded = (headers.get("x-forwarded-for") ?? "").slice(-MAX_FORWARDED_CHARS);
    // Each proxy appends whom it heard it from, so the truth is read from the right as far as it is trusted.
    let client = address;
    for (const hop of forwarded.split(",").reverse()) {
      const next = plain(hop.trim());
      if (isIP(next) === 0) break;
      client = next;
      if (!isTrusted(next)) break;
    }
    return client;
  };
}

/** The configuration has checked that it is an address or a network. */
function addNetwork(list: BlockList, entry: string): void {
  const [address = "", prefix] = entry.split("/");
  if (prefix === undefined) list.addAddress(address, familyOf(address));
  else list.addSubnet(address, Number(prefix), familyOf(address));
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Without the prefix of an IPv4 address on a socket of IPv6, and without a proxy's port. */
function plain(address: string): string {
  const bare = address.replace(/^::ffff:(?=[\d.]+$)/i, "");
  if (isIP(bare) !== 0) return bare;
  return bare.replace(/^\[(.*)\](?::\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
}
