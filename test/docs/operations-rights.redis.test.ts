import { createLimiter, slidingWindow } from "@sluice/limiter";
import { redisFleet, redisRights, redisStore } from "@sluice/limiter-redis";
import { apiKeyDigest, createPolicyEngine, type PolicyEngine } from "@sluice/policy";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { usersOf } from "../../docs/snippets/operations-rights.js";
import { pageText, runLine, wordsOf } from "./operations-console.js";

const page = pageText("rights");
let server: RedisServer;
let admin: Redis;
const warnings: string[] = [];
const onWarning = ({ message }: Error): void => void warnings.push(message);
beforeAll(async () => {
  server = await startRedisServer();
  admin = new Redis(server.url);
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await admin.flushall();
  await admin.call("ACL", "LOG", "RESET");
  process.on("warning", onWarning);
});
afterEach(() => {
  process.off("warning", onWarning);
  warnings.splice(0);
});

type User = keyof ReturnType<typeof usersOf>;

/** The URL of a user of the page, with one rule fewer where one is named; under a name of its own where several are wanted. */
async function urlOf(user: User, without?: string, name: string = user): Promise<string> {
  const [command = "", verb = "", , ...rules] = wordsOf(usersOf("sluice")[user]);
  await admin.call(command, verb, name, ...rules.filter((rule) => rule !== without));
  return server.url.replace("//", `//${name}:${user}-password@`);
}

const charge = { bucket: "users.list", limit: slidingWindow({ limit: 5, windowMs: 60_000 }) };
const why = { author: "ops", reason: "a test of rights" };
const policies = [{ name: "per-user", scope: "user" as const, windows: [{ limit: 5, per: "minute" as const }] }];

/** Uses a limiter; what its store had to say, once the word that is named is among it. */
async function limit(url: string, word?: string): Promise<readonly string[]> {
  const told: string[] = [];
  await using store = redisStore({ url, onStoreError: "open", onEvent: ({ message }) => told.push(message) });
  const limiter = createLimiter({ store, provider: "slack", account: "acme" });
  await limiter.tryAcquire(charge);
  if (word === undefined) await new Promise((resolve) => setTimeout(resolve, 60));
  else await expect.poll(() => told.join(), { timeout: 10_000 }).toContain(word);
  await limiter.close();
  return told;
}

/** What fails when an engine changes a policy, reads its audit and checks it. */
async function change(url: string): Promise<readonly string[]> {
  const engine = createPolicyEngine({ redis: { url, commandTimeoutMs: 2000 }, policies });
  const failed: string[] = [];
  const steps: readonly ((engine: PolicyEngine) => Promise<unknown>)[] = [
    (one) => one.check({ user: "alice" }),
    (one) => one.policies.add({ ...policies[0], name: "second" } as (typeof policies)[number], why),
    (one) => one.policies.remove("second", why),
    (one) => one.audit.tail(),
    (one) => one.audit.verify(),
  ];
  for (const step of steps) await step(engine).catch((error: unknown) => failed.push(String(error)));
  await engine.close();
  return failed;
}

/** Commands that the server denied, but for naming the connection. */
async function denied(): Promise<readonly string[]> {
  const log = (await admin.call("ACL", "LOG", "128")) as unknown[][];
  const commands = log.map((entry) => String(entry[entry.indexOf("object") + 1]));
  return [...new Set(commands.filter((command) => !command.startsWith("client|")))];
}

/** Rules of the table, and for whom. */
function tableOf(column: number): readonly string[] {
  const rows = page.split("| rule ")[1]?.split("\n\n")[0]?.split("\n").slice(2) ?? [];
  const given = rows.filter((row) => row.split("|")[column + 1]?.trim() === "yes");
  return given.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`(.*?)`/g)].map(([, rule]) => String(rule)));
}

describe("the page about rights", () => {
  it("lists every rule of each user, and no other", () => {
    expect(tableOf(1).toSorted()).toEqual(redisRights().toSorted());
    expect(tableOf(2).toSorted()).toEqual(redisRights({ control: true }).toSorted());
    expect(tableOf(3).toSorted()).toEqual(redisRights({ control: true, fleet: true }).toSorted());
    const cluster = redisRights({ cluster: true }).filter((rule) => !redisRights().includes(rule));
    for (const rule of cluster) expect(page).toContain(rule);
  });

  it("shows what doctor --rights prints", async () => {
    const [, block = ""] = /```console\n([\s\S]*?)```/.exec(page) ?? [];
    const [line = "", ...shown] = block.split("\n");
    expect((await runLine(line.slice(2))).shown).toBe(shown.join("\n"));
  });

  it("the user for limits can limit, the one for policies can change them, and nothing is denied", async () => {
    expect(await limit(await urlOf("limits"))).toEqual([]);
    expect(await change(await urlOf("policies"))).toEqual([]);
    expect(await denied()).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it("the operator can look at the whole fleet, the others cannot", async () => {
    const look = async (user: User): Promise<string> => {
      const fleet = redisFleet({ url: await urlOf(user) });
      const seen = await fleet.look({ steps: 10 }).then(
        () => "seen",
        (error: unknown) => String(error),
      );
      await fleet.close();
      return seen;
    };
    expect(await look("operator")).toBe("seen");
    expect(await look("policies")).toContain("NOPERM");
  });

  it.each(["~sluice:*", "&sluice:*", "+zrem", "+subscribe"])("%s is missed by name, at once", async (rule) => {
    const told = await limit(await urlOf("limits", rule), ` ${rule}`);
    expect(told.join()).toContain(` ${rule}`);
  });

  it.each(["+hset", "+hdel", "+xadd"])("%s is missed by name at the first change", async (rule) => {
    const failed = await change(await urlOf("policies", rule));
    expect(failed.join()).toContain(`no right to ${rule.slice(1).toUpperCase()}`);
  });

  it("the other rights of an engine are missed by what needs them, which points to doctor", async () => {
    const rules = ["+hmget", "+hgetall", "+xlen", "+xrange"];
    const failed = await Promise.all(
      rules.map(async (rule, index) => [rule, await change(await urlOf("policies", rule, `user${index}`))] as const),
    );
    for (const [rule, errors] of failed)
      expect(errors.join(), rule).toMatch(new RegExp(`no right to ${rule.slice(1)}|sluice doctor`, "i"));
    expect(await denied()).toEqual(expect.arrayContaining(rules.map((rule) => rule.slice(1))));
  });

  it("is right about what lies in Redis of people: names, and of keys the digest alone", async () => {
    const key = "sk-live-0123456789";
    const engine = createPolicyEngine({
      redis: server.url,
      policies: (["user", "ip", "apiKey"] as const).map((scope) => ({
        name: `per-${scope}`,
        scope,
        together: true,
        windows: [{ limit: 1, per: "minute" as const }],
      })),
      auditDecisions: { flushMs: 10 },
    });
    const caller = { user: "alice", ip: "192.0.2.7", apiKey: key };
    for (let call = 0; call < 2; call += 1) await engine.check(caller);
    const long = "x".repeat(97);
    await engine.check({ user: long });
    await engine.overrides.grant({
      subject: { apiKey: key },
      kind: "grant",
      multiply: 2,
      until: Date.now() + 5000,
      ...why,
    });
    await expect
      .poll(async () => (await engine.audit.tail()).map(({ action }) => action), { timeout: 10_000 })
      .toContain("decisions.refused");
    const stored = await everything();
    await engine.close();
    for (const name of ["user/alice", "ip/192.0.2.7", apiKeyDigest(key).slice("sha256:".length)])
      expect(stored.join("\n")).toContain(name);
    for (const text of stored) {
      expect(text).not.toContain(key);
      expect(text).not.toContain(long);
    }
    const refusals = stored.filter((text) => text.includes("decisions.refused")).join();
    expect(refusals).toContain("per-");
    expect(refusals).not.toMatch(/alice|192\.0\.2\.7/);
  });
});

/** All keys, and all that they hold. */
async function everything(): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const key of await admin.keys("*")) {
    texts.push(key);
    const kind = await admin.type(key);
    if (kind === "string") texts.push(String(await admin.get(key)));
    if (kind === "hash") texts.push(JSON.stringify(await admin.hgetall(key)));
    if (kind === "zset") texts.push(...(await admin.zrange(key, "0", "-1")));
    if (kind === "stream") texts.push(...(await admin.xrange(key, "-", "+")).map((entry) => JSON.stringify(entry)));
  }
  return texts;
}
