import type { Clock } from "../../clock.js";
import { meterWithStranger } from "../../limits/contested-meter.js";
import { fixedMeter } from "../../limits/fixed-meter.js";
import type { MeterSettings } from "../../limits/meter.js";
import { meterTable } from "../../limits/meter-table.js";
import { resetStamps } from "../../limits/reset-stamps.js";
import type { StrangerSchedule } from "../../limits/stranger.js";
import {
  applicationLimits,
  throttleOf,
  type AppliedLimit,
  type AppliedThrottle,
  type LimitedRequest,
} from "./applied-limits.js";
import type { GitLabLimits } from "./gitlab-limits.js";

/** How a throttle stands after a request, as headers show it. */
export interface ThrottleReading {
  readonly throttle: AppliedThrottle;
  readonly limit: number;
  readonly windowMs: number;
  readonly observed: number;
  /** Unit: seconds of Unix time. */
  readonly resetSeconds: number;
}

/** What became of a request. */
export interface Decision {
  readonly reading: ThrottleReading | undefined;
  /** The limit that refused it. Unit of `waitMs`: limit-clock milliseconds. */
  readonly refused?: { readonly by: AppliedLimit; readonly isThrottle: boolean; readonly waitMs: number };
}

/** Decides requests by the enforced limits. */
export interface GitLabLimiter {
  /** Decides one request now and counts it, as GitLab does even when it is refused. */
  decide(request: LimitedRequest, nowMs: number): Decision;
}

/** What the limiter works with. */
export interface LimiterParts {
  readonly limits: GitLabLimits;
  readonly stranger: StrangerSchedule;
  readonly enforce: boolean;
  readonly speed: number;
  readonly wallClock: Clock;
}

/** All of GitLab's windows begin at whole multiples of their length since 1970; here as the simulator's start has it. */
export function gitlabLimiter({ limits, stranger, enforce, speed, wallClock }: LimiterParts): GitLabLimiter {
  const table = meterTable();
  const stamps = resetStamps(wallClock, speed);
  const startMs = wallClock.nowMs();

  const count = ({ name, key }: AppliedLimit, settings: MeterSettings, nowMs: number) => {
    const id = JSON.stringify([name, key]);
    const anchorMs = -(startMs % settings.windowMs);
    const meter = table.get(id, nowMs, () =>
      meterWithStranger(fixedMeter({ ...settings, anchorMs }), name, settings, stranger),
    );
    const waitMs = meter.freeAtMs(1, nowMs) - nowMs;
    meter.take(1, nowMs);
    return { id, waitMs: enforce ? waitMs : 0, ...meter.read(nowMs) };
  };

  return {
    decide(request, nowMs) {
      const throttle = throttleOf(limits, request);
      const settings = throttle && limits.of(throttle.name);
      let reading: ThrottleReading | undefined;
      if (throttle !== undefined && settings !== undefined) {
        const { id, waitMs, used, resetMs } = count(throttle, settings, nowMs);
        const resetSeconds = stamps.secondsOf(id, resetMs, nowMs);
        reading = { throttle, ...settings, observed: used, resetSeconds };
        if (waitMs > 0) return { reading, refused: { by: throttle, isThrottle: true, waitMs } };
      }
      for (const by of applicationLimits(limits, request)) {
        const own = limits.of(by.name);
        const { waitMs } = own === undefined ? { waitMs: 0 } : count(by, own, nowMs);
        if (waitMs > 0) return { reading, refused: { by, isThrottle: false, waitMs } };
      }
      return { reading };
    },
  };
}
