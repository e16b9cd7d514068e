import type { AuditEntry } from "@sluice/limiter";
import { createPolicyEngine, type PolicyEngine } from "@sluice/policy";
import { startRedisServer } from "@sluice/test/redis-server";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import { until } from "./b-support.js";
import { fault } from "./fault.js";
import { admin, entry, SPACE, subjectsIn } from "./h-support.js";

/** Changes one record after the other until it is killed; says so when the first one is made. Runs what was built. */
const changer = `
  import { redisControlStore } from "@sluice/limiter-redis";
  const [url, space, round] = process.argv.slice(-3);
  const store = redisControlStore({ url, commandTimeoutMs: 5000 });
  for (let n = 0; ; n += 1) {
    const name = round + "/" + n;
    await store.change(space, { records: { [name]: "1" }, entry: { action: "test.change", subject: name, author: "worker" } });
    if (n === 0) process.stdout.write("begun");
  }
`;

async function changeUntilKilled(url: string, round: number, afterMs: number): Promise<void> {
  const args = ["--input-type=module", "-e", changer, url, SPACE, String(round)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("close", (code) => reject(new Error(`the worker ended by itself with ${code}`)));
  });
  await rest(afterMs);
  child.kill("SIGKILL");
  await ended;
}

for (const [rounds, slow] of [
  [20, false],
  [200, true],
] as const)
  fault(
    {
      id: "E6",
      fault: `a process is killed between a change and its audit entry, ${rounds} times`,
      expected: "no change without entry, no entry without change",
      slow,
      timeoutMs: slow ? 600_000 : 180_000,
    },
    async () => {
      await using server = await startRedisServer();
      for (let round = 0; round < rounds; round += 1) await changeUntilKilled(server.url, round, (round * 7.3) % 40);
      await using auditor = await admin(server);
      const subjects = await subjectsIn(auditor.store);
      const named = new Set(subjects);
      const { records } = auditor.control;
      const withoutEntry = [...records.keys()].filter((name) => !named.has(name)).length;
      const withoutChange = subjects.filter((name) => !records.has(name)).length;
      expect([withoutEntry, withoutChange, named.size]).toEqual([0, 0, subjects.length]);
      expect(await auditor.audit.verify()).toMatchObject({ intact: true, entries: subjects.length });
      return `${rounds} kills, ${subjects.length} changes: without entry ${withoutEntry}, entries without change ${withoutChange}`;
    },
  );

/** Refuses and queues until it is killed; says how many it has refused. Runs what was built. */
const refuser = `
  import { createPolicyEngine } from "@sluice/policy";
  const policies = [{ name: "none", scope: "user", windows: [{ limit: 1, per: "day" }] }];
  const engine = createPolicyEngine({ redis: process.argv.at(-1), policies, reputation: false, auditDecisions: { maxQueued: 1000, flushMs: 200 } });
  await engine.check({ user: "a" });
  for (let n = 1; ; n += 1) {
    await engine.check({ user: "a" });
    process.stdout.write(n + "\\n");
  }
`;

fault(
  {
    id: "E7",
    fault: "a process is killed with refusals queued for the audit",
    expected: "no more are lost than the queue holds, all of them refused within the last flush interval",
  },
  async () => {
    await using server = await startRedisServer();
    const child = spawn(process.execPath, ["--input-type=module", "-e", refuser, server.url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said: { readonly atMs: number; readonly count: number }[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const count = Number(text.trimEnd().split("\n").at(-1));
      said.push({ atMs: performance.now(), count });
    });
    await until(() => (said.at(-1)?.count ?? 0) > 2000, "2000 refusals", 30_000);
    child.kill("SIGKILL");
    await new Promise<void>((resolve) => child.once("close", () => resolve()));
    const refused = said.at(-1)?.count ?? 0;
    const engine = createPolicyEngine({ redis: server.url, policies: [] });
    let written = 0;
    for await (const { detail } of pagesOf(engine)) {
      const { count, dropped } = detail as { count: number; dropped: number };
      written += count + dropped;
    }
    expect(await engine.audit.verify()).toMatchObject({ intact: true });
    await engine.close();
    const lost = refused - written;
    const killedMs = said.at(-1)?.atMs ?? 0;
    // Twice the interval, and what a busy machine adds: one flush is under way while the next one gathers.
    // While it stood still it wrote nothing either.
    const silentMs = Math.max(0, ...said.slice(1).map(({ atMs }, index) => atMs - (said[index]?.atMs ?? atMs)));
    const late = said.findLast(({ atMs }) => atMs < killedMs - 1000 - silentMs)?.count ?? 0;
    expect(lost).toBeLessThanOrEqual(1000);
    expect(written).toBeGreaterThanOrEqual(late);
    return `${refused} refused, ${written} in the audit, ${lost} lost with the process`;
  },
);

async function* pagesOf(engine: PolicyEngine): AsyncGenerator<AuditEntry> {
  let after = "0-0";
  for (;;) {
    const page = await engine.audit.tail({ after, count: 1000 });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

const modes = [
  ["always", "every acknowledged change and its entry are found"],
  ["everysec", "what is lost was acknowledged within the last 2 s, and the chain is whole"],
] as const;

for (const [mode, expected] of modes)
  fault({ id: "H8", fault: `the store is killed under load, appendfsync ${mode}`, expected }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-h8-"));
    try {
      const args = ["--dir", folder, "--appendonly", "yes", "--appendfsync", mode];
      await using server = await startRedisServer({ args });
      const writers = await Promise.all(Array.from({ length: 4 }, () => admin(server)));
      const acknowledged = new Map<string, number>();
      const writing = writers.map(async ({ store }, writer) => {
        for (let n = 0; ; n += 1) {
          const name = `${writer}/${n}`;
          // Two have a space of their own, two share one.
          const space = writer < 2 ? SPACE : `own:${writer}`;
          try {
            await store.change(space, { records: { [name]: "1" }, entry: entry(name) });
          } catch (error) {
            // The other one was always faster; nothing was written.
            if (Object(error).code === "CHANGE_CONFLICT") continue;
            return;
          }
          acknowledged.set(name, performance.now());
        }
      });
      await rest(2000);
      const killedMs = performance.now();
      await server.kill();
      await Promise.all(writing);
      for (const writer of writers) await writer[Symbol.asyncDispose]();
      await server.restart();
      await using auditor = await admin(server);
      const found = new Set<string>();
      const entries = new Set<string>();
      for (const space of [SPACE, "own:2", "own:3"]) {
        for (const name of (await auditor.store.read(space))?.records.keys() ?? []) found.add(name);
        for (const subject of await subjectsIn(auditor.store, space)) entries.add(subject);
      }
      const lost = [...acknowledged].filter(([name]) => !found.has(name) || !entries.has(name));
      expect(entries).toEqual(found);
      expect(await auditor.audit.verify()).toMatchObject({ intact: true });
      if (mode === "always") expect(lost).toHaveLength(0);
      for (const [, atMs] of lost) expect(killedMs - atMs).toBeLessThan(2000);
      await until(
        () => auditor.control.change({ records: {}, entry: entry("goes on") }).then(() => true),
        "changes again",
      );
      return `${lost.length} lost of ${acknowledged.size} acknowledged; found besides ${found.size + lost.length - acknowledged.size}`;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
