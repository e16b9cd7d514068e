import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Policy } from "../policies/policy.js";
import { createPolicyEngine } from "./create-policy-engine.js";
import type { PolicyEngine } from "./engine.js";
import type { PolicyEngineOptions } from "./options.js";

const BURST = 60_000;
/** 1000 a second: 50 of them refill in the time for which units are taken along. */
const wide: Policy = { name: "wide", scope: "user", windows: [{ limit: BURST, per: "minute" }] };
const alice = { user: "alice" };
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that stands still for a second has not failed. */
const commandTimeoutMs = 5000;

let server: RedisServer;
let redis: Redis;
let count = 0;
const engines: PolicyEngine[] = [];
beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function enginesOf(many: number, options: Partial<PolicyEngineOptions> = {}): Promise<readonly PolicyEngine[]> {
  count += 1;
  const where = { url: server.url, commandTimeoutMs };
  const made = Array.from({ length: many }, () =>
    createPolicyEngine({ name: `advance${count}`, redis: where, policies: [wide], ...options }),
  );
  engines.push(...made);
  for (const engine of made) await engine.ready();
  return made;
}

/** Decisions that were made without the store, of so many. */
async function madeHere(engine: PolicyEngine, times: number, identity: object = alice): Promise<number> {
  let here = 0;
  for (let n = 0; n < times; n += 1) {
    const now = engine.checkSync(identity);
    here += now === undefined ? 0 : 1;
    expect((now ?? (await engine.check(identity))).allowed).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return here;
}

async function leftOf(engine: PolicyEngine, identity: object = alice): Promise<number> {
  return (await engine.peek(identity)).remaining;
}

describe("where a limit is wide and somebody comes again and again", () => {
  it("most decisions are made here, and say what is left as the store would", async () => {
    const [engine, other] = (await enginesOf(2)) as [PolicyEngine, PolicyEngine];
    expect(await madeHere(engine, 500)).toBeGreaterThan(400);
    const decision = engine.checkSync(alice) ?? (await engine.check(alice));
    expect(decision).toMatchObject({ allowed: true, policy: "wide", limit: BURST, waitedMs: 0 });
    expect(decision.reputation?.rate).toBeCloseTo(1, 4);
    expect(decision.remaining).toBeLessThan(BURST);
    // What the other sees differs by what refills meanwhile, and by what is held here: a 32nd of half of the bucket.
    expect(Math.abs((await leftOf(other)) - decision.remaining)).toBeLessThan(BURST / 64 + 200);
    expect(engine.metrics().total).toBe(501);
  });

  it("who comes once, or seldom, has nothing taken along", async () => {
    const [engine] = (await enginesOf(1)) as [PolicyEngine];
    for (let n = 0; n < 3; n += 1) {
      expect(engine.checkSync(alice)).toBeUndefined();
      expect((await engine.check(alice)).remaining).toBe(BURST - 1);
      await rest(450);
    }
  });

  it("nothing is taken along of a bucket that is less than half full", async () => {
    const [engine] = (await enginesOf(1)) as [PolicyEngine];
    await engine.check(alice, { cost: 40_000 });
    const here = await madeHere(engine, 60);
    expect(here).toBe(0);
  });

  it("a slow limit is told apart to the token, and with advanceMs 0 every one is", async () => {
    const slow: Policy = { name: "slow", scope: "user", windows: [{ limit: 18_000, per: "minute" }] };
    const [engine] = (await enginesOf(1, { policies: [slow] })) as [PolicyEngine];
    expect(await madeHere(engine, 30)).toBe(0);
    const [exact] = (await enginesOf(1, { advanceMs: 0 })) as [PolicyEngine];
    expect(await madeHere(exact, 30)).toBe(0);
    expect(() => createPolicyEngine({ advanceMs: 1001 })).toThrow(/advanceMs must be .*0 to 1000.*1001/);
  });

  it("an override, an emergency and a removed policy hold for the next request all the same", async () => {
    const [engine] = (await enginesOf(1)) as [PolicyEngine];
    const why = { author: "ops", reason: "a test" };
    expect(await madeHere(engine, 100)).toBeGreaterThan(0);
    const { id } = await engine.overrides.grant({
      subject: { user: "alice" },
      kind: "grant",
      windows: [{ limit: 5, per: "minute" }],
      until: Date.now() + 60_000,
      ...why,
    });
    expect((await engine.check(alice)).override?.id).toBe(id);
    // Somebody whom it is not about keeps his.
    expect(await madeHere(engine, 100, { user: "bob" })).toBeGreaterThan(0);
    await engine.overrides.revoke(id, why);
    await engine.emergency.disable({ forMs: 60_000, ...why });
    expect((await engine.check(alice)).mode).toBe("disabled");
    await engine.emergency.end(why);
    await engine.policies.remove("wide", why);
    expect((await engine.check(alice)).policy).toBeUndefined();
  });
});

it("two engines that take along never let more through, in any stretch of time, than the bucket gives", async () => {
  const limit = 1000;
  const policies: Policy[] = [{ name: "wide", scope: "user", windows: [{ limit, windowMs: 1000 }] }];
  let here = 0;
  let total = 0;
  let worst = 0;
  const steps = fc.array(fc.record({ who: fc.nat(1), restMs: fc.constantFrom(0, 1, 15, 40), calls: fc.nat(30) }), {
    minLength: 2,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(1), async (trains, last) => {
      const both = await enginesOf(2, { policies, reputation: false });
      /** What was let through: when it was asked for, and when that was answered. */
      const through: { readonly fromMs: number; readonly untilMs: number }[] = [];
      const call = async (engine: PolicyEngine): Promise<boolean> => {
        const fromMs = performance.now();
        const now = engine.checkSync(alice);
        here += now === undefined ? 0 : 1;
        total += 1;
        const { allowed } = now ?? (await engine.check(alice));
        if (allowed) through.push({ fromMs, untilMs: performance.now() });
        return allowed;
      };
      // Some come now and then, so that the bucket fills up while units are held, and then very many at once.
      for (const { who, restMs, calls } of trains) {
        for (let n = 0; n < calls; n += 1) await call(both[who] as PolicyEngine);
        await rest(restMs);
      }
      const rushMs = performance.now();
      for (const engine of [both[last] as PolicyEngine, both[1 - last] as PolicyEngine]) {
        const rush = async (): Promise<boolean> => {
          const answers = await Promise.all(Array.from({ length: 50 }, () => call(engine)));
          return answers.filter((allowed) => !allowed).length < 5;
        };
        while ((await rush()) && performance.now() - rushMs < 2000);
      }
      through.sort((one, other) => one.untilMs - other.untilMs);
      for (let from = 0; from < through.length; from += 7) {
        const startMs = through[from]?.fromMs ?? 0;
        for (let to = from; to < through.length; to += 1) {
          const tookMs = (through[to]?.untilMs ?? 0) - startMs;
          worst = Math.max(worst, to - from + 1 - limit - (limit * tookMs) / 1000);
        }
      }
      for (const engine of both) await engine.close();
    }),
    { numRuns: 10 },
  );
  expect(here).toBeGreaterThan(100);
  expect(worst).toBeLessThanOrEqual(1);
  console.log(`${here} of ${total} decisions were made without the store; nearest to the limit ${worst.toFixed(1)}`);
});

it("an outage while units are held ends with them, and answers as ever", async () => {
  await using own = await startRedisServer();
  const engine = createPolicyEngine({ redis: { url: own.url, commandTimeoutMs }, policies: [wide] });
  engines.push(engine);
  await engine.ready();
  expect(await madeHere(engine, 50)).toBeGreaterThan(0);
  await own.stop();
  const said: string[] = [];
  /** How many of so many checks are let through, five milliseconds apart. */
  const allowed = async (checks: number, enough = checks): Promise<number> => {
    let through = 0;
    for (let n = 0; n < checks && through < enough; n += 1) {
      const { allowed: goes, remaining, retryAfterMs, reputation } = await engine.check(alice);
      through += goes ? 1 : 0;
      said.push(JSON.stringify({ atMs: performance.now(), goes, remaining, retryAfterMs, reputation }));
      await rest(5);
    }
    return through;
  };
  // The outage has to be noticed first, which may take a busy machine more than a few checks.
  expect(await allowed(400, 21), said.join("\n")).toBe(21);
  // What this process takes while its store is away begins with nothing, and grows by its share of a thousand a second.
  const through = await allowed(40);
  expect(through, said.join("\n")).toBeGreaterThan(20);
});
