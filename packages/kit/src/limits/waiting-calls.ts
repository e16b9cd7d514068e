import type { Call, Caller, Clock, Hook } from "@sluice/core";

/** A call that waits for its limits. */
export interface WaitingCall {
  readonly account: string;
  readonly operation: string;
  /** On whose behalf; null when nobody said. */
  readonly caller: Caller | null;
  readonly priority: number;
  /** So far. Unit: milliseconds. */
  readonly waitedMs: number;
}

/** Keeps in mind which calls wait. */
export interface WaitingCalls {
  /** The same hook, whose calls count as waiting until it lets them through. */
  around(hook: Hook): Hook;
  /** Those who have waited longest first. */
  list(): readonly WaitingCall[];
}

export function createWaitingCalls(clock: Clock): WaitingCalls {
  const waiting = new Map<object, { readonly call: Call; readonly sinceMs: number }>();
  return {
    around(hook) {
      const { wrap } = hook;
      if (wrap === undefined) return hook;
      return {
        ...hook,
        async wrap(next, call) {
          const turn = {};
          waiting.set(turn, { call, sinceMs: clock.now() });
          try {
            return await wrap((through) => {
              waiting.delete(turn);
              return next(through);
            }, call);
          } finally {
            waiting.delete(turn);
          }
        },
      };
    },
    list() {
      const nowMs = clock.now();
      // They came in this order.
      return [...waiting.values()].map(({ call, sinceMs }) => ({
        account: call.account,
        operation: call.operation,
        // A copy: what is handed out is frozen.
        caller: call.caller === undefined ? null : { ...call.caller },
        priority: call.priority,
        waitedMs: nowMs - sinceMs,
      }));
    },
  };
}
