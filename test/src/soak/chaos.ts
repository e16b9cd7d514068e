import type { Random } from "@sluice/core";
import { type RedisServer, say } from "@sluice/test/redis-server";
import type { TcpProxy } from "@sluice/test/tcp-proxy";
import { setTimeout as rest } from "node:timers/promises";
import { wallUs } from "./diary.js";

/** Between the workers and their tokens. */
export interface Victim {
  readonly server: RedisServer;
  readonly proxy: TcpProxy;
}

/** A fault that was provoked. Unit: microseconds of the wall clock; over once the store can be used again. */
export interface Episode {
  readonly kind: string;
  /** With its figures: `frozen 1.3 s`. */
  readonly what: string;
  readonly fromUs: number;
  toUs: number;
}

interface Fault {
  readonly kind: string;
  /** How long it may last. Unit: milliseconds; none for what is over at once. */
  readonly lastsMs?: readonly [number, number];
  /** Draws figures of its own and says what it does with them. */
  provoke(victim: Victim, forMs: number, random: Random): Promise<string>;
}

const SHORT_MS = [200, 2500] as const;

const faults: readonly Fault[] = [
  {
    kind: "killed",
    lastsMs: [0, 2500],
    async provoke({ server }, forMs) {
      await server.kill();
      await rest(forMs);
      await server.restart();
      return "back empty";
    },
  },
  {
    kind: "frozen",
    lastsMs: SHORT_MS,
    async provoke({ server }, forMs) {
      server.pause();
      await rest(forMs);
      server.resume();
      return "";
    },
  },
  {
    kind: "slow",
    lastsMs: SHORT_MS,
    async provoke({ proxy }, forMs, random) {
      const delayMs = Math.round(10 + random() * 500);
      proxy.delay(delayMs);
      await rest(forMs);
      proxy.delay(0);
      return `${delayMs} ms each way`;
    },
  },
  {
    kind: "cut",
    async provoke({ proxy }) {
      proxy.cut();
      return "";
    },
  },
  {
    kind: "black hole",
    lastsMs: SHORT_MS,
    async provoke({ proxy }, forMs) {
      proxy.pauseExisting();
      await rest(forMs);
      proxy.resume();
      return "open connections only";
    },
  },
  {
    kind: "reply lost",
    async provoke({ proxy }) {
      await Promise.race([proxy.cutAfterRequest(), rest(1000)]);
      return "";
    },
  },
  {
    kind: "refused",
    lastsMs: SHORT_MS,
    async provoke({ proxy }, forMs) {
      await proxy.refuse(true);
      proxy.cut();
      await rest(forMs);
      await proxy.refuse(false);
      return "";
    },
  },
  {
    kind: "scripts flushed",
    async provoke({ server }) {
      await say(server, "SCRIPT", "FLUSH");
      return "";
    },
  },
  {
    kind: "writes paused",
    lastsMs: SHORT_MS,
    async provoke({ server }, forMs) {
      await say(server, "CLIENT", "PAUSE", String(Math.round(forMs)), "WRITE");
      await rest(forMs);
      return "";
    },
  },
  {
    kind: "memory full",
    lastsMs: SHORT_MS,
    async provoke({ server }, forMs) {
      await say(server, "CONFIG", "SET", "maxmemory", "1");
      await rest(forMs);
      await say(server, "CONFIG", "SET", "maxmemory", "0");
      return "no eviction";
    },
  },
];

/** When faults come. Unit: milliseconds. */
export interface ChaosPace {
  /** Before the first and after the last. */
  readonly calmMs: number;
  readonly betweenMs: readonly [number, number];
}

/** What has been provoked so far, and what goes on now. */
export interface Chaos {
  readonly episodes: readonly Episode[];
  readonly now: string;
  /** Resolves when it is time to look at the ledger: no fault is on, and none comes. */
  readonly ended: Promise<void>;
}

/**
 * Provokes one fault after the other until so long before the end that the last calm is as long as the first. Each round of ten has
 * every fault once, in an order of its own.
 */
export function startChaos(victim: Victim, forMs: number, { calmMs, betweenMs }: ChaosPace, random: Random): Chaos {
  const episodes: Episode[] = [];
  const untilMs = performance.now() + forMs;
  let now = "calm";
  const run = async (): Promise<void> => {
    await rest(calmMs);
    let round: Fault[] = [];
    for (;;) {
      if (round.length === 0) round = shuffled(faults, random);
      const fault = round.pop() as Fault;
      const lastsMs = fault.lastsMs === undefined ? 0 : within(fault.lastsMs, random);
      const restMs = within(betweenMs, random);
      if (performance.now() + lastsMs + Math.max(calmMs, restMs) > untilMs) break;
      now = lastsMs === 0 ? fault.kind : `${fault.kind} ${(lastsMs / 1000).toFixed(1)} s`;
      const episode: Episode = { kind: fault.kind, what: now, fromUs: wallUs(), toUs: Number.POSITIVE_INFINITY };
      episodes.push(episode);
      const said = await fault.provoke(victim, lastsMs, random);
      episodes[episodes.length - 1] = {
        ...episode,
        what: said === "" ? episode.what : `${episode.what}, ${said}`,
        toUs: wallUs(),
      };
      now = "calm";
      await rest(restMs);
    }
    await rest(Math.max(0, untilMs - performance.now()));
  };
  return {
    episodes,
    get now() {
      return now;
    },
    ended: run(),
  };
}

function within([least, most]: readonly [number, number], random: Random): number {
  return least + random() * (most - least);
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}
