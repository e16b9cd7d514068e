import { startRedisServer } from "@sluice/test/redis-server";
import { startTcpProxy } from "@sluice/test/tcp-proxy";
import { setTimeout as rest } from "node:timers/promises";
import { isOfStore } from "./load.js";
import { seeded } from "../scale/virtual/seeded.js";
import { type ChaosPace, startChaos } from "./chaos.js";
import { type Crew, startCrew } from "./crew.js";
import { wallUs } from "./diary.js";
import type { Verdict } from "./evidence.js";
import { episodeFigures, type EpisodeFigures, judge } from "./judge.js";

/** What to run. */
export interface SoakOptions {
  readonly seed: number;
  readonly processes: number;
  /** How long the workers work. Unit: milliseconds. */
  readonly forMs: number;
  readonly pace: ChaosPace;
  /** Told how it goes, now and then. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How it goes. */
export interface Progress {
  readonly elapsedS: number;
  readonly faults: number;
  /** What is wrong at the moment. */
  readonly now: string;
  readonly calls: number;
  readonly admitted: number;
  /** Latest call past its deadline so far. Unit: milliseconds. */
  readonly latestMs: number;
  /** Largest heap when last looked. Unit: bytes. */
  readonly heapBytes: number;
}

/** What came of it. */
export interface SoakResult {
  readonly seed: number;
  readonly processes: number;
  readonly forMs: number;
  readonly verdicts: readonly Verdict[];
  readonly episodes: readonly EpisodeFigures[];
  /** Heap of each worker over time. Unit: bytes. */
  readonly heap: readonly (readonly number[])[];
}

/** Looks at the heap that many times, and at least so far apart. */
const HEAP_LOOKS = 40;
const HEAP_EVERY_MS = 1500;
const PROGRESS_MS = 1000;
/** A store that went by a stall of the machine, just before the end, is waited for as long. Unit: milliseconds. */
const MOST_RETURN_MS = 5000;

/** Lets workers share limits through one Redis while that fails in every way, and judges what they were given. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { seed, processes, forMs, pace, onProgress } = options;
  await using server = await startRedisServer({ args: ["--maxmemory-policy", "noeviction"] });
  await using proxy = await startTcpProxy({ targetPort: server.port });
  await using crew = await startCrew(processes, { url: proxy.url, seed });
  const fromUs = wallUs();
  crew.begin();
  const chaos = startChaos({ server, proxy }, forMs, pace, seeded(seed));

  const progress = (): Progress => ({
    elapsedS: (wallUs() - fromUs) / 1e6,
    faults: chaos.episodes.length,
    now: chaos.now,
    calls: crew.log.calls,
    admitted: crew.log.admissions.asked.length + crew.log.admissions.waited.length,
    latestMs: crew.log.latestMs,
    heapBytes: Math.max(0, ...crew.members.map(({ heap }) => heap.at(-1)?.bytes ?? 0)),
  });
  const telling = setInterval(() => onProgress?.(progress()), PROGRESS_MS);
  const looking = setInterval(() => void crew.sampleHeap(), Math.max(HEAP_EVERY_MS, forMs / HEAP_LOOKS));
  try {
    await chaos.ended;
    clearInterval(looking);
    await untilBack(crew, chaos.episodes.at(-1)?.toUs ?? 0);
    await crew.sampleHeap();
    const whole = { fromUs, toUs: wallUs() };
    await crew.stop();
    const evidence = { whole, episodes: chaos.episodes, log: crew.log, members: crew.members };
    return {
      seed,
      processes,
      forMs,
      verdicts: judge(evidence),
      episodes: episodeFigures(evidence),
      heap: crew.members.map(({ heap }) => heap.map(({ bytes }) => bytes)),
    };
  } finally {
    clearInterval(telling);
    clearInterval(looking);
  }
}

/** Waits until every worker says that it has the store, and one of them has had a token from it since the last fault. */
async function untilBack({ log, members }: Crew, lastUs: number): Promise<void> {
  const untilMs = performance.now() + MOST_RETURN_MS;
  const isAway = (): boolean => members.some(({ away }) => away.some(({ toUs }) => !Number.isFinite(toUs)));
  const isServed = (): boolean =>
    Object.values(log.admissions)
      .flat()
      .some(([seenUs, atUs]) => seenUs > lastUs && isOfStore(atUs));
  while ((isAway() || !isServed()) && performance.now() < untilMs) await rest(50);
}
