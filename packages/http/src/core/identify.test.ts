import { describe, expect, it } from "vitest";
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

  it("hands the user's function the address in full", async () => {
    let full: unknown;
    await identityBy({ identify: (_request, seen) => void (full = seen) as undefined });
    expect(full).toEqual({ ip: "2001:db8:1:2::7", endpoint: "POST /things" });
  });
});
