import type { BreakerCounts, BreakerRules, Force, ProbeEnd } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as scripts from "../generated/scripts.js";
import { runScript, type Script } from "../scripts/run-script.js";

/** What every breaker script is told. */
export interface Asking {
  readonly key: string;
  readonly channel: string;
  readonly rules: BreakerRules;
  /** On the store's clock, in microseconds; 0 for none. */
  readonly deadlineUs: number;
  /** What this process last heard, as the script itself said it; empty for nothing. */
  readonly known: string;
}

/** Runs breaker-report.lua; its reply, and that of the others, is for `decodeReply`. */
export function report(client: RedisClient, asking: Asking, counts: BreakerCounts): Promise<readonly unknown[]> {
  return run(client, scripts.breakerReport, asking, [
    String(counts.version),
    String(counts.succeeded),
    us(counts.lastSuccessAgeMs),
    String(counts.failed),
    us(counts.lastFailureAgeMs),
    counts.rowAgesMs.map(us).join(","),
  ]);
}

/** Runs breaker-probe.lua. */
export function probe(client: RedisClient, asking: Asking, id: string): Promise<readonly unknown[]> {
  return run(client, scripts.breakerProbe, asking, [id]);
}

/** Runs breaker-settle.lua. */
export function settle(client: RedisClient, asking: Asking, end: ProbeEnd): Promise<readonly unknown[]> {
  return run(client, scripts.breakerSettle, asking, [end.id, String(end.version), end.outcome]);
}

/** Runs breaker-force.lua. */
export function force(client: RedisClient, asking: Asking, { to, forMs, reason }: Force): Promise<readonly unknown[]> {
  const lastsMs = forMs ?? (to === "open" ? asking.rules.openMs : 0);
  return run(client, scripts.breakerForce, asking, [letters[to], us(lastsMs), reason]);
}

const letters = { closed: "c", open: "o", isolated: "i" } as const;

function run(
  client: RedisClient,
  script: Script,
  { key, channel, rules, deadlineUs, known }: Asking,
  args: readonly string[],
): Promise<readonly unknown[]> {
  const { consecutiveFailures } = rules;
  return runScript(
    client,
    script,
    [key],
    [
      deadlineUs.toFixed(0),
      String(rules.failureRate),
      String(rules.minimumCalls),
      us(rules.windowMs),
      Number.isFinite(consecutiveFailures) ? String(consecutiveFailures) : "0",
      us(rules.openMs),
      us(rules.maxOpenMs),
      us(rules.probeLeaseMs),
      String(rules.probes),
      known,
      channel,
      ...args,
    ],
  );
}

/** Whole microseconds, since fractions lose their end on the way. */
function us(ms: number): string {
  return Math.round(ms * 1000).toFixed(0);
}
