import { contestedCounter } from "../../limits/contested-counter.js";
import type { Counter, CounterFactory } from "../../limits/counter.js";
import { limitTable, type LimitDecision } from "../../limits/limit-table.js";
import type { StrangerSchedule } from "../../limits/stranger.js";
import type { EnforcedLimit, SlackLimits } from "./slack-limits.js";

/** What the limits look at in a request. */
export interface LimitedRequest {
  readonly method: string;
  readonly team: string;
  readonly app: string;
  readonly channel?: string | undefined;
}

/** Decides requests by the enforced limits. */
export interface SlackLimiter {
  /** Decides one request now, by the limit clock, and counts it if it may pass. */
  decide(request: LimitedRequest, nowMs: number): LimitDecision;
}

/** One counter per method and whoever shares it; the stranger uses each of them too. */
export function slackLimiter(
  limits: SlackLimits,
  makeCounter: CounterFactory,
  stranger: StrangerSchedule,
): SlackLimiter {
  const table = limitTable();
  return {
    decide(request, nowMs) {
      const limit = limits.of(request.method);
      if (limit === undefined) return { kind: "allowed" };
      const contested = (): Counter =>
        contestedCounter(
          makeCounter(limit.perMinute),
          (afterMs, untilMs) => stranger.dueBetween(request.method, limit.perMinute, afterMs, untilMs),
          limit.perMinute,
        );
      return table.decide(sharedBy(limit, request), nowMs, contested);
    },
  };
}

function sharedBy({ per }: EnforcedLimit, { method, team, app, channel }: LimitedRequest): string {
  switch (per) {
    case "team":
      return JSON.stringify([method, team]);
    case "app":
      return JSON.stringify([method, team, app]);
    case "channel":
      return JSON.stringify([method, team, app, channel ?? ""]);
  }
}
