import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Breaker, createBreaker, createLimiter, slidingWindow } from "@sluice/limiter";
import { redisBreakerStore, redisStore } from "@sluice/limiter-redis";
import { apiKeyDigest, createPolicyEngine, type PolicyEngine } from "@sluice/policy";
import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageFile, pageText, runLine } from "./operations-console.js";

const KEY = "key-of-the-billing-bot";
let server: RedisServer;
let engine: PolicyEngine;
let breaker: Breaker;
const closers: (() => Promise<void>)[] = [];
const folder = mkdtempSync(join(tmpdir(), "sluice-emergency-"));

beforeAll(async () => {
  writeFileSync(join(folder, "stolen.key"), `${KEY}\n`);
  server = await startRedisServer();
  const store = redisBreakerStore({ url: server.url });
  breaker = createBreaker({ name: "gitlab", store, openMs: 60_000 });
  const perUser = { name: "per-user", scope: "user" as const, windows: [{ limit: 50, per: "minute" as const }] };
  engine = createPolicyEngine({ redis: server.url, policies: [perUser], pollMs: 50 });
  await engine.ready();
  const release = engine.breakers.govern(breaker);
  closers.push(async () => {
    release();
    await engine.close();
    await store.close();
  });
});
afterAll(async () => {
  for (const close of closers) await close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const allowed = async (identity: Parameters<PolicyEngine["peek"]>[0]): Promise<boolean> =>
  (await engine.peek(identity)).allowed;
const stateOf = (): Promise<string> => breaker.refresh().then(({ state }) => state);
const within = { timeout: 10_000, interval: 20 };

/** What happens before the blocks of a section, one after the other. */
const before: Readonly<Record<string, readonly (() => Promise<void>)[]>> = {
  "A provider is down": [
    async () => {
      for (let call = 0; call < 5; call += 1)
        await breaker.run(() => Promise.reject(new Error("connection refused"))).catch(() => {});
      await expect.poll(stateOf, within).toBe("open");
    },
  ],
  "Redis is lost": [
    () => server.kill(),
    async () => {
      await server.restart();
      // A process of the engine writes what was shared anew.
      const entries = () => engine.audit.tail().catch(() => []);
      await expect.poll(entries, within).toMatchObject([{ action: "store.lost" }]);
    },
  ],
  "A wrong policy is rolled out": [
    async () => {
      const wrong = { name: "per-user", scope: "user" as const, windows: [{ limit: 1, per: "hour" as const }] };
      await engine.policies.add(wrong, { author: "deploy", reason: "release 81" });
      for (let call = 0; call < 3; call += 1) await engine.check({ user: "alice" });
      expect(await allowed({ user: "alice" })).toBe(false);
    },
  ],
};

/** What is so after a command. */
const after: Readonly<Record<string, () => Promise<void>>> = {
  "sluice breaker open gitlab": async () => {
    await expect
      .poll(() => breaker.run(async () => 1).catch((error: unknown) => error), within)
      .toMatchObject({
        code: "CIRCUIT_OPEN",
      });
  },
  "sluice breaker reset gitlab": () => expect.poll(stateOf, within).toBe("closed"),
  "sluice limits add --file slow-nightly-export.json": async () => {
    const job = { tenant: "nightly-export", user: "batch", endpoint: "/slack/users.list" };
    await expect.poll(async () => (await engine.check(job)).policy, within).toBe("slow-nightly-export");
    expect(await allowed(job)).toBe(false);
    expect(await allowed({ ...job, tenant: "billing" })).toBe(true);
  },
  "sluice limits remove slow-nightly-export": () =>
    expect.poll(() => allowed({ tenant: "nightly-export", user: "batch" }), within).toBe(true),
  "sluice limits add --file stolen-key.json": async () => {
    const thief = { apiKey: KEY, user: "billing-bot" };
    await expect.poll(async () => (await engine.check(thief)).allowed, within).toBe(false);
    expect(await allowed({ apiKey: `${KEY}-new`, user: "billing-bot" })).toBe(true);
  },
  "sluice limits add --file slower.json": () =>
    expect.poll(async () => (await engine.peek({ endpoint: "/slack/a" })).policy, within).toBe("slower"),
  "sluice limits remove slower": () =>
    expect.poll(async () => (await engine.peek({ endpoint: "/slack/a" })).policy, within).not.toBe("slower"),
  "sluice emergency shadow": () => expect.poll(() => allowed({ user: "alice" }), within).toBe(true),
  "sluice emergency end": async () => {
    await expect.poll(async () => (await engine.check({ user: "alice" })).mode, within).toBe("enforce");
    expect(await engine.check({ user: "alice" })).toMatchObject({ allowed: true, policy: "per-user", limit: 100 });
    expect(await engine.reputation.get({ user: "alice" })).toMatchObject({ score: 100 });
  },
};

describe("the page of emergencies", { timeout: 60_000 }, () => {
  // With UPDATE_DOCS set, what is printed is written into the page.
  it("shows what its commands print, one after the other in one Redis, and they do what it says", async () => {
    const text = pageText("emergency-procedures");
    const blocks: string[] = [];
    const printed: string[] = [];
    let [heading, place] = ["", 0];
    for (const [, title, language, content = ""] of text.matchAll(piece)) {
      if (title !== undefined) [heading, place] = [title, 0];
      else if (language === "json") writeFileSync(join(folder, fileOf(content)), content);
      else {
        await before[heading]?.[place++]?.();
        blocks.push(content);
        printed.push(await runAll(content));
      }
    }
    expect(blocks.length).toBeGreaterThan(10);
    if (process.env["UPDATE_DOCS"] === undefined) expect(printed.map(steady)).toEqual(blocks.map(steady));
    else
      writeFileSync(
        pageFile("emergency-procedures"),
        text.replaceAll(/^```console\n[\s\S]*?^```$/gm, () => `\`\`\`console\n${printed.shift()}\`\`\``),
      );
    expect(checked).toEqual(new Set(Object.keys(after)));
  });

  it("names every action of the audit", () => {
    const text = pageText("emergency-procedures");
    const listed = [...(text.split("| action ")[1] ?? "").matchAll(/^\|(.*?)\|/gm)]
      .flatMap(([, cell]) => [...String(cell).matchAll(/`([a-z.]+)`/g)])
      .map(([, action]) => action);
    expect(listed.toSorted()).toEqual(actionsInSource().toSorted());
  });

  it("gives the digest of a key as its shell line does", () => {
    expect(pageText("emergency-procedures")).toContain(apiKeyDigest(KEY));
  });

  it("is right about processes with an old and a new figure: each keeps to its own, counting what all take", async () => {
    const store = redisStore({ url: server.url });
    const limiter = createLimiter({ store, provider: "slack", account: "mixed" });
    const per = (limit: number) => ({ bucket: "users.list", limit: slidingWindow({ limit, windowMs: 600_000 }) });
    const take = async (limit: number): Promise<string> => (await limiter.tryAcquire(per(limit))).kind;
    for (let call = 0; call < 10; call += 1) expect(await take(20)).toBe("allowed");
    expect(await take(10)).toBe("delayed");
    for (let call = 0; call < 10; call += 1) expect(await take(20)).toBe("allowed");
    expect(await take(20)).toBe("delayed");
    await limiter.close();
    await store.close();
  });
});

/** A section's title, a file, or commands with what they print. */
const piece = /^## (.*)$|^```(console|json)\n([\s\S]*?)^```$/gm;
const checked = new Set<string>();

/** Files are called as the policy in them. */
function fileOf(content: string): string {
  const { policies } = JSON.parse(content) as { readonly policies: readonly { readonly name: string }[] };
  return `${policies[0]?.name}.json`;
}

async function runAll(content: string): Promise<string> {
  let shown = "";
  for (const line of content.split("\n").filter((one) => one.startsWith("$ "))) {
    const command = line.slice(2);
    const run = () => runLine(command, { env: { REDIS_URL: server.url }, folder });
    let said = await run();
    // So the doctor warns when the machine held up its question; the page shows one that was answered at once.
    for (let tries = 1; tries < 5 && said.shown.includes("Each decision waits that long"); tries += 1)
      said = await run();
    shown += `${line}\n${said.shown}`;
    for (const [begin, check] of Object.entries(after)) {
      if (!command.startsWith(begin)) continue;
      await check();
      checked.add(begin);
    }
  }
  return shown;
}

/** Without what is another in each run: times, names drawn by chance, addresses, speeds. */
function steady(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "<instant>")
    .replace(/\d{13}-\d+/g, "<entry>")
    .replace(/\b[0-9a-f]{64}\b/g, "<digest>")
    .replace(/\d+\.\d+\.\d+\.\d+:\d+/g, "<address>")
    .replace(/(Redis|Valkey) \d\S*/g, "<server>")
    .replace(/\d+\.\d+\.\d+/g, "<version>")
    .replace(/\b\d+\.\d\b/g, "<number>")
    .replace(/\b(\d+[dhm] )?\d+[hms]\b/g, "<time>")
    .replace(/\d+ process(es)? alive, \d+ buckets?/g, "<fleet>")
    .replace(/(processes|buckets in use|breakers) +\d+.*/g, "$1 <count>")
    .replace(/[ ─]+/g, " ");
}

/** As the code writes them; what a template puts together is one of a closed list. */
function actionsInSource(): readonly string[] {
  const templates: Readonly<Record<string, readonly string[]>> = {
    "emergency.${kind}": ["emergency.disable", "emergency.shadow"],
    "breaker.${state}": ["breaker.open", "breaker.closed"],
  };
  const files = ["policy", "cli"].flatMap((name) => {
    const source = fileURLToPath(new URL(`../../packages/${name}/src`, import.meta.url));
    return readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((file) => /(?<!\.test|\.test-support)\.ts$/.test(file))
      .map((file) => readFileSync(join(source, file), "utf8"));
  });
  const found = files.flatMap((text) =>
    [...text.matchAll(/(?:action: |Action = |entryOf\()["`]([a-z]+\.[\w${}]+)["`]/g)].map(([, action]) =>
      String(action),
    ),
  );
  return [...new Set(found.flatMap((action) => templates[action] ?? [action]))];
}
