import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientIp, type ForwardedChoice } from "./client-ip.js";
import { resolveTrust, type TrustProxy } from "./trust.js";

const attacker = "203.0.113.66";

/** The address of a request that came from `peer` with these headers. */
function seen(
  headers: { readonly xff?: string; readonly forwarded?: string },
  trustProxy: TrustProxy = "loopback",
  peer: string | null = "127.0.0.1",
  choice: ForwardedChoice = "either",
): string | undefined {
  const header = (name: string): string | undefined => (name === "forwarded" ? headers.forwarded : headers.xff);
  return clientIp({ peer: peer ?? undefined, header }, resolveTrust(trustProxy), choice);
}

describe("the address of a client", () => {
  it("is that of the connection while no proxy is trusted, in one spelling", () => {
    expect(seen({ xff: "198.51.100.1" }, false, "203.0.113.5")).toBe("203.0.113.5");
    expect(seen({}, false, "::ffff:203.0.113.5")).toBe("203.0.113.5");
    expect(seen({}, false, "2001:DB8:0:0::1")).toBe("2001:db8::1");
    expect(seen({ xff: "198.51.100.1" }, false, null)).toBeUndefined();
  });

  it("is the nearest that no trusted proxy vouches for", () => {
    expect(seen({ xff: "198.51.100.1, 10.0.0.3" }, ["loopback", "10.0.0.0/8"])).toBe("198.51.100.1");
    expect(seen({ xff: "198.51.100.1, 203.0.113.9, 10.0.0.3" }, ["loopback", "uniquelocal"])).toBe("203.0.113.9");
    expect(seen({ xff: "10.0.0.1, 10.0.0.2" }, ["loopback", "uniquelocal"])).toBe("10.0.0.1");
    expect(seen({}, "loopback")).toBe("127.0.0.1");
    expect(seen({ xff: "198.51.100.1" }, "loopback", "203.0.113.5")).toBe("203.0.113.5");
    expect(seen({ xff: "198.51.100.1" }, "loopback", "::ffff:127.0.0.1")).toBe("198.51.100.1");
  });

  it("is found by a number of proxies, also where the connection has no address", () => {
    const xff = "192.0.2.1, 192.0.2.2, 192.0.2.3";
    expect([0, 1, 2, 3, 4].map((hops) => seen({ xff }, hops))).toEqual([
      "127.0.0.1",
      "192.0.2.3",
      "192.0.2.2",
      "192.0.2.1",
      "192.0.2.1",
    ]);
    expect(seen({ xff }, 1, null)).toBe("192.0.2.3");
  });

  it("is found by a function of address and distance", () => {
    const asked: [string, number][] = [];
    const trust = (address: string, hop: number): boolean => asked.push([address, hop]) < 3;
    expect(seen({ xff: "192.0.2.1, 192.0.2.2, 192.0.2.3" }, trust)).toBe("192.0.2.2");
    expect(asked).toEqual([
      ["127.0.0.1", 0],
      ["192.0.2.3", 1],
      ["192.0.2.2", 2],
    ]);
  });

  it("reads both spellings of the header", () => {
    for (const [forwarded, address] of [
      ["for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"],
      ['For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
      ['by="a,b";for="192.0.2.9:80"', "192.0.2.9"],
      ["for=192.0.2.43, for=198.51.100.17", "198.51.100.17"],
      ["for=unknown", "127.0.0.1"],
      ["for=_hidden", "127.0.0.1"],
      ["for=192.0.2.1;for=192.0.2.2", "127.0.0.1"],
      ["proto=https", "127.0.0.1"],
      ['for="192.0.2.1\\"', "127.0.0.1"],
    ]) {
      expect([forwarded, seen({ forwarded: forwarded as string })]).toEqual([forwarded, address]);
    }
    for (const [xff, address] of [
      ["192.0.2.7:1234", "192.0.2.7"],
      ["[2001:db8::7]:1234", "2001:db8::7"],
      ["2001:db8::7", "2001:db8::7"],
      ["::ffff:192.0.2.7", "192.0.2.7"],
      [" 192.0.2.7 ", "192.0.2.7"],
      ["192.0.2.7,", "127.0.0.1"],
      ["192.0.2.0/24", "127.0.0.1"],
      ["0300.0.2.7", "127.0.0.1"],
      ["localhost", "127.0.0.1"],
      ["", "127.0.0.1"],
    ]) {
      expect([xff, seen({ xff: xff as string })]).toEqual([xff, address]);
    }
  });

  it("is that of the connection where the two headers disagree: a client may have written either", () => {
    const both = { xff: "192.0.2.1", forwarded: "for=192.0.2.2" };
    expect(seen(both)).toBe("127.0.0.1");
    expect(seen(both, "loopback", "127.0.0.1", "forwarded")).toBe("192.0.2.2");
    expect(seen(both, "loopback", "127.0.0.1", "x-forwarded-for")).toBe("192.0.2.1");
    expect(seen({ xff: "192.0.2.1", forwarded: 'for="192.0.2.1:80"' })).toBe("192.0.2.1");
  });

  it("ends at what is no address, a hundred hops, and eight kilobytes", () => {
    expect(seen({ xff: "192.0.2.1, rubbish, 10.0.0.1" }, ["loopback", "uniquelocal"])).toBe("10.0.0.1");
    const many = Array.from({ length: 1000 }, (_, hop) => `10.0.${Math.floor(hop / 250)}.${hop % 250}`);
    expect(seen({ xff: many.join(",") }, ["loopback", "uniquelocal"])).toBe("10.0.3.150");
    const long = `192.0.2.1,${" ".repeat(9000)},10.0.0.1`;
    expect(seen({ xff: long }, ["loopback", "uniquelocal"])).toBe("10.0.0.1");
    const cut = `192.0.2.1,${" ".repeat(8190)}10.0.0.1`;
    expect(seen({ xff: cut }, ["loopback", "uniquelocal"])).toBe("127.0.0.1");
  });

  it("is never anything that the client wrote, whatever it writes in front of what the proxy adds", () => {
    const rubbish = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('"', 'for="', "for=127.0.0.1", "127.0.0.1", ",", "\\", '"127.0.0.1,', "for=1.2.3.4;", "[::1]"),
      fc.ipV4(),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(fc.array(rubbish, { maxLength: 12 }), fc.boolean(), (parts, joined) => {
        const forged = parts.join(joined ? "," : "");
        expect(seen({ xff: `${forged}, ${attacker}` })).toBe(attacker);
        expect(seen({ forwarded: `${forged}, for=${attacker}` })).toBe(attacker);
        expect(["127.0.0.1", attacker]).toContain(seen({ xff: `${forged}, ${attacker}`, forwarded: forged }));
        expect(["127.0.0.1", attacker]).toContain(seen({ xff: forged, forwarded: `${forged}, for=${attacker}` }));
      }),
      { numRuns: 500 },
    );
  });

  it("is found in a time that the length of the header does not change", () => {
    const forwarded = Buffer.from(`${"for=10.0.0.1,".repeat(1_000_000)}for=${attacker}`).toString();
    const started = process.cpuUsage();
    for (let n = 0; n < 1000; n += 1) seen({ forwarded });
    // Processor time, which a stall of the machine does not lengthen.
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(1);
  });
});

describe("trusted proxies", () => {
  it("are told apart from what is no address, before anything is served", () => {
    for (const wrong of [true, -1, 1.5, 101, "everybody", ["10.0.0.0/33"], ["loopback", "10.0.0"], {}, null]) {
      expect(() => resolveTrust(wrong as TrustProxy)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    }
    expect(() => resolveTrust(true as never)).toThrow(/true would believe whatever a client writes/);
    expect(() => resolveTrust(["loopback", "10.0.0"])).toThrow(/^trustProxy\[1\] must be/);
  });

  it("lie in networks of both kinds, and in no other", () => {
    const trusted = resolveTrust(["fc00::/7", "192.0.2.128/25", "2001:db8::5", "::ffff:10.0.0.0/104"]);
    const yes = ["fd12::1", "192.0.2.200", "2001:db8::5", "10.9.9.9"];
    const no = ["fe80::1", "192.0.2.100", "2001:db8::6", "11.0.0.1", undefined];
    expect([...yes, ...no].map((address) => trusted(address, 0))).toEqual([
      ...yes.map(() => true),
      ...no.map(() => false),
    ]);
  });
});
