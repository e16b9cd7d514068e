import { sleep } from "@sluice/core";
import { createLimiter, memoryStore, tokenBucket } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { Command } from "commander";
import { table } from "../output/table.js";
import { readCount, withJson } from "../shared/options.js";
import { print, toJson } from "../shared/print.js";
import type { Terminal } from "../terminal.js";

interface DemoFlags {
  readonly redis?: string;
  readonly prefix: string;
  readonly calls: number;
  readonly json?: boolean;
}

/** What one run came to. */
interface DemoRun {
  readonly limiter: boolean;
  readonly calls: number;
  readonly done: number;
  readonly refused: number;
  readonly seconds: number;
}

/** As many times faster than real time Slack's limits run here. */
const SPEED = 60;
/** `users.list` is of the second tier of Slack's limits: 20 a minute. */
const PER_SECOND = (20 / 60) * SPEED;
/** What is allowed at once: much less than Slack allows, since calls do not arrive as they were sent. */
const SLACKS_BURST = 8;
const BURST = 2;
const WORKERS = 4;
const SETTLE_MS = 1100;

/** `sluice demo`: the same work without a limiter and with one, against a simulated Slack. */
export function demoCommand(terminal: Terminal): Command {
  const command = new Command("demo").description(
    "Call a simulated Slack from four workers, without a limiter and with one, and compare.",
  );
  return withJson(command)
    .option("--calls <number>", "calls in each run", readCount, 60)
    .option("--redis <url>", "share the limit in this Redis, where sluice top shows it; else in memory")
    .option("--prefix <prefix>", "what keys begin with", "sluice")
    .action(async (flags: DemoFlags) => {
      const runs: DemoRun[] = [];
      for (const limited of [false, true]) {
        if (terminal.stop.aborted) return;
        if (flags.json !== true)
          terminal.out(
            `${flags.calls} calls of users.list by ${WORKERS} workers, ${limited ? "with" : "without"} a limiter ...\n`,
          );
        runs.push(await run(flags, limited, terminal.stop));
      }
      if (flags.json === true) terminal.out(toJson({ runs }));
      else print(terminal, false, runs, () => textOf(runs));
    });
}

async function run({ calls, redis, prefix }: DemoFlags, limited: boolean, stop: AbortSignal): Promise<DemoRun> {
  // Loaded when it is wanted: the other commands shall begin at once.
  const { startSlackSimulator } = await import("@sluice/simulators");
  const slack = await startSlackSimulator({
    speed: SPEED,
    enforcement: "token-bucket",
    burst: { tokens: SLACKS_BURST },
  });
  const store = redis === undefined ? memoryStore() : redisStore({ url: redis, prefix });
  // A process each, as it were: they share nothing but the store.
  const limiters = Array.from({ length: WORKERS }, () => createLimiter({ store, provider: "slack", account: "demo" }));
  const charge = { bucket: "users.list", limit: tokenBucket({ refillRate: PER_SECOND * 0.95, burst: BURST }) };
  const startedMs = performance.now();
  let left = calls;
  let done = 0;
  let refused = 0;
  const work = async (limiter: (typeof limiters)[number]): Promise<void> => {
    while (left > 0 && !stop.aborted) {
      left -= 1;
      if (limited) await limiter.acquire(charge, { timeoutMs: 600_000, signal: stop });
      const answer = await fetch(`${slack.url}users.list`, {
        method: "POST",
        headers: { authorization: "Bearer xoxb-demo" },
      });
      await answer.arrayBuffer();
      if (answer.status === 429) refused += 1;
      else done += 1;
    }
  };
  try {
    await Promise.all(limiters.map(work)).catch((error: unknown) => {
      if (!stop.aborted) throw error;
    });
    const seconds = (performance.now() - startedMs) / 1000;
    // So that `sluice top` has a last look at it.
    if (limited && redis !== undefined) await sleep(SETTLE_MS, stop).catch(() => {});
    return { limiter: limited, calls, done, refused, seconds };
  } finally {
    for (const limiter of limiters) await limiter.close();
    await store.close();
    await slack.close();
  }
}

function textOf(runs: readonly DemoRun[]): string {
  const right = (head: string): { readonly head: string; readonly align: "right" } => ({ head, align: "right" });
  return table(
    ["limiter", right("calls"), right("done"), right("429s"), right("seconds")],
    runs.map(({ limiter, calls, done, refused, seconds }) => [
      limiter ? "shared" : "none",
      calls,
      done,
      refused,
      seconds.toFixed(1),
    ]),
  );
}
