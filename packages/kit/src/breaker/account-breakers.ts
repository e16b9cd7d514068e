import { type Clock, type Hook, type ReplyReader, readReply, type Settled } from "@sluice/core";
import {
  breakerHook,
  type BreakerRuleOptions,
  type Breakers,
  breakers,
  type BreakerStore,
  providerFailed,
} from "@sluice/limiter";
import type { BreakerObserver } from "@sluice/telemetry";
import type { Mode } from "../options/api-options.js";

/** What a client's breakers are made of. */
export interface AccountBreakersOptions {
  readonly provider: string;
  readonly rules: BreakerRuleOptions;
  readonly store: () => BreakerStore;
  readonly reply: ReplyReader | undefined;
  /** Told of every change. */
  readonly onEvent: BreakerObserver["onEvent"];
  /** Read at every attempt: only what is enforced may stop a request. */
  readonly mode: () => Mode;
  readonly clock: Clock | undefined;
}

/** A breaker for each account of a provider, shared by the fleet, as a hook; made on first use. */
export interface AccountBreakers {
  readonly hook: Hook;
  close(): Promise<void>;
}

/** The hook refuses with a CircuitOpenError while an account's provider is known to be down. */
export function accountBreakers(options: AccountBreakersOptions): AccountBreakers {
  const { provider, rules, onEvent, mode, clock } = options;
  let family: Breakers | undefined;
  let inner: NonNullable<Hook["wrap"]> | undefined;
  const hook = (): NonNullable<Hook["wrap"]> => {
    if (inner !== undefined) return inner;
    family = breakers({
      ...rules,
      name: provider,
      key: ({ account }) => account,
      store: options.store(),
      onEvent,
      ...(clock === undefined ? {} : { clock }),
    });
    const made = breakerHook(family, { isFailure: (settled) => providerFailed(readAs(options.reply, settled)) });
    return (inner = made.wrap as NonNullable<Hook["wrap"]>);
  };
  return {
    hook: {
      name: "breaker",
      stage: "attempt",
      wrap: (next, call) => (mode() === "enforce" ? hook()(next, call) : next(call)),
    },
    close: async () => family?.close(),
  };
}

/** What the vendor's reader finds, in the shape that everybody reads. */
function readAs(reader: ReplyReader | undefined, settled: Settled): Settled {
  const reply = (reader ?? readReply)(settled.ok ? settled.result : settled.error);
  return reply.status === undefined ? settled : { ok: true, result: reply };
}
