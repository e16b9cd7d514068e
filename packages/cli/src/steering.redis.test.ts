import { redisStore } from "@sluice/limiter-redis";
import { createPolicyEngine, type PolicyEngine } from "@sluice/policy";
import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Ended, jsonOf, runHere } from "./process.test-support.js";

let server: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(() => server.stop());

let names = 0;

/** An engine of a service, and the command line in front of the same Redis. */
function service(): {
  readonly engine: PolicyEngine;
  readonly sluice: (line: string, input?: string) => Promise<Ended>;
} {
  names += 1;
  const name = `service${names}`;
  const redis = { url: server.url, commandTimeoutMs: 10_000 };
  const engine = createPolicyEngine({ redis, name, policies: [] });
  onTestFinished(() => engine.close());
  const sluice = (line: string, input?: string): Promise<Ended> => {
    // Words are parted by blanks; `_` within a word stands for one.
    const args = line.split(" ").map((word) => word.replaceAll("_", " "));
    return runHere([...args, "--name", name, "--timeout", "9000"], { REDIS_URL: server.url }, input);
  };
  return { engine, sluice };
}

const why = "--reason because_it_must";
/** What one process has changed, another hears of within a second, and on a busy machine later. */
const patient = { timeout: 10_000 };

describe("steering from the command line", { timeout: 60_000 }, () => {
  it("adds, shows, replaces and removes policies, which hold in running processes", async () => {
    const { engine, sluice } = service();
    await engine.ready();
    expect(await sluice(`limits add per-user --scope user --window 1/minute ${why}`)).toMatchObject({
      code: 0,
      out: "added per-user\n",
    });
    await expect.poll(async () => (await engine.check({ user: "a" })).policy, patient).toBe("per-user");
    await expect.poll(async () => (await engine.check({ user: "a" })).allowed, patient).toBe(false);

    const listed = await sluice("limits list");
    expect(listed.out).toContain("│ per-user │ user  │ all │ 1/minute │ enforce │ 0        │");
    expect(jsonOf(await sluice("limits show per-user --json"))).toMatchObject({
      policy: { name: "per-user", scope: "user", source: "stored", windows: [{ limit: 1, per: "minute" }] },
    });
    const file = {
      version: 1,
      policies: [{ name: "per-user", scope: "user", windows: [{ limit: 9, per: "minute" }] }],
    };
    expect((await sluice(`limits add --file - ${why}`, JSON.stringify(file))).code).toBe(0);
    expect((await sluice("limits show per-user")).out).toContain("windows  9/minute");

    expect(await sluice(`limits remove per-user ${why}`)).toMatchObject({
      code: 4,
      out: "",
      err: "error: Policy per-user will limit nobody any more. Nobody can be asked here: say --yes if that is meant\n",
    });
    expect(await sluice(`limits remove per-user --yes ${why}`)).toMatchObject({ code: 0, out: "removed per-user\n" });
    expect(await sluice(`limits remove per-user --yes ${why}`)).toMatchObject({ code: 3 });
    expect(await sluice("limits show per-user")).toMatchObject({
      code: 3,
      err: "error: no policy per-user is stored\n",
    });
  });

  it("grants and revokes overrides, each with an end, a reason and an author", async () => {
    const { engine, sluice } = service();
    const granted = await sluice(`overrides grant --user alice --multiply 5 --for 2h --author ops --json ${why}`);
    expect(granted.code).toBe(0);
    const { override } = jsonOf(granted) as { override: { id: string; untilMs: number } };
    expect(override).toMatchObject({
      subject: { user: "alice" },
      multiply: 5,
      author: "ops",
      reason: "because it must",
    });
    expect(Math.abs(override.untilMs - Date.now() - 7_200_000)).toBeLessThan(60_000);
    expect(await engine.overrides.check({ user: "alice" })).toMatchObject({ id: override.id });
    expect((await sluice("overrides list")).out).toMatch(
      /│ user alice │ 5 times │ all {3}│ (?:2h {5}|1h 59m {2})│ ops │ because it must │/,
    );

    expect(await sluice(`overrides grant --ip 10.0.0.0/8 --unlimited --for 1h ${why}`)).toMatchObject({ code: 4 });
    expect(await sluice(`overrides grant --user b --multiply 500 --for 1h ${why}`)).toMatchObject({
      code: 2,
      err: "error: multiply must be a number from 0.001 to 10, got 500\n",
    });
    expect(await sluice(`overrides grant --user b --role c --multiply 2 --for 1h ${why}`)).toMatchObject({ code: 2 });
    const key = await sluice(`overrides grant --api-key - --allow --for 1h --yes --json ${why}`, "s3cret-key\n");
    expect(key.code).toBe(0);
    expect(key.out).not.toContain("s3cret");

    expect(await sluice(`overrides revoke ${override.id} ${why}`)).toMatchObject({ code: 0 });
    expect(await sluice(`overrides revoke ${override.id} ${why}`)).toMatchObject({ code: 3 });
  });

  it("holds breakers open and closed, and lets them go", async () => {
    const { engine, sluice } = service();
    expect(await sluice(`breaker open gitlab --for 10m ${why}`)).toMatchObject({ code: 4 });
    const held = await sluice(`breaker open gitlab --for 10m --yes ${why}`);
    expect(held.out).toMatch(/^held open gitlab until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n$/);
    expect(await engine.breakers.list()).toMatchObject([{ name: "gitlab", state: "open" }]);
    expect((await sluice("breaker list")).out).toMatch(
      /│ gitlab {2}│ not seen .*open for (?:10m|9m 5\ds) by \w+: because it must │/,
    );
    expect((await sluice(`breaker close gitlab --for 10m --yes ${why}`)).code).toBe(0);
    expect(await engine.breakers.list()).toMatchObject([{ name: "gitlab", state: "closed" }]);
    expect(await sluice(`breaker reset gitlab ${why}`)).toMatchObject({ code: 0, out: "released gitlab\n" });
    expect(await sluice(`breaker reset gitlab ${why}`)).toMatchObject({ code: 3 });
  });

  it("prints names as they may be shown, whatever they are", async () => {
    const { engine, sluice } = service();
    const odd = "x\u001B[2J\u009B2J\u202E";
    const shown = String.raw`x\u001b[2J\u009b2J\u202e`;
    const held = await sluice(`breaker open ${odd} --for 10m --yes ${why}`);
    expect(held.out).toMatch(/^held open x\\u001b\[2J\\u009b2J\\u202e until /);
    const json = await sluice("breaker list --json");
    expect(json.out).toContain(`"name":"${shown}"`);
    expect(jsonOf(json)).toMatchObject({ breakers: [{ name: odd }] });
    expect((await sluice(`breaker reset ${odd} ${why}`)).out).toBe(`released ${shown}\n`);
    expect((await sluice(`breaker reset ${odd} ${why}`)).err).toBe(`error: breaker ${shown} is not held\n`);
    await engine.policies.add({ name: "u", scope: "user", windows: [{ limit: 2, per: "hour" }] });
    await engine.check({ user: odd });
    expect((await sluice(`reset --user ${odd} ${why}`)).err).toContain(`1 bucket (user ${shown}) to begin anew`);
    expect((await sluice(`reset --user ${odd} --yes ${why}`)).out).toBe(`reset 1 bucket (user ${shown})\n`);
  });

  it("switches all policies off and on again", async () => {
    const { engine, sluice } = service();
    await engine.ready();
    expect((await sluice("emergency status")).out).toBe("emergency  none\nmode       enforce\n");
    expect((await sluice(`emergency disable --for 5m ${why}`)).code).toBe(4);
    expect((await sluice(`emergency disable --for 5m --yes ${why}`)).code).toBe(0);
    await expect.poll(() => engine.mode, patient).toBe("disabled");
    expect((await sluice(`emergency shadow --for 5m --yes ${why}`)).code).toBe(0);
    await expect.poll(() => engine.mode, patient).toBe("shadow");
    expect(jsonOf(await sluice("emergency status --json"))).toMatchObject({
      emergency: { kind: "shadow" },
      mode: "shadow",
    });
    expect((await sluice(`emergency end ${why}`)).code).toBe(0);
    await expect.poll(() => engine.mode, patient).toBe("enforce");
    expect((await sluice(`emergency end ${why}`)).code).toBe(3);
    expect((await sluice(`emergency disable --for 8d --yes ${why}`)).code).toBe(2);
  });

  it("shows and forgives conduct", async () => {
    const { engine, sluice } = service();
    await engine.policies.add({ name: "u", scope: "user", windows: [{ limit: 1, per: "hour" }] });
    for (let call = 0; call < 80; call += 1) await engine.check({ user: "eve" });
    const before = jsonOf(await sluice("reputation show --user eve --json")) as { reputation: { violations: number } };
    expect(before.reputation.violations).toBeGreaterThan(70);
    expect((await sluice(`reputation reset --user eve ${why}`)).out).toBe("forgiven user\n");
    expect((await sluice("reputation show --user eve")).out).toMatch(/^score {7}100\nviolations {2}0\.0\n/);
    expect((await sluice(`reputation reset --all ${why}`)).code).toBe(4);
    expect((await sluice(`reputation reset --all --yes ${why}`)).out).toBe("forgiven everybody\n");
    expect((await sluice("reputation show")).code).toBe(2);
  });

  it("makes the buckets of one user whole again, with an entry in the audit, and leaves the others", async () => {
    const { engine, sluice } = service();
    await engine.policies.add([
      { name: "u", scope: "user", windows: [{ limit: 2, per: "hour" }] },
      { name: "w", scope: "user", together: true, algorithm: "slidingWindow", windows: [{ limit: 2, per: "hour" }] },
    ]);
    const use = async (user: string): Promise<boolean> => (await engine.check({ user })).allowed;
    for (const user of ["alice", "bob", "a b/c"])
      expect([await use(user), await use(user), await use(user)]).toEqual([true, true, false]);
    expect(await sluice(`reset --user alice ${why}`)).toMatchObject({ code: 4 });
    expect(await sluice(`reset --user alice --yes ${why}`)).toMatchObject({
      code: 0,
      out: "reset 2 buckets (user alice)\n",
    });
    expect([await use("alice"), await use("alice"), await use("alice")]).toEqual([true, true, false]);
    expect(await use("bob")).toBe(false);
    expect((await sluice(`reset --user a_b/c --yes ${why}`)).out).toBe("reset 2 buckets (user a b/c)\n");
    expect(await use("a b/c")).toBe(true);
    expect((await sluice(`reset --user nobody --yes ${why}`)).code).toBe(3);
    expect((await sluice(`reset --all --yes ${why}`)).code).toBe(0);
    expect(await use("bob")).toBe(true);
    expect((await engine.audit.tail()).at(-1)).toMatchObject({ action: "bucket.reset", subject: "all buckets" });
  });

  it("shows the audit, follows it, and finds what was tampered with", async () => {
    const { engine, sluice } = service();
    const first = await sluice("audit tail");
    expect(first.out).toBe("Nothing was changed yet.\n");
    await engine.setMode("shadow", { author: "eve\u001B[31m", reason: "line\nbreak" });
    const { out } = await sluice("audit tail");
    expect(out).toContain("mode.set");
    expect(out).toContain(String.raw`eve\u001b[31m`);
    expect(out).toContain(String.raw`line\u000abreak`);
    expect(out).not.toContain("\u001B");
    const verified = await sluice("audit verify");
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.out).toMatch(
      /^audit {4}intact\nentries {2}1, and 0 that are kept no more\ndigest {3}[0-9a-f]{64}\n$/,
    );

    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    const stream = (await redis.keys(`sluice:{control:*${engine.name}}:*`)).find((key) => key.includes("audit"));
    const [entry] = await redis.xrange(String(stream), "-", "+");
    await redis.xdel(String(stream), String(entry?.[0]));
    expect(await sluice("audit verify")).toMatchObject({ code: 3, err: "" });
    expect(jsonOf(await sluice("audit verify --json"))).toMatchObject({ intact: false });
  });

  it("names a Redis that is not there, or was not named, and shows no password", async () => {
    expect(await runHere(["limits", "list"])).toMatchObject({
      code: 2,
      err: "error: which Redis? Name it by --redis <url> or in REDIS_URL\n",
    });
    const gone = await runHere(["limits", "list", "--redis", "redis://:s3cret@127.0.0.1:1", "--timeout", "9000"]);
    expect(gone.code).toBe(1);
    expect(gone.err).toBe(
      "error: Redis at 127.0.0.1:1 does not answer: ECONNREFUSED. `sluice doctor` says what to check\n",
    );
    const odd = await runHere(["limits", "list", "--redis", "http://:s3cret@x"]);
    expect(odd.code).toBe(2);
    expect(odd.err).not.toContain("s3cret");
    expect((await runHere(["limits", "add", "x", "--redis", server.url])).code).toBe(2);
  });
});

describe("figures from the command line", { timeout: 60_000 }, () => {
  it("sums up what the fleet does", async () => {
    await using store = redisStore({ url: server.url, prefix: "figures", commandTimeoutMs: 10_000 });
    const { createLimiter, tokenBucket } = await import("@sluice/limiter");
    const limiter = createLimiter({ store, provider: "slack", account: "acme" });
    onTestFinished(() => limiter.close());
    const charge = { bucket: "users.list", limit: tokenBucket({ refillRate: 1, burst: 3 }) };
    const calls = setInterval(() => void limiter.tryAcquire(charge).catch(() => {}), 20);
    onTestFinished(() => clearInterval(calls));
    const line = ["metrics", "--prefix", "figures", "--redis", server.url, "--timeout", "9000"];
    const refused = async (): Promise<unknown> => jsonOf(await runHere([...line, "--json"]))["refusedPerSecond"];
    // In a second in which the machine stood still there were fewer calls; others follow.
    await expect.poll(refused, { ...patient, interval: 100 }).toBeGreaterThan(10);
    const [json, text] = await Promise.all([runHere([...line, "--json"]), runHere(line)]);
    const metrics = jsonOf(json);
    expect(metrics).toMatchObject({ processes: 1, buckets: 1, waiting: 0, scopes: [{ scope: "slack:acme" }] });
    expect(text.out).toMatch(/│ slack:acme │ +\d+\.\d │ +\d+\.\d │ +0 │ +0 │/);
  });

  it("has the doctor say what is wrong, and what to do", async () => {
    // A machine that stands still meanwhile is a slow Redis to it: fine is what it says as soon as none does.
    const fine = /^ok {7}connection {3}127\.0\.0\.1:\d+ answers in [\s\S]*\n0 problems, 1 warning\n$/m;
    await expect
      .poll(() => runHere(["doctor", "--redis", server.url]), patient)
      .toMatchObject({ code: 0, out: expect.stringMatching(fine) });
    await using odd = await startRedisServer({ args: ["--maxmemory-policy", "allkeys-lru"] });
    const sick = await runHere(["doctor", "--redis", odd.url, "--timeout", "9000"]);
    expect(sick.code).toBe(3);
    expect(sick.out).toContain("problem  eviction     maxmemory-policy allkeys-lru");
    expect(sick.out).toContain("Set maxmemory-policy noeviction");
    const gone = await runHere(["doctor", "--redis", "redis://127.0.0.1:1", "--json"]);
    expect(gone.code).toBe(3);
    expect(jsonOf(gone)["findings"]).toContainEqual(expect.objectContaining({ check: "connection", state: "problem" }));
    expect((await runHere(["doctor", "--rights"])).out).toContain("ACL SETUSER <user> on ><password> ~sluice:*");
  });

  it("lets somebody with just the rights that it names watch", async () => {
    await using guarded = await startRedisServer();
    const redis = new Redis(guarded.url);
    onTestFinished(() => redis.disconnect());
    const { operator } = jsonOf(await runHere(["doctor", "--rights", "--json"])) as { operator: string[] };
    await redis.call("ACL", "SETUSER", "op", "on", ">pass", ...operator);
    const url = guarded.url.replace("redis://", "redis://op:pass@");
    for (const line of ["metrics", "top", "doctor", "audit tail"]) {
      const asked = [...line.split(" "), "--redis", url, "--timeout", "9000"];
      expect(await runHere(asked)).toMatchObject({ code: 0, err: "" });
    }
  });

  it("runs its demo, in memory or in Redis: no 429s with the limiter", async () => {
    for (const where of [[], ["--redis", server.url, "--prefix", "demo"]]) {
      const { runs } = jsonOf(await runHere(["demo", "--calls", "30", "--json", ...where])) as {
        runs: { limiter: boolean; done: number; refused: number }[];
      };
      expect(runs).toMatchObject([{ limiter: false }, { limiter: true, done: 30, refused: 0 }]);
      expect(runs[0]?.refused).toBeGreaterThan(5);
    }
  });
});
