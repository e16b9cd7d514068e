import { type Breaker, type BreakerOptions, createBreaker } from "@sluice/limiter";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { watchStalls, watchStandstill } from "@sluice/test/stalls";
import { redisBreakerStore } from "./redis-breaker-store.js";

const folder = fileURLToPath(new URL("../..", import.meta.url));
const PROBE_LEASE_MS = 1500;
let server: RedisServer;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Four processes as far as Redis can tell: each with a store and connections of its own. */
function fleet(name: string, options: Partial<BreakerOptions> = {}): Breaker[] {
  return Array.from({ length: 4 }, (_, index) => {
    // Another time is another connection, as another process has; so long that a busy machine is no outage.
    const store = redisBreakerStore({ url: server.url, commandTimeoutMs: 5000 + index });
    const breaker = createBreaker({ name, store, probeLeaseMs: PROBE_LEASE_MS, ...options });
    closers.push(async () => {
      await breaker.close();
      await store.close();
    });
    return breaker;
  });
}

const answer = async (): Promise<string> => "answer";
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const statesOf = (breakers: readonly Breaker[]): string[] => breakers.map((breaker) => breaker.state());
const allAre = (breakers: readonly Breaker[], state: string): boolean =>
  statesOf(breakers).every((one) => one === state);

/** A real process with a breaker of the built package. */
function spawnWithBreaker(name: string, code: string): ChildProcess {
  const head = `
    import { createBreaker } from "@sluice/limiter";
    import { redisBreakerStore } from "@sluice/limiter-redis";
    const store = redisBreakerStore({ url: ${JSON.stringify(server.url)}, commandTimeoutMs: 10_000 });
    const breaker = createBreaker({ name: ${JSON.stringify(name)}, store, probeLeaseMs: ${PROBE_LEASE_MS} });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", head + code], {
    cwd: folder,
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
  });
  closers.push(async () => child.kill("SIGKILL"));
  return child;
}

/** Waits for a child's first word; its first complaint is an error. */
function firstWord(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", (text: Buffer) => resolve(String(text)));
    child.stderr?.once("data", (text: Buffer) => reject(new Error(String(text))));
    child.once("error", reject);
  });
}

it("failures of four processes add up, and all of them open together", async () => {
  const breakers = fleet("adds-up");
  const redis = new Redis(server.url);
  closers.push(async () => redis.disconnect());
  await Promise.all(breakers.map((breaker) => breaker.run(answer)));
  // These successes are told now, and not between the failures.
  await Promise.all(breakers.map((breaker) => breaker.refresh()));
  let failures = 0;
  const startedMs = performance.now();
  // Each calls again and again, as a worker does, with 10 ms between calls, or as long as a busy Redis takes to hear of the last one.
  await Promise.all(
    breakers.map(async (breaker) => {
      while (breaker.state() === "closed" && performance.now() - startedMs < 10_000) {
        await breaker.run(async () => Promise.reject(new Error(((failures += 1), "broken")))).catch(() => {});
        await Promise.all([later(10), redis.ping()]);
      }
    }),
  );
  console.log(
    `four processes: all open after ${failures} failures and ${(performance.now() - startedMs).toFixed(0)} ms (threshold 5)`,
  );
  expect(allAre(breakers, "open")).toBe(true);
  // Five, and what was under way in the others when the fifth was told.
  expect(failures).toBeGreaterThanOrEqual(5);
  expect(failures).toBeLessThanOrEqual(12);
});

it("half-open, one call of the whole fleet goes, and its success closes the breaker everywhere", async () => {
  const breakers = fleet("one-probe", { probeLeaseMs: 10_000 });
  await Promise.all(breakers.map((breaker) => breaker.run(answer)));
  await breakers[0]?.force("open", { forMs: 200 });
  await expect.poll(() => allAre(breakers, "half-open"), { timeout: 10_000 }).toBe(true);
  let atOnce = 0;
  let most = 0;
  let went = 0;
  let refused = 0;
  const task = async (): Promise<void> => {
    went += 1;
    most = Math.max(most, (atOnce += 1));
    // Once it has succeeded the others may go as well.
    await vi.waitFor(() => expect(refused).toBe(199), { timeout: 5000 });
    atOnce -= 1;
  };
  const tried = Array.from({ length: 200 }, (_, n) => (breakers[n % 4] as Breaker).run(task));
  for (const call of tried) call.catch(() => (refused += 1));
  const calls = await Promise.allSettled(tried);
  const endedMs = performance.now();
  using stalls = watchStalls();
  await expect.poll(() => allAre(breakers, "closed"), { timeout: 10_000, interval: 1 }).toBe(true);
  expect(performance.now() - endedMs - stalls.totalMs).toBeLessThan(1000);
  console.log(
    `200 calls half-open: ${went} went, ${most} at once; all closed ${(performance.now() - endedMs).toFixed(0)} ms after its success`,
  );
  expect([went, most]).toEqual([1, 1]);
  expect(calls.filter(({ status }) => status === "rejected")).toHaveLength(199);
});

it("a prober that is killed holds nobody up for longer than its lease", async () => {
  const breakers = fleet("killed");
  await Promise.all(breakers.map((breaker) => breaker.run(answer)));
  await breakers[0]?.force("open", { forMs: 1 });
  const unixMs = (): number => performance.timeOrigin + performance.now();
  const probing = `process.stdout.write("probing " + (performance.timeOrigin + performance.now()))`;
  const hang = `() => new Promise(() => { ${probing}; setInterval(() => {}, 1000); })`;
  const child = spawnWithBreaker("killed", `await breaker.run(${hang});`);
  const said = await firstWord(child);
  expect(said).toMatch(/^probing \d/);
  const probedMs = Number(said.split(" ")[1]);
  const killed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await killed;
  const killedMs = unixMs();
  let went = 0;
  let wentMs = Number.NaN;
  /** When those began that were all refused. */
  let refusedMs = killedMs;
  const tryOnce = async (): Promise<number> => {
    const begunMs = unixMs();
    let refused = 0;
    const calls = breakers.map((breaker) =>
      breaker.run(async () => {
        went += 1;
        wentMs = unixMs();
        // Once it has succeeded the others may go as well.
        await vi.waitFor(() => expect(refused).toBe(breakers.length - 1), { timeout: 5000 });
      }),
    );
    for (const call of calls) call.catch(() => (refused += 1));
    await Promise.allSettled(calls);
    if (went === 0) refusedMs = begunMs;
    return went;
  };
  await expect.poll(tryOnce, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
  console.log(
    `next probe ${(wentMs - killedMs).toFixed(0)} ms after the kill (lease ${PROBE_LEASE_MS} ms), ${went} at once`,
  );
  expect(went).toBe(1);
  // By the prober's own word, and by the last call that was refused: in between the machine may stand still.
  expect(wentMs - probedMs).toBeGreaterThan(PROBE_LEASE_MS / 2);
  expect(refusedMs - killedMs).toBeLessThan(PROBE_LEASE_MS + 1000);
  await expect.poll(() => allAre(breakers, "closed"), { timeout: 10_000 }).toBe(true);
});

it("a state set by hand is known everywhere at once, and within a second where no news arrives", async () => {
  const breakers = fleet("by-hand");
  const redis = new Redis(server.url);
  closers.push(async () => redis.disconnect());
  // One whose listening connection is lost on the way: it only ever hears the store's replies.
  const store = redisBreakerStore({ url: server.url, commandTimeoutMs: 6000 });
  const deaf = createBreaker({ name: "by-hand", store: { ...store, onChange: () => () => {} } });
  closers.push(async () => (await deaf.close(), store.close()));
  await Promise.all([...breakers, deaf].map((breaker) => breaker.run(answer)));
  const told = (): Promise<unknown> => redis.pubsub("NUMSUB", "sluice:{breaker:by-hand}:changes");
  await expect.poll(told, { timeout: 10_000 }).toContain(4);

  await breakers[0]?.force("isolated");
  using stalls = watchStalls();
  using standstill = watchStandstill(() => redis.ping());
  const forcedMs = performance.now();
  await expect.poll(() => allAre(breakers, "isolated"), { timeout: 10_000, interval: 1 }).toBe(true);
  const toldMs = performance.now() - forcedMs - standstill.totalMs;
  expect(toldMs).toBeLessThan(1000);
  /** When the last call began that still went. */
  let wentMs = forcedMs;
  while (performance.now() - forcedMs < 10_000 && deaf.state() === "closed") {
    const begunMs = performance.now();
    const call = deaf.run(answer).then(
      () => true,
      () => false,
    );
    if (await call) wentMs = begunMs;
    await later(5);
  }
  const foundMs = performance.now() - forcedMs;
  console.log(
    `forced: told to four processes in ${toldMs.toFixed(0)} ms, found without news in ${foundMs.toFixed(0)} ms`,
  );
  expect(deaf.state()).toBe("isolated");
  expect(wentMs - forcedMs - stalls.totalMs).toBeLessThan(1500);
});

it("a healthy fleet costs two commands a second and process, whatever it calls", async () => {
  const breakers = fleet("cheap");
  const redis = new Redis(server.url);
  closers.push(async () => redis.disconnect());
  await Promise.all(breakers.map((breaker) => breaker.run(answer)));
  const commands = async (): Promise<number> =>
    [...(await redis.info("commandstats")).matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    );
  const before = await commands();
  let calls = 0;
  const untilMs = performance.now() + 2000;
  while (performance.now() < untilMs) {
    for (let n = 0; n < 50; n += 1) {
      await Promise.all(breakers.map((breaker) => breaker.run(answer)));
      calls += 4;
    }
    await later(1);
  }
  const sent = (await commands()) - before;
  console.log(`${calls} calls of four processes in 2 s: ${sent} commands`);
  expect(sent).toBeLessThanOrEqual(4 * 2 * 2 + 4);
});

it("a breaker that nobody closed keeps no process alive, open or not", async () => {
  const code = `await breaker.run(async () => {}); await breaker.force("open", { forMs: 60_000 }); process.stdout.write("done");`;
  const child = spawnWithBreaker("left-open", code);
  const ended = new Promise((resolve) => child.once("close", resolve));
  expect(await firstWord(child)).toBe("done");
  using stalls = watchStalls();
  const saidMs = performance.now();
  expect(await ended).toBe(0);
  expect(performance.now() - saidMs - stalls.totalMs).toBeLessThan(3000);
});
