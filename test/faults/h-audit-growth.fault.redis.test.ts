import { type AuditEntry, canonicalText, digestOfText, noDigest, verifyAudit } from "@sluice/limiter";
import { startRedisServer } from "@sluice/test/redis-server";
import type { Redis } from "ioredis";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { fault } from "./fault.js";
import { admin, byHand, entry, keyOf, SPACE } from "./h-support.js";

const QUICK = 20_000;
const QUICK_BOUND = 5000;
const AT_ONCE = 100;

fault(
  {
    id: "C7",
    fault: `${QUICK.toLocaleString("en")} changes with a bound of ${QUICK_BOUND.toLocaleString("en")} entries`,
    expected: "no more than the bound is kept, what goes is counted, the rest is a whole chain",
    timeoutMs: 120_000,
  },
  async () => {
    await using server = await startRedisServer();
    await using bob = await admin(server, { auditMaxEntries: QUICK_BOUND });
    await using redis = byHand(server);
    let most = 0;
    for (let from = 0; from < QUICK; from += AT_ONCE) {
      const change = (n: number) => bob.store.change(SPACE, { records: { r: `${n}` }, entry: entry(`s${n}`) });
      await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => change(from + n)));
      most = Math.max(most, await redis.xlen(keyOf("audit")));
    }
    const report = await bob.audit.verify();
    expect(most).toBe(QUICK_BOUND);
    expect(report).toMatchObject({ intact: true, entries: QUICK_BOUND, trimmed: QUICK - QUICK_BOUND });
    return `${QUICK} changes: at most ${most} entries kept, ${QUICK - QUICK_BOUND} trimmed and counted; ${await bytesOf(redis, QUICK_BOUND)}`;
  },
);

fault(
  {
    id: "C7",
    fault: "entries would be trimmed while they are exported",
    expected: "an export that is under way misses none; afterwards they go",
  },
  async () => {
    await using server = await startRedisServer();
    await using bob = await admin(server, { auditMaxEntries: 1000 });
    for (let n = 0; n < 1000; n += 1) await bob.store.change(SPACE, { records: {}, entry: entry(`s${n}`) });
    const exported: AuditEntry[] = [];
    for (let page = 0; page < 10; page += 1) {
      const after = exported.at(-1)?.id;
      exported.push(...(await bob.store.audit(SPACE, { count: 100, ...(after === undefined ? {} : { after }) })));
      for (let n = 0; n < 50; n += 1) await bob.store.change(SPACE, { records: {}, entry: entry(`meanwhile ${n}`) });
    }
    expect(exported).toHaveLength(1000);
    expect(verifyAudit(exported)).toMatchObject({ intact: true });
    const { kept } = (await bob.control.sight()).head;
    expect(kept).toBe(1500);
    await using redis = byHand(server);
    // The reader's time is up.
    await redis.del(keyOf("reading"));
    for (let n = 0; n < 6; n += 1) await bob.store.change(SPACE, { records: {}, entry: entry("later") });
    const { head } = await bob.control.sight();
    expect(head).toMatchObject({ kept: 1000, trimmed: 506 });
    return `1000 exported, 0 missed, while 500 were added; kept then ${head.kept}, trimmed ${head.trimmed}`;
  },
);

fault({ id: "C7", fault: "entries grow old", expected: "the next change trims them" }, async () => {
  await using server = await startRedisServer();
  await using bob = await admin(server, { auditMaxAgeMs: 1000 });
  for (let n = 0; n < 150; n += 1) await bob.store.change(SPACE, { records: {}, entry: entry(`s${n}`) });
  await rest(1200);
  for (let n = 0; n < 3; n += 1) await bob.store.change(SPACE, { records: {}, entry: entry("later") });
  const report = await bob.audit.verify();
  expect(report).toMatchObject({ intact: true });
  // On a slow machine the first of the three may be old too.
  const { entries, trimmed } = report as Extract<typeof report, { intact: true }>;
  expect([entries + trimmed, trimmed >= 150]).toEqual([153, true]);
  return "150 entries older than 1 s trimmed by 3 changes, and counted";
});

const MILLION = 1_000_000;

fault(
  {
    id: "C7",
    fault: "1,000,000 entries, the default bound",
    expected: "it stays at the bound, and the whole chain is still verified",
    slow: true,
    timeoutMs: 900_000,
  },
  async () => {
    await using server = await startRedisServer();
    await using redis = byHand(server);
    await fill(redis, MILLION);
    await using bob = await admin(server);
    const startedMs = performance.now();
    const MORE = 2000;
    for (let n = 0; n < MORE; n += 1)
      await bob.store.change(SPACE, { records: { r: `${n}` }, entry: entry(`more ${n}`) });
    const eachMs = (performance.now() - startedMs) / MORE;
    const { head } = await bob.control.sight();
    expect(head).toMatchObject({ kept: MILLION, trimmed: MORE });
    const verifyingMs = performance.now();
    expect(await bob.audit.verify()).toMatchObject({ intact: true, entries: MILLION, trimmed: MORE });
    const tookS = (performance.now() - verifyingMs) / 1000;
    return `${MILLION} entries kept, ${MORE} trimmed, a change ${eachMs.toFixed(2)} ms, verified in ${tookS.toFixed(1)} s; ${await bytesOf(redis, MILLION)}`;
  },
);

/** The audit of a space that has had so many changes, as the script would have written it. */
async function fill(redis: Redis, entries: number): Promise<void> {
  let digest = noDigest;
  const atMs = Date.now() - 1000;
  for (let version = 1; version <= entries;) {
    const batch = redis.pipeline();
    for (let n = 0; n < 5000 && version <= entries; n += 1, version += 1) {
      const text = canonicalText({ ...entry(`s${version}`), atMs, version });
      digest = digestOfText(digest, text);
      batch.xadd(keyOf("audit"), `${atMs}-${version}`, "entry", text, "digest", digest);
    }
    await batch.exec();
  }
  const head = { v: 1, version: entries, digest, from: noDigest, trimmed: 0, at: atMs, generation: "filled" };
  await redis.hset(keyOf("head"), head);
}

async function bytesOf(redis: Redis, entries: number): Promise<string> {
  const bytes = Number(await redis.call("MEMORY", "USAGE", keyOf("audit"), "SAMPLES", "0"));
  return `${(bytes / entries).toFixed(0)} bytes an entry`;
}
