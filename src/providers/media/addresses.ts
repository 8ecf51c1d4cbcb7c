// Which IP addresses are out on the public internet, and which belong to someone's inside.
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * All of IPv6 that is given out to the public. What lies outside is internal or translates to IPv4:
 * loopback, unspecified, `::ffff:` mapped, `::` compatible, NAT64, unique-local, link-local,
 * site-local, multicast, discard-only, segment routing.
 */
const PUBLIC_IPV6 = networks([["2000::", 3]]);

/**
 * What is not globally reachable, by the IANA special-purpose registries (RFC 6890 and its
 * successors), of IPv4 and inside {@link PUBLIC_IPV6}; and one address that a cloud answers to from
 * inside only.
 */
const INTERNAL = networks([
  ["0.0.0.0", 8], // this network, unspecified
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // carrier-grade NAT; a cloud's metadata at 100.100.100.200
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // Azure's platform address, public by its range
  ["169.254.0.0", 16], // link-local; the clouds' metadata at 169.254.169.254
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments; a cloud's metadata at 192.0.0.192
  ["192.0.2.0", 24], // documentation
  ["192.31.196.0", 24], // AS112
  ["192.52.193.0", 24], // AMT
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["192.175.48.0", 24], // AS112
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, broadcast
  ["2001::", 23], // protocol assignments: Teredo, benchmarks, ORCHID and others
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4, with any IPv4 inside
  ["2620:4f:8000::", 48], // AS112
  ["3fff::", 20], // documentation
]);

function networks(given: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of given) {
    list.addSubnet(network, prefix, familyOf(network));
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

/**
 * Whether a connection to this address leaves for the public internet. False for everything else:
 * special ranges, this machine's own addresses even when they are public (services bound to them
 * may trust whoever calls from inside), and text that is no address.
 * @param own this machine's addresses
 */
export function isPublicAddress(address: string, own = ownAddresses()): boolean {
  // With a zone index, as `fe80::1%eth0`, an address is local by definition.
  if (isIP(address) === 0 || address.includes("%")) return false;
  const family = familyOf(address);
  return (
    (family === "ipv4" || PUBLIC_IPV6.check(address, family)) &&
    !INTERNAL.check(address, family) &&
    !isAmong(own, address)
  );
}

/** Read anew each time, as a machine's addresses change. */
function ownAddresses(): readonly string[] {
  const interfaces = Object.values(networkInterfaces());
  return interfaces.flatMap((entries) => entries ?? []).map((entry) => entry.address);
}

/** Compared as addresses: one address has several spellings. */
function isAmong(list: readonly string[], address: string): boolean {
  const plain = list.filter((entry) => isIP(entry) !== 0 && !entry.includes("%"));
  const prefixed = plain.map((entry) => [entry, isIP(entry) === 4 ? 32 : 128] as const);
  return networks(prefixed).check(address, familyOf(address));
}
