import { type Call, createCall, withCaller } from "@sluice/core";
import { createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { charge, client, reply, sender } from "../assembly/rig.test-support.js";
import { createFetchApi } from "../index.js";
import { Registry } from "../users-own.test-support.js";
import type { VendorLimits } from "./vendor-limits.js";

const vendorLimits: VendorLimits = {
  account: "main",
  operations: ["list", "create"],
  requests: (operation) =>
    ["list", "create"].includes(operation) ? [createCall({ provider: "acme", account: "main", operation })] : undefined,
};

/** Sends requests of which the first two find tokens. */
function busy(count: number) {
  const made = client();
  const sent = Array.from({ length: count }, (_, index) =>
    withCaller(index % 2 === 0 ? { namespace: "team-a" } : {}, () =>
      made.send(() => reply(200), { caller: index % 2 === 0 ? { namespace: "team-a" } : undefined }),
    ),
  );
  return { ...made, limits: made.assembly.limits(vendorLimits), sent };
}

describe("the limits of a client", () => {
  it("show what is charged, how full it is, who waits and when the next token comes", async () => {
    const { clock, limits, sent } = busy(5);
    await clock.advance(30);
    const sight = await limits.inspect();
    expect(sight).toMatchObject({ provider: "acme", enforcement: "enforce", mode: "memory" });
    expect(sight.waiting).toEqual({
      count: 3,
      longestWaitMs: 30,
      calls: [
        { account: "main", operation: "list", caller: { namespace: "team-a" }, priority: 0, waitedMs: 30 },
        { account: "main", operation: "list", caller: null, priority: 0, waitedMs: 30 },
        { account: "main", operation: "list", caller: { namespace: "team-a" }, priority: 0, waitedMs: 30 },
      ],
    });
    expect(sight.buckets).toHaveLength(1);
    expect(sight.buckets[0]).toMatchObject({ bucket: "all", left: 0, fill: 0, capacity: 2, account: "main" });
    expect(sight.buckets[0]?.waiting).toMatchObject({ count: 3, longestWaitMs: 30 });
    // What comes next is booked for those who wait already.
    expect(sight.buckets[0]?.nextSlotMs).toBeGreaterThan(0);
    await clock.advance(2000);
    await Promise.all(sent);
    expect((await limits.inspect()).waiting).toEqual({ count: 0, longestWaitMs: 0, calls: [] });
  });

  it("are plain data that nobody can change, least of all the caller's own object", async () => {
    const { clock, limits, sent } = busy(4);
    await clock.advance(1);
    const sight = await limits.inspect();
    expect(JSON.parse(JSON.stringify(sight))).toEqual(sight);
    expect(Object.isFrozen(sight.waiting.calls[0]?.caller)).toBe(true);
    await clock.advance(2000);
    await Promise.all(sent);
    const caller = { namespace: "team-b" };
    const made = client();
    const limited = made.assembly.limits(vendorLimits);
    const calls = [1, 2, 3].map(() => made.send(() => reply(200), { caller }));
    await made.clock.advance(1);
    expect((await limited.inspect()).waiting.calls[0]?.caller).toEqual(caller);
    expect(Object.isFrozen(caller)).toBe(false);
    await made.clock.advance(1000);
    await Promise.all(calls);
  });

  it("do not count a call as waiting that is under way, has failed or was refused", async () => {
    const { assembly, clock, send } = client({ retry: false });
    const limits = assembly.limits(vendorLimits);
    const failed = send(() => Promise.reject(new Error("cut"))).catch(() => "failed");
    const underWay = send(async () => {
      expect((await limits.inspect()).waiting.count).toBe(0);
      return reply(200);
    });
    const refused = send(() => reply(200), { deadlineMs: 1 }).catch(() => "refused");
    await clock.advance(1000);
    expect(await Promise.all([failed, refused])).toEqual(["failed", "refused"]);
    await underWay;
    expect((await limits.inspect()).waiting.count).toBe(0);
  });

  it("can be looked at for one operation, asked about before or not", async () => {
    const { assembly } = client();
    const { buckets } = await assembly.limits(vendorLimits).inspect({ operation: "create" });
    expect(buckets).toMatchObject([{ bucket: "all", left: 2, asOf: "2026-01-01T00:00:00.000Z" }]);
  });

  it("are those of every account that the client has used, each by its own name", async () => {
    for (const own of [false, true]) {
      const clock = createFakeClock();
      const limiter = own ? createLimiter({ store: memoryStore({ clock }), clock }) : undefined;
      const { assembly } = client({ clock, ...(limiter === undefined ? {} : { limiter }) });
      const send = sender(assembly);
      for (const account of ["main", "other", "other"]) await send(() => reply(200), { account });
      const { buckets } = await assembly.limits(vendorLimits).inspect();
      const seen = buckets.map(({ bucket, left }) => `${bucket} ${left}`).toSorted();
      expect(seen).toEqual(["all 0", "all 1"]);
    }
  });

  it("refuse an unknown operation and an option out of range, and say when the client is closed", async () => {
    const { assembly } = client();
    const limits = assembly.limits(vendorLimits);
    await expect(limits.inspect({ operation: "lst" })).rejects.toMatchObject({ option: "operation" });
    await assembly.limiterFor("main").tryAcquire(charge);
    await expect(limits.inspect({ timeoutMs: -1 })).rejects.toMatchObject({ option: "timeoutMs" });
    await assembly.close();
    await expect(limits.inspect()).rejects.toMatchObject({ code: "LIMITER_CLOSED" });
    expect(limits.explain("list").limits).toHaveLength(1);
  });

  it("are explained by their figures where a vendor says no more", () => {
    const { assembly } = client();
    const limits = assembly.limits(vendorLimits);
    expect(limits.explain("list").text).toBe(
      [
        "list (acme, account main) passes 1 limit. It goes out when it has room.",
        "1. 10 per second, at most 2 at once. Bucket all; the request takes one token. These are the default figures.",
      ].join("\n"),
    );
    expect(limits.all().map(({ operation }) => operation)).toEqual(["list", "create"]);
  });

  it("of a call that takes nothing are none", () => {
    const { assembly } = client({}, { quota: () => [] });
    expect(String(assembly.limits(vendorLimits).explain("list"))).toBe(
      "list (acme, account main) takes from no limit.",
    );
  });
});

describe("the limits of a fetch API", () => {
  const perSecond = tokenBucket({ refillRate: 10, burst: 2 });
  const quota = ({ operation }: Call) => [{ bucket: operation, limit: perSecond }];
  const common = { provider: "acme", account: "fetching", quota, registry: new Registry(), env: {} };

  it("are asked by a pattern, by a path that falls under one, or by an address", () => {
    const api = createFetchApi({ ...common, operation: ["GET /things/{id}", "POST /things"] });
    const limits = api.limits();
    for (const name of ["GET /things/{id}", "get /things/7", "GET /things/7"])
      expect(limits.explain(name)).toMatchObject({
        operation: "GET /things/{id}",
        limits: [{ bucket: "GET /things/{id}" }],
      });
    expect(limits.all()).toHaveLength(2);
    expect(limits.explain("POST /things", "https://api.example.com/things").limits[0]?.setBy.by).toBe("quota");
    expect(() => limits.explain("GET /thing")).toThrow("Did you mean GET /things/{id}?");
    return api.close();
  });

  it("are asked by any name where a function names the operations", () => {
    const api = createFetchApi({ ...common, operation: ({ url }) => url.pathname.split("/")[1] });
    expect(api.limits().explain("GET /users/1").operation).toBe("users");
    expect(api.as({ tenant: "a" }).limits().account).toBe("fetching");
    return api.close();
  });
});
