import {
  anObject,
  type Clock,
  currentContext,
  nonEmpty,
  onAbort,
  oneOf,
  SluiceError,
  systemClock,
  type Timer,
  wholeBetween,
} from "@sluice/core";
import { createGuard } from "../guard/create-guard.js";
import type { Grant, Limiter } from "../limiter/limiter.js";
import type { Charge } from "../limits/charge.js";
import { concurrency } from "../limits/concurrency.js";
import { truthfulSignal } from "../lock/truthful-signal.js";
import { encodePart } from "../store/encode-part.js";
import { queue } from "../strategies/queue.js";
import { reject } from "../strategies/reject.js";

/** How many jobs may run. */
export interface JobsOptions {
  /** Over a shared store the places are the fleet's. */
  readonly limiter: Limiter;
  /** Name of the places. @defaultValue `"jobs"` */
  readonly name?: string;
  /** Jobs at a time. Range: whole numbers 1 to 100000. */
  readonly max: number;
  /** Jobs at a time in one namespace. @defaultValue `max` */
  readonly perNamespace?: number;
  /** Whether a job without a place is refused, or waits for one. @defaultValue `"queue"` */
  readonly strategy?: "reject" | "queue";
  /** Jobs that may wait at a time. @defaultValue 1000 */
  readonly maxWaiting?: number;
  /** Longest wait. Unit: milliseconds. @defaultValue 30000 */
  readonly timeoutMs?: number;
  /**
   * After which the place of a process that was killed is free again; running jobs renew theirs three times as often.
   * Unit: milliseconds. Range: whole numbers 100 to one day.
   *
   * @defaultValue 30000
   */
  readonly leaseMs?: number;
  readonly clock?: Clock;
}

/** How one job differs from the others. */
export interface JobOptions {
  /** @defaultValue the namespace of the caller on whose behalf this runs, see `withCaller` */
  readonly namespace?: string;
  readonly signal?: AbortSignal;
  readonly priority?: number;
  /** Longest wait; unit: milliseconds. */
  readonly timeoutMs?: number;
}

/** At most so many jobs at a time. */
export interface Jobs {
  /**
   * Runs the job when there is a place for it, and frees the place when it has settled.
   *
   * @param job - gets a signal that aborts when the caller's does, or with `LOCK_LOST` when the place was lost under it.
   * @throws LimitExceededError, or QueueFullError, when there is no place.
   */
  run<Result>(job: (signal: AbortSignal) => Result | Promise<Result>, options?: JobOptions): Promise<Result>;
  /** Jobs of this process that run. */
  readonly active: number;
  /** Jobs of this process that wait for a place. */
  readonly waiting: number;
}

/**
 * Limits how many jobs run at a time, in the whole fleet and in each namespace.
 *
 * @throws ConfigError when an option is out of range.
 */
export function createJobs(options: JobsOptions): Jobs {
  anObject("options", options, "{ name, ... }");
  const name = nonEmpty("name", options.name ?? "jobs");
  // Encoded, so that no namespace of one can name a bucket of another.
  const bucket = encodePart(name);
  const clock = options.clock ?? systemClock;
  const leaseMs = wholeBetween("leaseMs", options.leaseMs ?? 30_000, 100, 86_400_000);
  const all = concurrency({ max: options.max, leaseMs });
  const each = concurrency({
    max: wholeBetween("perNamespace", options.perNamespace ?? options.max, 1, options.max),
    leaseMs,
  });
  const waitingLine = queue({
    ...(options.maxWaiting === undefined ? {} : { maxWaiting: options.maxWaiting }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  const strategy = oneOf("strategy", options.strategy ?? "queue", ["reject", "queue"] as const);
  const guard = createGuard({
    limiter: options.limiter,
    strategy: strategy === "queue" ? waitingLine : reject(),
    clock,
  });
  let active = 0;

  return {
    get active() {
      return active;
    },
    get waiting() {
      return waitingLine.waiting;
    },
    run(job, { namespace = currentContext().caller?.namespace, ...how } = {}) {
      const charges: Charge[] = [{ bucket, limit: all }];
      if (namespace !== undefined)
        charges.push({ bucket: `${bucket}:${nonEmpty("namespace", namespace)}`, limit: each });
      return guard.run(
        charges,
        async ({ grant }) => {
          const holding = hold(grant, how.signal, leaseMs, clock, name);
          active += 1;
          try {
            return await job(holding.signal);
          } finally {
            active -= 1;
            holding.end();
          }
        },
        how,
      );
    },
  };
}

/**
 * Renews a place for as long as its job runs. Its signal looks at the clock before it says that the place is held: after a stall no
 * timer has run yet, and somebody else may have the place.
 */
function hold(
  grant: Grant,
  caller: AbortSignal | undefined,
  leaseMs: number,
  clock: Clock,
  name: string,
): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const pass = (): void => controller.abort(caller?.reason);
  const unlisten = caller === undefined ? undefined : onAbort(caller, pass);
  if (caller?.aborted === true) pass();
  // From the question on: its answer may have lain unread while this process stood still, and the lease ran.
  let heldUntilMs = (grant.askedMs ?? clock.now()) + leaseMs;
  let ended = false;
  let timer: Timer;
  const end = (): void => {
    ended = true;
    timer.cancel();
    unlisten?.();
  };
  const lose = (): void => {
    end();
    controller.abort(new SluiceError("LOCK_LOST", `The place of a job in ${name} was lost while it ran`));
  };
  const look = (): void => {
    if (!ended && clock.now() >= heldUntilMs) lose();
  };
  const arm = (): void => {
    timer = clock.setTimer(() => void renew(), leaseMs / 3);
    timer.unref();
  };
  const renew = async (): Promise<void> => {
    const askedMs = clock.now();
    // Unanswered: while the store is away the lease still stands; only when it has ended may others have the place.
    const kept = await grant.renew().catch(() => undefined);
    if (ended) return;
    if (kept === false) return lose();
    if (kept) heldUntilMs = askedMs + leaseMs;
    look();
    if (!ended) arm();
  };
  arm();
  return { signal: truthfulSignal(controller, look), end };
}
