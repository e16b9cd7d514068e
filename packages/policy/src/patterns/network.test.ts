import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalIp, inNetwork, ipPrefix, type Network, parseNetwork } from "./network.js";

describe("canonicalIp", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:0201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:c000:201", "192.0.2.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["fe80::1%eth0", "fe80::1"],
    ["::", "::"],
    ["::192.0.2.1", "::c000:201"],
    ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["10.1.2.3/32", "10.1.2.3"],
    ["2001:db8:1:2:3::/64", "2001:db8:1:2::/64"],
    ["::ffff:10.1.2.3/104", "10.0.0.0/8"],
  ])("spells %s as %s", (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });

  it.each([
    "",
    "x",
    "256.1.1.1",
    "010.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "1.2.3.4.5",
    "1::2::3",
    "[::1]",
    "::1:80:",
    "1.2.3.4:80",
  ])("knows that %j is no address", (text) => {
    expect(canonicalIp(text)).toBeUndefined();
  });

  it.each([
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "::/129",
    "::/1e1",
    `${"0".repeat(100_000)}1.2.3.4`,
  ])("knows that %j is no network", (text) => {
    expect(canonicalIp(text)).toBeUndefined();
  });

  it("leaves its own spelling alone", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        const once = canonicalIp(ip) ?? "";
        expect(canonicalIp(once)).toBe(once);
        expect(once).not.toBe("");
      }),
    );
  });
});

describe("a network", () => {
  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "::ffff:10.0.0.1", true],
    ["::ffff:10.0.0.0/104", "10.9.9.9", true],
    ["::/0", "10.0.0.1", false],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["0.0.0.0/0", "255.255.255.255", true],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["192.0.2.128/25", "192.0.2.128", true],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["2001:db8::/32", "2001:db8:1:2::/64", true],
    ["2001:db8:1:2::/64", "2001:db8::/32", false],
  ])("%s holds %s: %s", (outer, inner, expected) => {
    expect(inNetwork(networkOf(outer), networkOf(inner))).toBe(expected);
  });

  it("agrees with plain arithmetic on IPv4", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (one, other, bits) => {
        const numbers = [one, other].map((ip) => ip.split(".").reduce((sum, part) => sum * 256 + Number(part), 0));
        const [a = 0, b = 0] = numbers.map((number) => Math.floor(number / 2 ** (32 - bits)));
        expect(inNetwork(networkOf(`${one}/${bits}`), networkOf(other))).toBe(a === b);
      }),
    );
  });
});

describe("ipPrefix", () => {
  it("counts all addresses of a subscriber as one", () => {
    expect(ipPrefix("2001:db8:1:2:3:4:5:6", 64)).toBe("2001:db8:1:2::/64");
    expect(ipPrefix("2001:db8:1:2:ffff::", 64)).toBe("2001:db8:1:2::/64");
    expect(ipPrefix("2001:db8:1:2::", 56)).toBe("2001:db8:1::/56");
  });

  it("leaves whole addresses as they are", () => {
    expect(ipPrefix("2001:db8::1", 128)).toBe("2001:db8::1");
    expect(ipPrefix("::ffff:192.0.2.1", 64)).toBe("192.0.2.1");
    expect(ipPrefix("192.0.2.1", 24)).toBe("192.0.2.0/24");
  });

  it("does not widen a network, and knows what is none", () => {
    expect(ipPrefix("10.0.0.0/8", 24)).toBe("10.0.0.0/8");
    expect(ipPrefix("nobody", 64)).toBeUndefined();
    expect(ipPrefix("::1", -1)).toBeUndefined();
  });
});

function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`no network: ${text}`);
  return network;
}
