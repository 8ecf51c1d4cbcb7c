// Whose address is logged: the peer's, unless a proxy that is trusted says whom it heard.
import { describe, expect, test } from "bun:test";
import { configSchema } from "../../src/config/schema.ts";
import { createClientAddressOf } from "../../src/http/client-address.ts";

const forwarded = (value: string) => new Headers({ "x-forwarded-for": value });

describe("without trusted proxies", () => {
  const addressOf = createClientAddressOf([]);

  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8::1"],
  ])("the peer %s is the client", (peer, expected) => {
    expect(addressOf(peer, forwarded("203.0.113.9"))).toBe(expected);
  });

  test("a connection that is gone has no address", () => {
    expect(addressOf(null, forwarded("203.0.113.9"))).toBeNull();
  });
});

describe("behind proxies", () => {
  const addressOf = createClientAddressOf(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]);

  test.each([
    ["what it says", "10.1.2.3", "203.0.113.9", "203.0.113.9"],
    ["what the first trusted one heard", "127.0.0.1", "203.0.113.9, 10.0.0.7", "203.0.113.9"],
    ["not what the client made up", "127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
    ["nothing behind what is no address", "127.0.0.1", "203.0.113.9, unknown", "127.0.0.1"],
    ["all of them where they are trusted", "127.0.0.1", "10.9.9.9, 10.0.0.7", "10.9.9.9"],
    ["addresses with ports", "127.0.0.1", "203.0.113.9:1234", "203.0.113.9"],
    ["IPv6 in brackets", "fd00::1", "[2001:db8::5]:443", "2001:db8::5"],
    ["IPv4 on a socket of IPv6", "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["itself, where it says nothing", "10.1.2.3", "", "10.1.2.3"],
    ["not a stranger", "192.0.2.1", "203.0.113.9", "192.0.2.1"],
  ])("the client is %s", (_name, peer, header, expected) => {
    expect(addressOf(peer, forwarded(header))).toBe(expected);
  });
});

test.each(["proxy.example", "10.0.0.0/33", "10.0.0", "", "::1/129"])(
  "%p is refused by the configuration",
  (entry) => {
    const { success } = configSchema.safeParse({ server: { trustedProxies: [entry] } });
    expect(success).toBe(false);
  },
);
