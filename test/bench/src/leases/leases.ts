import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import type { Bound } from "@sluice/test/fleet";
import { Redis } from "ioredis";
import type { Bench, BenchTable } from "../bench.js";
import { nowUs, sleepUntil } from "../clock.js";
import { type Child, startChild } from "../children/start-child.js";
import { readServerStats, statsPer } from "../server-stats.js";
import { sum } from "../statistics.js";
import type { LeaseHandlers } from "./worker.js";

const wide = { refillRate: 1e8, burst: 1e9 };
const narrow = { refillRate: 20_000, burst: 2000 };
const PROMISED_PER_SECOND = 2e6;

/** Decisions without a round trip, from tokens drawn in advance: how many, and whether the shared limit still holds. */
export const leasesBench: Bench = {
  name: "leases",
  async run(pace) {
    const seconds = pace === "full" ? 4 : 1;
    await using server = await startRedisServer();
    const usual = { lease: true, seconds, killAfterS: undefined };
    const speed = await spend(server, { ...usual, bound: wide, bucket: "wide" });
    if (speed === undefined) return [table(undefined)];
    const asked = await spend(server, { ...usual, bound: wide, bucket: "asked", lease: false });
    const kept = await spend(server, { ...usual, bound: narrow, bucket: "narrow" });
    const killed = await spend(server, { ...usual, bound: narrow, bucket: "killed", killAfterS: seconds / 2 });
    return [table({ speed, asked, kept, killed })];
  },
};

interface Spent {
  readonly perSecond: number;
  readonly admitted: number;
  /** What bucket and refill allow in that time. */
  readonly allowed: number;
  readonly commandsPerDecision: number;
}

interface Orders {
  readonly bound: Bound;
  readonly bucket: string;
  readonly lease: boolean;
  readonly seconds: number;
  /** Kills one of the two then. */
  readonly killAfterS: number | undefined;
}

/** Lets two processes spend from one limit; undefined where leases are not built. */
async function spend(server: RedisServer, orders: Orders): Promise<Spent | undefined> {
  const { bound, bucket, lease, seconds, killAfterS } = orders;
  const told = [0, 0];
  const redis = new Redis(server.url);
  const children = told.map((_, index) =>
    startChild<LeaseHandlers>("leases/worker.js", { onEvent: (admitted) => (told[index] = admitted as number) }),
  );
  try {
    const ready = await Promise.all(
      children.map((child) => child.ask("open", { url: server.url, bound, bucket, lease })),
    );
    if (ready.includes(false)) return undefined;
    const before = await readServerStats(redis);
    const startUs = nowUs() + 50_000;
    const untilUs = startUs + seconds * 1e6;
    const spending = children.map((child) => child.ask(lease ? "spend" : "ask", { startUs, untilUs }));
    if (killAfterS !== undefined) await killAt(children[0] as Child<LeaseHandlers>, startUs + killAfterS * 1e6);
    const results = await Promise.all(
      spending.map((each, index) =>
        each.catch((error: unknown) => {
          if (killAfterS === undefined || index > 0) throw error;
          return { decisions: told[0] ?? 0, admitted: told[0] ?? 0, tookS: killAfterS };
        }),
      ),
    );
    const decisions = sum(results.map((result) => result.decisions));
    return {
      perSecond: sum(results.map((result) => result.decisions / result.tookS)),
      admitted: sum(results.map(({ admitted }) => admitted)),
      allowed: bound.burst + bound.refillRate * Math.max(...results.map(({ tookS }) => tookS)),
      commandsPerDecision: statsPer(decisions, before, await readServerStats(redis)).scripts,
    };
  } finally {
    await Promise.all(children.map((child) => child.kill()));
    redis.disconnect();
  }
}

async function killAt(child: Child<LeaseHandlers>, atUs: number): Promise<void> {
  await sleepUntil(atUs);
  await child.kill();
}

type Answers = Readonly<Record<"speed" | "asked" | "kept" | "killed", Spent | undefined>>;

function table(answers: Answers | undefined): BenchTable {
  const over = [answers?.kept, answers?.killed].map((spent) => spent && Math.max(0, spent.admitted - spent.allowed));
  const row = (name: string, spent: Spent | undefined) => [
    name,
    spent && spent.perSecond / 1e6,
    spent && spent.perSecond / (answers?.asked?.perSecond ?? Number.NaN),
    spent?.commandsPerDecision,
    spent?.admitted,
    spent && spent.admitted / spent.allowed,
    spent && Math.max(0, spent.admitted - spent.allowed),
    spent && Math.max(0, spent.allowed - spent.admitted),
  ];
  return {
    title: "What do two processes decide from tokens drawn in advance from one limit?",
    columns: [
      "limit",
      "decisions, M/s",
      "it : asked",
      "scripts/decision",
      "admitted",
      "of allowed",
      "too many",
      "unused",
    ],
    rows:
      answers === undefined
        ? [["not built", ...Array.from({ length: 7 }, () => undefined)]]
        : [
            row(`${wide.refillRate}/s`, answers.speed),
            row("the same, asked each time", answers.asked),
            row(`${narrow.refillRate}/s, burst ${narrow.burst}`, answers.kept),
            row("the same, one killed half way", answers.killed),
          ],
    notes: [
      "Both processes together, deciding without pause; refusals are decisions too. Unused after the kill: what was lost.",
    ],
    promises: [
      {
        text: `at least ${PROMISED_PER_SECOND / 1e6} M decisions a second together`,
        kept: answers?.speed && answers.speed.perSecond >= PROMISED_PER_SECOND,
      },
      {
        text: "never more than the shared limit allows, killed or not",
        kept: answers && over.every((tokens) => tokens === 0),
      },
    ],
    figures: answers,
  };
}
