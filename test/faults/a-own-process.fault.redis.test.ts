import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { once } from "node:events";
import { setTimeout as rest } from "node:timers/promises";
import { expect } from "vitest";
import type { ClosingOrders, ClosingReport, ClosingSoon } from "../src/faults/a/closing-worker.js";
import type { JunkOrders, JunkReport } from "../src/faults/a/junk-worker.js";
import { spawnWorker } from "../src/fleet/spawn-worker.js";
import { startDoor } from "./a-support.js";
import { ms } from "./b-support.js";
import { fault } from "./fault.js";
import { watchStalls } from "../src/stalls/index.js";

const MIB = 2 ** 20;
const DEADLINE_MS = 500;
const MOST_MIB = 150;

/** In place of an answer, by what is wrong with it. */
const junk: Readonly<Record<string, () => Buffer>> = {
  "no protocol at all": () => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
  "100 000 arrays in one another": () => Buffer.from(`${"*1\r\n".repeat(100_000)}:1\r\n`),
  "an array of four billion": () => Buffer.from("*4294967295\r\n:1\r\n"),
  "a text of 512 MiB, of which a little comes": () => Buffer.from("$536870912\r\nabc"),
  "a line of 16 MiB without an end": () => Buffer.alloc(16 * MIB, "+a"),
  "a length below nothing": () => Buffer.from("$-99\r\nabc\r\n"),
  "more answers of nothing than questions": () => Buffer.from("-ERR no\r\n".repeat(3) + "*-1\r\n".repeat(3)),
  "numbers that are none": () => Buffer.from(":1e999999\r\n:NaN\r\n"),
  "a thousand answers too many": () => Buffer.from(":1\r\n".repeat(1000)),
  "another shape: a word": () => Buffer.from("+OK\r\n"),
  "another shape: nothing": () => Buffer.from("*-1\r\n"),
  "another shape: nothing inside": () => Buffer.from("*0\r\n"),
  "another shape: a time and no answer": () => Buffer.from("*2\r\n$16\r\n1732147200123456\r\n*0\r\n"),
  "another shape: words for numbers": () =>
    Buffer.from("*2\r\n$3\r\nnow\r\n*6\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n$1\r\ne\r\n$1\r\nf\r\n"),
};

/** Those of which each stands for several. */
const QUICK = [
  "no protocol at all",
  "100 000 arrays in one another",
  "more answers of nothing than questions",
  "another shape: a word",
];

for (const [kinds, slow] of [
  [QUICK, false],
  [Object.keys(junk), true],
] as const) {
  fault(
    {
      id: "A18",
      fault: `answers that are junk, of ${kinds.length} kinds`,
      expected: `no call is admitted by one, each settles in time, the process lives with at most ${MOST_MIB} MiB more, and the store is used again when it answers`,
      slow,
    },
    async () => {
      await using server = await startRedisServer();
      const left = [...kinds];
      const seen: { what: string; report: JunkReport }[] = [];
      while (left.length > 0) seen.push(...(await Promise.all(left.splice(0, 4).map((what) => under(server, what)))));
      for (const { what, report } of seen) {
        const { STORE_UNAVAILABLE: refused = 0, allowed = 0, ...others } = report.outcomes;
        expect({ what, others, allowed }).toEqual({ what, others: {}, allowed: 1 });
        expect(refused, what).toBeGreaterThan(0);
        expect(report.grewMiB, what).toBeLessThan(MOST_MIB);
        expect(report.longestMs, what).toBeLessThan(DEADLINE_MS + 50 + 100 + report.stalledMs);
      }
      const most = Math.max(...seen.map(({ report }) => report.grewMiB));
      const longest = Math.max(...seen.map(({ report }) => report.longestMs));
      return `${seen.length} of ${seen.length} processes alive, at most ${most} MiB more, longest call ${ms(longest)}: ${kinds.join("; ")}`;
    },
  );
}

async function under(server: RedisServer, what: string): Promise<{ what: string; report: JunkReport }> {
  const bytes = junk[what]?.();
  let untilMs = Number.POSITIVE_INFINITY;
  await using door = await startDoor(server.port, () => {
    // From the first question on, for a while.
    if (untilMs === Number.POSITIVE_INFINITY) untilMs = performance.now() + 300;
    return performance.now() < untilMs ? bytes : undefined;
  });
  const orders: JunkOrders = { url: door.url, deadlineMs: DEADLINE_MS, forMs: 8000 };
  const { child, report } = spawnWorker<JunkReport>("../faults/a/junk-worker", orders);
  const ended = once(child, "close");
  const seen = await report.catch((error: unknown) => {
    throw new Error(`${what}: ${String(error)}`);
  });
  expect((await ended)[0], what).toBe(0);
  return { what, report: seen };
}

const WAITERS = 1000;
const SETTLED_MS = 1000;
const EXIT_MS = 2000;

/** Between the last that begins to wait and the closing; the store is frozen a little before. Unit: milliseconds. */
const CLOSE_AFTER_MS = 1000;
const FROZEN_MS = 300;

for (const first of ["limiter", "store"] as const) {
  fault(
    {
      id: "A19",
      fault: `the ${first} is closed under ${WAITERS} waiters, of a store that is there and of one that is frozen`,
      expected: `all settle within ${ms(SETTLED_MS)} with one code, and the process ends within ${ms(EXIT_MS)}`,
    },
    async () => {
      const figures = await Promise.all([closeUnder(first, false), closeUnder(first, true)]);
      return figures.join("; ");
    },
  );
}

async function closeUnder(first: ClosingOrders["first"], frozen: boolean): Promise<string> {
  await using server = await startRedisServer();
  const orders: ClosingOrders = { url: server.url, waiters: WAITERS, first, closeAfterMs: CLOSE_AFTER_MS };
  const { child, report: soon } = spawnWorker<ClosingSoon>("../faults/a/closing-worker", orders);
  let printed = "";
  child.stdout?.on("data", (chunk) => (printed += String(chunk)));
  try {
    const ended = once(child, "close").then(() => unixMs());
    const { closeAtMs } = await soon;
    using stalls = watchStalls();
    await rest(closeAtMs - FROZEN_MS - unixMs());
    if (frozen) server.pause();
    // Longer than it may take, which is judged by its own report.
    const within = AbortSignal.timeout(FROZEN_MS + SETTLED_MS + EXIT_MS + 10_000);
    const late = once(within, "abort").then(() => Promise.reject(new Error("it did not end")));
    const endedMs = await Promise.race([ended, late]);
    const { codes, settledMs, atMs } = JSON.parse(printed.split("\n", 2)[1] ?? "") as ClosingReport;
    // Its end may be seen late.
    const exitMs = endedMs - atMs - stalls.longestMs;
    const [code = "", ...others] = Object.keys(codes);
    expect(others).toEqual([]);
    expect(codes[code]).toBe(WAITERS);
    expect(settledMs).toBeLessThan(SETTLED_MS);
    expect(exitMs).toBeLessThan(EXIT_MS);
    expect(child.exitCode).toBe(0);
    return `${frozen ? "frozen" : "there"}: ${codes[code]} ÷ ${WAITERS} with ${code} after ${ms(settledMs)}, ended ${ms(exitMs)} later`;
  } finally {
    child.kill("SIGKILL");
    server.resume();
  }
}

function unixMs(): number {
  return performance.timeOrigin + performance.now();
}
