import { redisControlStore } from "@sluice/limiter-redis";
import { type RedisServer, say, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAuditTrail } from "../audit/audit-trail.js";
import { createOverrides } from "../overrides/create-overrides.js";
import { createControl } from "./create-control.js";
import { watchStandstill } from "@sluice/test/stalls";

let server: RedisServer;
let count = 0;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

/** One process, as far as Redis can tell: those with different deadlines share no connection. */
function member(commandTimeoutMs: number) {
  const store = redisControlStore({ url: server.url, prefix: `two${count}`, commandTimeoutMs });
  const control = createControl({ store, space: "policy:default" });
  const close = async (): Promise<void> => {
    await control.close();
    await store.close();
  };
  const overrides = createOverrides(control);
  return { control, overrides, audit: createAuditTrail(control), [Symbol.asyncDispose]: close };
}

/** Milliseconds until it holds, but for those in which the machine stood still. */
const msUntil = async (holds: () => boolean): Promise<number> => {
  using standstill = watchStandstill(() => say(server, "PING"));
  const startedMs = performance.now();
  while (!holds()) {
    if (performance.now() - startedMs > 5000) throw new Error("not within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return performance.now() - startedMs - standstill.totalMs;
};

it.each([
  ["with its notification", true],
  ["without its notification", false],
])("a grant and its revocation reach another process within a second, %s", async (_how, heard) => {
  count += 1;
  // A server that stands still for a second has not failed.
  await using one = member(5000);
  await using other = member(5001);
  await Promise.all([one.control.ready(), other.control.ready()]);
  const channels = async (): Promise<string> => say(server, "PUBSUB", "CHANNELS", `two${count}*`);
  if (heard) await expect.poll(channels, { timeout: 10_000 }).toContain("changes");
  // Those who may not publish are not heard.
  else await say(server, "ACL", "SETUSER", "default", "-publish");
  const tookMs: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const granted = await one.overrides.grant({
      subject: { user: "alice" },
      kind: "allow",
      until: Date.now() + 60_000,
      reason: "incident",
      author: "bob",
    });
    tookMs.push(await msUntil(() => other.overrides.of({ user: "alice" })?.id === granted.id));
    await one.overrides.revoke(granted.id, { author: "bob", reason: "is over" });
    tookMs.push(await msUntil(() => other.overrides.of({ user: "alice" }) === undefined));
  }
  await say(server, "ACL", "SETUSER", "default", "+@all");
  console.log(`${_how}: seen after ${tookMs.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  expect(Math.max(...tookMs)).toBeLessThan(1000);
  expect(await other.audit.verify()).toMatchObject({ intact: true, entries: 10 });
});
