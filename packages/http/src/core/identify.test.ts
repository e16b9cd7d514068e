import { describe, expect, it, vi } from "vitest";
import { createIdentifier, type IdentifyOptions } from "./identify.js";
import type { RequestView } from "./request-view.js";

const view: RequestView<object> = {
  request: {},
  method: "post",
  target: "/a/../things/?x=1",
  route: undefined,
  caseSensitive: true,
  peer: "2001:db8:1:2::7",
  header: () => undefined,
  gone: () => new AbortController().signal,
};

async function identityBy(options: IdentifyOptions<object>): Promise<object> {
  return createIdentifier(options, () => {})(view, (path) => path.toLowerCase());
}

describe("an identity", () => {
  it("is address and endpoint, and what was verified beside them", async () => {
    const seen = { ip: "2001:db8:1:2::/64", endpoint: "POST /things" };
    expect(await identityBy({})).toEqual(seen);
    expect(await identityBy({ identify: () => undefined })).toEqual(seen);
    const identify = (): object => ({ user: "alice", tenant: undefined, ip: undefined, endpoint: undefined });
    expect(await identityBy({ identify })).toStrictEqual({ ...seen, user: "alice" });
  });

  it("has another address or endpoint where the user's function says so, addresses grouped all the same", async () => {
    const identify = (): object => ({ ip: "2001:db8:9:9::1", endpoint: "POST /known" });
    expect(await identityBy({ identify })).toEqual({ ip: "2001:db8:9:9::/64", endpoint: "POST /known" });
    expect(await identityBy({ identify, ipv6Prefix: 48 })).toEqual({ ip: "2001:db8:9::/48", endpoint: "POST /known" });
  });

  it("is nobody's where the user's function gives nothing, and an error where it gives what is none", async () => {
    const seen = { ip: "2001:db8:1:2::/64", endpoint: "POST /things" };
    expect(await identityBy({ identify: () => null as never })).toEqual(seen);
    await expect(identityBy({ identify: () => "alice" as never })).rejects.toThrow(
      /^identify must be a function that gives an object, got "string"/,
    );
  });

  it("is in the country of the address it has, and in none that anybody else names", async () => {
    const geo = vi.fn((ip: string) => (ip === "203.0.113.9" ? "DE" : undefined));
    const identify = (): object => ({ ip: "203.0.113.9", roles: ["admin", "country:FR"] });
    expect(await identityBy({ geo, identify })).toMatchObject({ roles: ["admin", "country:DE"] });
    const nowhere = createIdentifier({ geo, identify: () => ({ roles: ["country:DE"] }) }, () => {});
    expect(await nowhere({ ...view, peer: undefined }, String)).toMatchObject({ roles: ["country:unknown"] });
    expect(geo).toHaveBeenCalledOnce();
  });

  it("hands the user's function the address in full", async () => {
    let full: unknown;
    await identityBy({ identify: (_request, seen) => void (full = seen) as undefined });
    expect(full).toEqual({ ip: "2001:db8:1:2::7", endpoint: "POST /things" });
  });
});
