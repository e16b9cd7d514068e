import { anObject, type Call, type Clock, type Hook, recordWait, systemClock } from "@sluice/core";
import type { Charge } from "../limits/charge.js";
import type { Guard } from "./guard.js";

/** How a guard goes into the hook chain. */
export interface GuardHookOptions {
  readonly guard: Guard;
  /** What an attempt takes; nothing for an empty list. */
  readonly charges: (call: Call) => readonly Charge[];
  /** @defaultValue `"guard"` */
  readonly name?: string;
  readonly clock?: Clock;
}

/** The hook that lets attempts out as a guard says. What a strategy answers in an attempt's place becomes its result. */
export function guardHook(options: GuardHookOptions): Hook {
  const {
    guard,
    charges,
    name = "guard",
    clock = systemClock,
  } = anObject("options", options, "{ guard, charges, ... }");
  return {
    name,
    wrap: (next, call) => {
      const list = charges(call);
      if (list.length === 0) return next(call);
      return guard.run(
        list,
        ({ waitedMs }) => {
          recordWait(call, waitedMs);
          return next(call);
        },
        {
          priority: call.priority,
          timeoutMs: Math.max(0, call.deadlineMs - clock.now()),
          signal: call.signal,
        },
      );
    },
  };
}
