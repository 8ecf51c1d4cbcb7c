// From a host's name to addresses that may be dialled.
import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { notFetched } from "./refusal.ts";

/** All addresses of a name; rejects when there are none. */
export type Lookup = (hostname: string) => Promise<readonly string[]>;

/** More addresses than any honest name has. */
const MAX_ADDRESSES = 64;

/** The system's resolver, which also reads the hosts file. */
export const lookupAll: Lookup = async (hostname) => {
  const found = await systemLookup(hostname, { all: true });
  return found.map(({ address }) => address);
};

/**
 * The addresses of a host, IPv4 first, as many a machine has no way to IPv6. One that is not
 * allowed spoils them all: an honest public name has no internal address beside its public one.
 * @throws ApiError 400, the same whether the name is unknown or leads inside
 */
export async function resolveAllowed(
  host: string,
  lookup: Lookup,
  isAllowed: (address: string) => boolean,
): Promise<readonly string[]> {
  let addresses: readonly string[];
  try {
    addresses = isIP(host) === 0 ? await lookup(host) : [host];
  } catch (cause) {
    throw notFetched(cause);
  }
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) {
    throw notFetched(new Error(`${host} has ${addresses.length} addresses`));
  }
  const denied = addresses.find((address) => isIP(address) === 0 || !isAllowed(address));
  if (denied !== undefined) {
    throw notFetched(new Error(`${host} leads to ${denied}, which is not public`));
  }
  return addresses.toSorted((one, other) => isIP(one) - isIP(other));
}
