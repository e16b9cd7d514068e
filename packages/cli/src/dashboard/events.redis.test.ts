import { createFakeClock } from "@sluice/core/testing";
import { createLimiter, tokenBucket } from "@sluice/limiter";
import { redisControlStore, redisStore } from "@sluice/limiter-redis";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Events, openEvents } from "./ask.test-support.js";
import { errorOf, openDashboard } from "./dashboard.test-support.js";
import { busyFleet, hostile, hostileBucket } from "./fleet.test-support.js";
import type { PageHistory, PageState } from "./state.js";

let server: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

let prefixes = 0;
function fresh(): { readonly url: string; readonly prefix: string } {
  prefixes += 1;
  return { url: server.url, prefix: `events${prefixes}` };
}

/** The newest state of a stream, once it is as it should be. */
async function stateOf(events: Events, is: (state: PageState) => boolean): Promise<PageState> {
  const newest = (): PageState | undefined => events.of("state").at(-1) as PageState | undefined;
  await expect.poll(() => newest() !== undefined && is(newest() as PageState), { timeout: 15_000 }).toBe(true);
  return newest() as PageState;
}

describe("what a page is told", { timeout: 60_000 }, () => {
  it("tells buckets by pressure, providers, breakers, overrides and the audit, and tells them anew", async () => {
    const where = fresh();
    const fleet = await busyFleet(where);
    const { events, get } = await openDashboard(where);
    const stream = await events();
    expect([stream.status, stream.headers["content-type"]]).toEqual([200, "text/event-stream"]);
    // Told a second later, maybe two; a look from before anybody watched knows less.
    const state = await stateOf(
      stream,
      ({ mode, providers }) =>
        mode === "enforce" && providers.some(({ waiting, throttled }) => waiting === 3 && throttled === 1),
    );
    expect(state).toMatchObject({
      awayForMs: null,
      engine: "default",
      mode: "enforce",
      readOnly: false,
      emergency: null,
    });
    expect(state.place).toMatch(/^redis:\/\/127\.0\.0\.1:\d+/);
    expect(state.buckets[0]).toMatchObject({
      scope: "slack:acme",
      bucket: "users.list",
      used: 1,
      waiting: 3,
      capacity: 5,
    });
    expect(state.buckets[0]?.nextMs).toBeGreaterThan(1000);
    expect(state.providers).toContainEqual(expect.objectContaining({ provider: "slack", accounts: 1, throttled: 1 }));
    expect(state.breakers.map(({ name, state: stands, held }) => [name, stands, held?.state])).toEqual([
      ["billing", "open", undefined],
      ["gitlab", null, "closed"],
    ]);
    expect(state.overrides.map(({ what }) => what)).toEqual(["allow: no limit", "5 times the limits"]);
    expect(state.audit.map(({ action }) => action)).toEqual([
      "breaker.closed",
      "override.grant",
      "override.grant",
      "policy.add",
    ]);
    expect(state.chain).toMatchObject({ kind: "intact", entries: 4 });
    // Told for a second each: work goes on until a look has seen some.
    const granted = async (): Promise<number> => {
      await fleet.work();
      const newest = stream.of("state").at(-1) as PageState | undefined;
      return newest?.providers.find(({ provider }) => provider === "github")?.granted ?? 0;
    };
    await expect.poll(granted, { timeout: 15_000, interval: 300 }).toBeGreaterThan(0);
    await expect.poll(() => stream.of("point").length, { timeout: 15_000 }).toBeGreaterThan(1);
    // A page that comes later is told what was before.
    const later = await events();
    await stateOf(later, () => true);
    const [history] = later.of("history") as [PageHistory];
    expect(history.times.length).toBeGreaterThan(1);
    expect(history.series["slack"]?.granted).toHaveLength(history.times.length);
    expect((await get("/api/what")).status).toBe(404);
  });

  it("passes on what others wrote as it is, and as JSON", async () => {
    const where = fresh();
    await busyFleet(where);
    const { events } = await openDashboard(where);
    const stream = await events();
    const { overrides, audit, buckets } = await stateOf(stream, (state) => state.buckets.length > 3);
    expect(buckets.map(({ bucket }) => bucket)).toContain(hostileBucket);
    expect(overrides[0]).toMatchObject({ subject: `tenant ${hostile}`, author: hostile, reason: hostile });
    expect(audit.some(({ reason }) => reason === hostile)).toBe(true);
    // Each event is one line of JSON: nothing that was written anywhere can begin another one.
    for (const line of stream.text().split("\n")) expect(line).toMatch(/^(event: \w+|data: \{.*\})?$/);
  });

  it("finds a bucket among a thousand by a part of its name, and tells no more than two hundred", async () => {
    const where = fresh();
    const store = redisStore({ ...where, commandTimeoutMs: 10_000 });
    const limiter = createLimiter({ store, provider: "slack", account: "acme" });
    onTestFinished(async () => {
      await limiter.close();
      await store.close();
    });
    const limit = tokenBucket({ refillRate: 0.01, burst: 3 });
    await Promise.all(
      Array.from({ length: 900 }, (_, index) => limiter.tryAcquire({ bucket: `channel ${index}`, limit })),
    );
    const { events, get } = await openDashboard(where);
    const [all, few] = [await events(), await events("?filter=CHANNEL%2077")];
    const state = await stateOf(all, ({ scanned, matching }) => scanned.complete && matching === 900);
    expect([state.buckets.length, state.matching]).toEqual([200, 900]);
    const found = await stateOf(few, ({ matching }) => matching === 11);
    expect(found.buckets.map(({ bucket }) => bucket)).toContain("channel 777");
    expect((await get(`/api/events?filter=${"x".repeat(101)}`)).status).toBe(400);
  });

  it("has eight streams at a time, and takes another when one has gone", async () => {
    const { events, get, bare, token } = await openDashboard(fresh());
    const head = (path: string): ReturnType<typeof bare> =>
      bare(path, { method: "HEAD", headers: { Authorization: `Bearer ${token}` } });
    const streams = await Promise.all(Array.from({ length: 8 }, () => events()));
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const refused = await get("/api/events");
    expect([refused.status, errorOf(refused)]).toEqual([503, "8 pages are open already"]);
    for (const stream of streams.slice(3)) stream[Symbol.dispose]();
    // Nor do requests without a body hold a place.
    await expect.poll(async () => (await head("/api/events")).status, { timeout: 10_000 }).toBe(200);
    for (let asked = 0; asked < 12; asked += 1) await head("/api/events");
    await expect
      .poll(
        async () => {
          using again = await events();
          return again.status;
        },
        { timeout: 10_000 },
      )
      .toBe(200);
  });

  it("cuts a page that reads nothing, and gives its place to another", async () => {
    const where = fresh();
    const store = redisStore({ ...where, commandTimeoutMs: 10_000 });
    const limiter = createLimiter({ store, provider: "slack", account: "acme" });
    onTestFinished(async () => {
      await limiter.close();
      await store.close();
    });
    const limit = tokenBucket({ refillRate: 0.01, burst: 3 });
    await Promise.all(
      Array.from({ length: 300 }, (_, index) => limiter.tryAcquire({ bucket: `${"x".repeat(80)}${index}`, limit })),
    );
    const clock = createFakeClock();
    const { port, token } = await openDashboard(where, "", { clock });
    const sockets = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const socket = connect(port, "127.0.0.1")
          .on("error", () => {})
          .pause();
        onTestFinished(() => void socket.destroy());
        const head = ["GET /api/events HTTP/1.1", `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`];
        socket.write(`${head.join("\r\n")}\r\n\r\n`);
        await once(socket, "readable");
        return socket;
      }),
    );
    const bearer = { Host: `127.0.0.1:${port}`, Authorization: `Bearer ${token}` };
    const status = async (): Promise<number> => {
      using another = await openEvents(port, "/api/events", bearer);
      return another.status;
    };
    expect(await status()).toBe(503);
    // Seconds of the dashboard, until no buffer on the way takes more, and some after that.
    let seconds = 0;
    for (; seconds < 3000 && (await status()) === 503; seconds += 10)
      for (let second = 0; second < 10; second += 1) {
        await clock.advance(1000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    expect(seconds).toBeLessThan(3000);
    expect(sockets).toHaveLength(8);
  });

  it("ends its streams when it ends", async () => {
    const { events, run } = await openDashboard(fresh());
    const stream = await events();
    await stateOf(stream, () => true);
    run.stop();
    expect(await run.exitCode).toBe(0);
    await stream.ended;
  });

  it("says that Redis is away for as long as it is, keeps what it knew, and refuses changes meanwhile", async () => {
    const own = await startRedisServer();
    onTestFinished(() => own.stop());
    const where = { url: own.url, prefix: "away" };
    const { events, post, run } = await openDashboard(where, "--timeout 2000");
    const stream = await events();
    await post("/api/reputation/reset", { author: "ops", reason: "before", confirm: true, of: "everybody" });
    await stateOf(stream, ({ audit }) => audit.length > 0);
    const begin = {
      author: "ops",
      reason: "meanwhile",
      confirm: true,
      kind: "shadow",
      forMs: 60_000,
      seenUntilMs: null,
    };
    // It stands still until the page has said so, as in a failover.
    own.pause();
    const [away, refused] = await Promise.all([
      stateOf(stream, ({ awayForMs }) => awayForMs !== null),
      post("/api/emergency/begin", begin),
    ]);
    own.resume();
    expect(away.audit.length).toBeGreaterThan(0);
    expect([refused.status, errorOf(refused)]).toEqual([503, expect.stringContaining("Redis did not answer")]);
    const back = await stateOf(stream, ({ awayForMs }) => awayForMs === null);
    expect([back.mode, back.emergency]).toEqual(["enforce", null]);
    expect(run.err()).not.toContain("at ");
  });

  it("finds an audit that somebody has edited", async () => {
    const where = fresh();
    const control = redisControlStore({ ...where, commandTimeoutMs: 10_000 });
    const redis = new Redis(where.url);
    onTestFinished(async () => {
      redis.disconnect();
      await control.close();
    });
    for (const reason of ["one", "two", "three"])
      await control.change("policy:default", {
        records: {},
        entry: { action: "note", subject: "s", author: "a", reason },
      });
    const [entry] = await control.audit("policy:default", { after: "0-0", count: 1 });
    for (const key of await redis.keys(`${where.prefix}:*audit*`)) await redis.xdel(key, entry?.id ?? "");
    const { post, events } = await openDashboard(where);
    expect(JSON.parse((await post("/api/audit/verify", {})).text)).toMatchObject({ kind: "broken" });
    const state = await stateOf(await events(), ({ chain }) => chain.kind !== "unknown");
    expect(state.chain).toMatchObject({ kind: "broken", why: expect.any(String) });
  });
});
