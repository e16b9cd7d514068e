// One process of the soak: asks, waits and holds places without end, and tells its parent what came of it. Gets its orders from argv.
import { createLimiter } from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { setTimeout as rest } from "node:timers/promises";
import { seeded } from "../scale/virtual/seeded.js";
import { createDiary, wallUs } from "./diary.js";
import { leakedFrom } from "./leaks.js";
import {
  ACQUIRE_MS,
  COMMAND_MS,
  PLACE_MS,
  placeLimit,
  sharedBucket,
  visitorBucket,
  VISITORS,
  WORK_MS,
} from "./load.js";
import { watchStalls } from "../stalls/index.js";
import type { ParentWord, SoakOrders, WorkerWord } from "./words.js";

const { url, seed, processes } = JSON.parse(process.argv[2] ?? "") as SoakOrders;
const WAITERS = 3;
const BATCH_MS = 250;

const random = seeded(seed);
const between = ([least, most]: readonly [number, number]): number => least + random() * (most - least);
process.on("message", (word: ParentWord) => obey(word));
// The channel to the parent included, which is open from here on.
const before = process.getActiveResourcesInfo();
const stalls = watchStalls();
const diary = createDiary(stalls);
const store = redisStore({
  url,
  onStoreError: "local",
  commandTimeoutMs: COMMAND_MS,
  onEvent(event) {
    if (event.type === "store-down") say({ kind: "store", type: event.type, atUs: wallUs(), reason: event.reason });
    if (event.type === "store-up") say({ kind: "store", type: event.type, atUs: wallUs(), reason: "" });
  },
});
const limiter = createLimiter({ store, provider: "soak", account: "acme" });
const state = { over: false };

/** Now or never, over and over. */
async function ask(): Promise<void> {
  while (!state.over) {
    const decision = await diary.timed("tryAcquire", COMMAND_MS, () =>
      limiter.tryAcquire({ bucket: "asked", limit: sharedBucket }),
    );
    if (decision?.kind === "allowed") diary.admitted("asked", decision.grant?.atUs ?? 0);
    else if (decision !== undefined) diary.ended(decision.kind);
    await rest(between([5, 35]));
  }
}

async function waitForTokens(): Promise<void> {
  while (!state.over) {
    const grant = await diary.timed("acquire", ACQUIRE_MS, () =>
      limiter.acquire({ bucket: "waited", limit: sharedBucket }, { timeoutMs: ACQUIRE_MS }),
    );
    if (grant !== undefined) diary.admitted("waited", grant.atUs);
    // What it waited for takes a moment; what was refused is tried again a little later.
    await rest(grant === undefined ? 20 : between([1, 5]));
  }
}

async function usePlaces(): Promise<void> {
  while (!state.over) {
    const grant = await diary.timed("a place", PLACE_MS, () =>
      limiter.acquire({ bucket: "places", limit: placeLimit }, { timeoutMs: PLACE_MS }),
    );
    if (grant !== undefined) {
      const fromUs = wallUs();
      await rest(between(WORK_MS));
      diary.held(fromUs, wallUs());
      await diary.timed("release", COMMAND_MS, () => grant.release());
    }
    await rest(between([10, 60]));
  }
}

async function visit(): Promise<void> {
  for (let visits = 0; !state.over; visits += 1) {
    const bucket = `visitor ${visits % VISITORS}`;
    const decision = await diary.timed("a visitor", COMMAND_MS, () =>
      limiter.tryAcquire({ bucket, limit: visitorBucket }),
    );
    if (decision?.kind === "delayed") diary.ended("visitor delayed");
    await rest(between([10, 40]));
  }
}

const work: Promise<void>[] = [];
const handOver = (): void => say({ kind: "batch", batch: diary.take() });
const handingOver = setInterval(handOver, BATCH_MS);

await limiter.peek({ bucket: "asked", limit: sharedBucket });
// What each takes alone in an outage depends on how many it knows of.
while (store.peers < processes) {
  await rest(50);
  await limiter.peek({ bucket: "asked", limit: sharedBucket });
}
say({ kind: "ready" });

function obey({ kind }: ParentWord): void {
  if (kind === "begin") work.push(ask(), usePlaces(), visit(), ...Array.from({ length: WAITERS }, waitForTokens));
  else if (kind === "heap") say({ kind: "heap", bytes: heapBytes() });
  else void stop();
}

async function stop(): Promise<void> {
  state.over = true;
  await Promise.all(work);
  handOver();
  clearInterval(handingOver);
  stalls[Symbol.dispose]();
  await limiter.close();
  await store.close();
  const leaked = await leakedFrom(before);
  process.send?.({ kind: "closed", leaked, open: before.length } satisfies WorkerWord, () => process.disconnect());
}

function heapBytes(): number {
  // Twice: what the first pass finalises, the second collects.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function say(word: WorkerWord): void {
  process.send?.(word);
}
