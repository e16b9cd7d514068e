import type { Clock } from "../../clock.js";
import { meterWithStranger } from "../../limits/contested-meter.js";
import { fixedMeter } from "../../limits/fixed-meter.js";
import type { Meter, MeterSettings } from "../../limits/meter.js";
import { meterTable } from "../../limits/meter-table.js";
import { resetStamps } from "../../limits/reset-stamps.js";
import { slidingMeter } from "../../limits/sliding-meter.js";
import type { StrangerSchedule } from "../../limits/stranger.js";
import type { GitHubLimits, GitHubParty, GitHubResource, GitHubSecondaryLimit } from "./github-limits.js";

/** What the limits look at in a request. */
export interface LimitedRequest {
  readonly party: GitHubParty;
  readonly resource: GitHubResource;
  /** What it may take from the primary limit. Unit: requests, or points for GraphQL. */
  readonly cost: number;
  /** What it takes from each secondary limit that counts it. */
  readonly secondary: Readonly<Partial<Record<GitHubSecondaryLimit, number>>>;
}

/** A primary limit as headers show it. */
export interface Quota {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Unit: seconds of Unix time. */
  readonly resetSeconds: number;
}

/** Why a request may not pass. Unit of `waitMs`: limit-clock milliseconds. */
export type Refusal =
  | { readonly kind: "primary" }
  | { readonly kind: "secondary"; readonly limit: GitHubSecondaryLimit; readonly waitMs: number };

/** Decides requests by the enforced limits. */
export interface GitHubLimiter {
  /** Whether a request fits now; counts nothing. */
  refusal(request: LimitedRequest, nowMs: number): Refusal | undefined;
  /** Counts a request, with the primary cost it turned out to have. The function returned ends its time in flight. */
  take(request: LimitedRequest, cost: number, nowMs: number): () => void;
  quota(party: GitHubParty, resource: GitHubResource, nowMs: number): Quota;
}

/** What the limiter works with. */
export interface LimiterParts {
  readonly limits: GitHubLimits;
  readonly stranger: StrangerSchedule;
  readonly speed: number;
  readonly wallClock: Clock;
}

/** Primary limits are windows that begin with the first request in them; secondary ones slide, which is the strictest reading. */
export function githubLimiter({ limits, stranger, speed, wallClock }: LimiterParts): GitHubLimiter {
  const table = meterTable();
  const inFlight = new Map<string, number>();
  const stamps = resetStamps(wallClock, speed);

  const contested = (name: string, settings: MeterSettings, meter: Meter): Meter =>
    meterWithStranger(meter, name, settings, stranger);
  const primary = (party: GitHubParty, resource: GitHubResource, nowMs: number): Meter => {
    const settings = limits.primary(party, resource);
    return table.get(`${partyName(party)} ${resource}`, nowMs, () =>
      contested(resource, settings, fixedMeter(settings)),
    );
  };
  const secondary = (party: GitHubParty, name: GitHubSecondaryLimit, nowMs: number): Meter => {
    const settings = limits.secondary(name);
    return table.get(`${partyName(party)} ${name}`, nowMs, () => contested(name, settings, slidingMeter(settings)));
  };
  const counted = (request: LimitedRequest): [GitHubSecondaryLimit, number][] =>
    Object.entries(request.secondary) as [GitHubSecondaryLimit, number][];

  return {
    refusal(request, nowMs) {
      const { party, resource, cost } = request;
      if (primary(party, resource, nowMs).freeAtMs(cost, nowMs) > nowMs) return { kind: "primary" };
      const most = limits.secondary("concurrentRequests").limit;
      if ((inFlight.get(partyName(party)) ?? 0) >= most) {
        return { kind: "secondary", limit: "concurrentRequests", waitMs: 0 };
      }
      return counted(request)
        .map(([limit, points]) => {
          const waitMs = secondary(party, limit, nowMs).freeAtMs(points, nowMs) - nowMs;
          return { kind: "secondary", limit, waitMs } as const;
        })
        .filter(({ waitMs }) => waitMs > 0)
        .toSorted((one, other) => other.waitMs - one.waitMs)[0];
    },
    take(request, cost, nowMs) {
      const { party, resource } = request;
      const name = partyName(party);
      if (cost > 0) primary(party, resource, nowMs).take(cost, nowMs);
      for (const [limit, points] of counted(request)) secondary(party, limit, nowMs).take(points, nowMs);
      inFlight.set(name, (inFlight.get(name) ?? 0) + 1);
      return () => inFlight.set(name, (inFlight.get(name) ?? 1) - 1);
    },
    quota(party, resource, nowMs) {
      const meter = primary(party, resource, nowMs);
      const { used, resetMs } = meter.read(nowMs);
      const resetSeconds = stamps.secondsOf(`${partyName(party)} ${resource}`, resetMs, nowMs);
      return { limit: meter.limit, used, remaining: Math.max(0, meter.limit - used), resetSeconds };
    },
  };
}

/** As the ledger writes it. */
export function partyName(party: GitHubParty): string {
  return party.kind === "ip" ? `ip ${party.address}` : `${party.kind} ${party.id}`;
}
