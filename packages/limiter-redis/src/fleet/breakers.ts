import type { BreakerReason, BreakerState } from "@sluice/limiter";
import { breakerOfKey } from "./key-parts.js";
import type { Run } from "./scanner.js";
import type { FleetBreaker } from "./sight.js";

/** Reads breakers as lua/includes/breaker.lua writes them; those of which nothing can be read are left out. */
export async function readBreakers(run: Run, keys: readonly string[], nowUs: number): Promise<readonly FleetBreaker[]> {
  const states = await run("a look at breakers", (redis) => Promise.all(keys.map((key) => redis.get(key))));
  return keys.flatMap((key, index) => {
    const name = breakerOfKey(key);
    const read = name === undefined ? undefined : readState(states[index] ?? "", nowUs);
    return name === undefined || read === undefined ? [] : [{ name, ...read }];
  });
}

function readState(text: string, nowUs: number): Omit<FleetBreaker, "name"> | undefined {
  const [, kind, reason, till] = /^1\|([coi])\|\d+\|([a-z-]+)\|(\d+)\|/.exec(text) ?? [];
  if (kind === undefined || reason === undefined || !isReason(reason)) return undefined;
  const leftMs = (Number(till) - nowUs) / 1000;
  if (kind === "c") return { state: "closed", leftMs: 0, reason };
  const held = states[kind as keyof typeof states];
  if (till === "0") return { state: held, leftMs: Number.POSITIVE_INFINITY, reason };
  return leftMs > 0 ? { state: held, leftMs, reason } : { state: "half-open", leftMs: 0, reason };
}

const states = { o: "open", i: "isolated" } as const satisfies Record<string, BreakerState>;

const reasons: ReadonlySet<string> = new Set<BreakerReason>([
  "failure-rate",
  "consecutive-failures",
  "time-over",
  "probe-succeeded",
  "probe-failed",
  "forced",
  "reset",
  "forgotten",
]);

function isReason(text: string): text is BreakerReason {
  return reasons.has(text);
}
