import type { RedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import type { BenchTable } from "../bench.js";
import { nowUs } from "../clock.js";
import { startChild } from "../children/start-child.js";
import { readServerStats, statsPer } from "../server-stats.js";
import { median, sum } from "../statistics.js";
import type { InboundLeaseHandlers } from "./lease-worker.js";

const PROMISED_PER_SECOND = 1e6;

/** Two processes at one kind of load. */
interface Situation {
  readonly name: string;
  readonly users: number;
  readonly lease: boolean;
  readonly refused: boolean;
}

interface Spent {
  readonly perSecond: number;
  readonly allowed: number;
  /** Part of the decisions for which the store was asked. */
  readonly asked: number;
  readonly scripts: number;
}

const situations: readonly Situation[] = [
  { name: "1 user", users: 1, lease: true, refused: false },
  { name: "100 users", users: 100, lease: true, refused: false },
  { name: "1000 users", users: 1000, lease: true, refused: false },
  { name: "1000 users, nearly all refused", users: 1000, lease: true, refused: true },
  { name: "1000 users, asked each time", users: 1000, lease: false, refused: false },
];

/** How many decisions two processes make from tokens drawn in advance, policies and all. */
export async function measureLeased(
  server: RedisServer,
  effort: { readonly rounds: number; readonly sliceMs: number },
): Promise<BenchTable> {
  const found: Spent[][] = situations.map(() => []);
  for (let round = 0; round < effort.rounds; round += 1)
    for (const [index, situation] of situations.entries())
      found[index]?.push(await spend(server.url, situation, effort.sliceMs));
  const of = (index: number, field: keyof Spent): number => median((found[index] ?? []).map((each) => each[field]));
  const perSecond = situations.map((_, index) => of(index, "perSecond"));
  const leased = situations.flatMap(({ name, lease, refused }, index) =>
    lease && !refused ? [{ name, found: perSecond[index] ?? 0 }] : [],
  );
  const shown = leased.map((each) => `${each.name} ${(each.found / 1e6).toFixed(2)}`).join(", ");
  return {
    title: "How many requests do two processes decide from tokens drawn in advance?",
    columns: [
      "load",
      "decisions, M/s",
      "it : asked each time",
      "asked the store, part",
      "scripts/decision",
      "allowed, part",
    ],
    rows: situations.map(({ name }, index) => [
      name,
      (perSecond[index] ?? Number.NaN) / 1e6,
      (perSecond[index] ?? Number.NaN) / (perSecond.at(-1) ?? Number.NaN),
      of(index, "asked"),
      of(index, "scripts"),
      of(index, "allowed"),
    ]),
    notes: [
      "Both processes together, 64 requests at once in each, by `checkSync`, and by `check` where that has no answer. Medians.",
    ],
    promises: [
      {
        text: `at least ${PROMISED_PER_SECOND / 1e6} M decisions a second together (${shown})`,
        kept: leased.every((each) => each.found >= PROMISED_PER_SECOND),
      },
    ],
    figures: { situations, found },
  };
}

async function spend(url: string, { users, lease, refused }: Situation, sliceMs: number): Promise<Spent> {
  const redis = new Redis(url);
  const children = [0, 1].map(() => startChild<InboundLeaseHandlers>("inbound/lease-worker.js"));
  try {
    await Promise.all(children.map((child) => child.ask("open", { url, users, lease, refused })));
    const span = (ms: number) => ({ startUs: nowUs() + 20_000, untilUs: nowUs() + 20_000 + ms * 1000 });
    const decide = async (ms: number) => {
      const orders = span(ms);
      return Promise.all(children.map((child) => child.ask(lease ? "spend" : "ask", orders)));
    };
    // Warms up code and pots.
    await decide(sliceMs / 3);
    const before = await readServerStats(redis);
    const done = await decide(sliceMs);
    const decisions = sum(done.map((each) => each.decisions));
    return {
      perSecond: sum(done.map((each) => each.decisions / each.tookS)),
      allowed: sum(done.map((each) => each.allowed)) / decisions,
      asked: sum(done.map((each) => each.asked)) / decisions,
      scripts: statsPer(decisions, before, await readServerStats(redis)).scripts,
    };
  } finally {
    await Promise.all(children.map((child) => child.kill()));
    redis.disconnect();
  }
}
