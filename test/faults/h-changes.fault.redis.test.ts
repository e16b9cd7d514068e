import { startRedisServer } from "@sluice/test/redis-server";
import { expect } from "vitest";
import type { OverrideDraft } from "../../packages/policy/src/overrides/override.js";
import { until } from "./b-support.js";
import { fault } from "./fault.js";
import { admin, byHand, entry, keyOf } from "./h-support.js";
import { watchStalls } from "../src/stalls/index.js";

const HOUR_MS = 3_600_000;

fault(
  {
    id: "H5",
    fault: "two administrators change the same version at once, and one of them again",
    expected: "one is told of the conflict each time; no update is lost",
  },
  async () => {
    await using server = await startRedisServer();
    await using one = await admin(server);
    await using other = await admin(server);
    const ROUNDS = 100;
    let conflicts = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all([one.control.refresh(), other.control.refresh()]);
      const changes = [one, other].map(({ control }) => {
        const total = String(Number(control.record("total") ?? "0") + 1);
        return () => control.change({ records: { total }, entry: entry("total"), ifVersion: control.version });
      });
      const settled = await Promise.allSettled(changes.map((change) => change()));
      const refused = settled.filter(({ status }) => status === "rejected");
      expect(refused.map((each) => Object(Reflect.get(each, "reason")).code)).toEqual(["CHANGE_CONFLICT"]);
      conflicts += refused.length;
    }
    const replayed = one.control.change({ records: { total: "0" }, entry: entry("total"), ifVersion: 1 });
    await expect(replayed).rejects.toMatchObject({ code: "CHANGE_CONFLICT" });
    await one.control.refresh();
    const made = Number(one.control.record("total"));
    expect(made).toBe(ROUNDS);
    expect(await one.audit.verify()).toMatchObject({ intact: true, entries: ROUNDS });
    return `${ROUNDS} pairs: ${conflicts} conflicts told, ${ROUNDS - made} updates lost; a replay refused`;
  },
);

fault(
  {
    id: "H6",
    fault: "overrides that never end, know no bound or are for somebody else",
    expected: "refused by the ceiling, and without effect when written into the store by hand; all others end",
  },
  async () => {
    await using server = await startRedisServer();
    await using bob = await admin(server);
    await using mallory = byHand(server);
    const nowMs = Date.now();
    const policy = JSON.stringify({ name: "global", scope: "global", windows: [{ limit: 100, per: "minute" }] });
    await bob.control.change({ records: { "policy/global": policy }, entry: entry("global") });
    const draft = {
      subject: { tenant: "acme" },
      kind: "grant",
      multiply: 2,
      until: nowMs + HOUR_MS,
      reason: "a test",
      author: "bob",
    };
    const year = 365 * 24 * HOUR_MS;
    const attempts: readonly object[] = [
      { until: nowMs + 100 * year },
      { until: Number.POSITIVE_INFINITY },
      { until: undefined },
      { until: nowMs - 1 },
      { multiply: undefined, unlimited: true, until: nowMs + 48 * HOUR_MS },
      { kind: "allow", multiply: undefined, until: nowMs + 48 * HOUR_MS },
      { kind: "emergency", multiply: undefined, until: nowMs + year },
      { multiply: 1e9 },
      { multiply: undefined, windows: [{ limit: 1e9, per: "second" }] },
      { reason: undefined },
      { author: "" },
      { subject: { tenant: "acme", user: "eve" } },
      { subject: { policy: "*", tenant: "other" } },
    ];
    for (const attempt of attempts)
      await expect(bob.overrides.grant({ ...draft, ...attempt } as OverrideDraft)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
      });
    const before = (await bob.control.sight()).records.size;
    expect(before).toBe(1);

    // Past us, with every right there is.
    const forged = { v: 1, kind: "allow", reason: "mine", author: "mallory", factor: 10, grantedMs: nowMs };
    const records = [
      { id: "1", subject: { tenant: "eve" }, untilMs: nowMs + 100 * year },
      { id: "2", subject: { tenant: "eve" } },
      { id: "3", subject: { tenant: "eve" }, untilMs: null },
      { id: "4", subject: { tenant: "eve" }, kind: "grant", multiply: 1e9, untilMs: nowMs + HOUR_MS },
      { id: "5", subject: { tenant: "eve", policy: "*" }, untilMs: nowMs + HOUR_MS },
    ];
    for (const record of records)
      await mallory.hset(keyOf("records"), `override/${record.id}`, JSON.stringify({ ...forged, ...record }));
    await bob.overrides.grant(draft as OverrideDraft);
    await bob.control.refresh();
    await using fresh = await admin(server);
    expect(fresh.control.record("override/1")).toBeDefined();
    expect(await fresh.overrides.check({ tenant: "eve" }, "global")).toBeUndefined();

    const neighbours = ["acme2", "acm", "ACME", "acme ", "acme\0", "tenant acme", "*", "", "__proto__"];
    for (const tenant of neighbours) expect(fresh.overrides.of({ tenant }, "global")).toBeUndefined();
    for (const identity of [{ user: "acme" }, { roles: ["acme"] }, { apiKey: "acme" }])
      expect(fresh.overrides.of(identity, "global")).toBeUndefined();
    expect(fresh.overrides.of({ tenant: "acme" }, "global")).toBeDefined();
    const held = await fresh.overrides.list();
    const endless = held.filter(({ untilMs }) => !(untilMs <= nowMs + 31 * 24 * HOUR_MS)).length;
    expect([held.length, endless]).toEqual([1, 0]);
    return `${attempts.length} refused, ${records.length} written by hand without effect; overrides without end: ${endless}`;
  },
);

fault(
  {
    id: "F14",
    fault: "the notification of a change of policies or overrides is lost",
    expected: "the change is found by looking within one interval of 500 ms",
  },
  async () => {
    await using server = await startRedisServer();
    await using one = await admin(server);
    await using other = await admin(server);
    await using redis = byHand(server);
    await redis.call("ACL", "SETUSER", "default", "-publish");
    const tookMs: number[] = [];
    using stalls = watchStalls();
    for (let round = 1; round <= 20; round += 1) {
      await one.control.change({ records: { total: `${round}` }, entry: entry("total") });
      const startedMs = performance.now();
      await until(() => other.control.record("total") === `${round}`, "the other has it", 5000);
      tookMs.push(performance.now() - startedMs);
    }
    const mostMs = Math.max(...tookMs);
    expect(mostMs).toBeLessThan(500 + 100 + 2 * stalls.longestMs);
    return `${tookMs.length} changes, each without its message: seen after at most ${mostMs.toFixed(0)} ms`;
  },
);
