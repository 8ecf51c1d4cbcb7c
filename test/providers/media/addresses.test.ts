// Which addresses count as public: the ranges that must never be dialled, in all their spellings.
import { expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { isPublicAddress } from "../../../src/providers/media/addresses.ts";

test.each([
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "this network"],
  ["10.0.0.1", "private"],
  ["10.255.255.255", "private"],
  ["100.64.0.1", "carrier-grade NAT"],
  ["100.100.100.200", "a cloud's metadata"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["168.63.129.16", "Azure's platform"],
  ["169.254.169.254", "the clouds' metadata"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.0.0.192", "a cloud's metadata"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "6to4 relay"],
  ["192.168.1.1", "private"],
  ["198.18.0.1", "benchmark"],
  ["198.19.255.255", "benchmark"],
  ["198.51.100.7", "documentation"],
  ["203.0.113.7", "documentation"],
  ["224.0.0.1", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "broadcast"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["0:0:0:0:0:0:0:1", "loopback, written out"],
  ["::ffff:127.0.0.1", "mapped loopback"],
  ["::ffff:7f00:1", "mapped loopback in hexadecimal"],
  ["::ffff:8.8.8.8", "mapped, though of a public address"],
  ["::ffff:0:127.0.0.1", "translated"],
  ["::127.0.0.1", "IPv4-compatible"],
  ["64:ff9b::7f00:1", "NAT64"],
  ["64:ff9b::169.254.169.254", "NAT64 of the metadata"],
  ["64:ff9b:1::1", "local NAT64"],
  ["100::1", "discard-only"],
  ["2001::1", "Teredo"],
  ["2001:2::1", "benchmark"],
  ["2001:10::1", "ORCHID"],
  ["2001:20::1", "ORCHIDv2"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::", "6to4 of loopback"],
  ["2002:808:808::1", "6to4"],
  ["3fff::1", "documentation"],
  ["3fff:fff:ffff::1", "documentation"],
  ["4000::1", "not given out"],
  ["5f00::1", "segment routing"],
  ["fc00::1", "unique-local"],
  ["fd00:ec2::254", "a cloud's metadata"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local with a zone"],
  ["2606:4700::1%eth0", "any with a zone"],
  ["fec0::1", "site-local"],
  ["ff02::1", "multicast"],
  ["0x7f.1", "no address"],
  ["2130706433", "no address"],
  ["0177.0.0.1", "no address"],
  ["[::1]", "no address"],
  ["localhost", "no address"],
  ["", "no address"],
])("%s is not public: %s", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.1",
  "168.63.129.15",
  "169.253.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2001:200::1",
  "2001:4860:4860::8888",
  "2003::1",
  "2606:4700::6810:84e5",
  "2A00:1450:4001::200E",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test("this machine's own addresses are not public, whatever they are", () => {
  const own = ["93.184.216.34", "2606:4700:0:0::1", "fe80::1%eth0", "nonsense"];
  expect(isPublicAddress("93.184.216.34", own)).toBe(false);
  expect(isPublicAddress("93.184.216.35", own)).toBe(true);
  expect(isPublicAddress("2606:4700::1", own)).toBe(false);
  expect(isPublicAddress("2606:4700::2", own)).toBe(true);
  const real = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  expect(real.length).toBeGreaterThan(0);
  expect(real.filter(({ address }) => isPublicAddress(address))).toEqual([]);
});
