import type { Call, Caller, Hook, ReplyReader } from "@sluice/core";
import type { ServerAddress } from "./attributes.js";
import type { OpenTelemetryLike, TracerLike } from "./open-telemetry.js";

/** What tracing is made of. */
export interface TracingOptions {
  /** What makes the spans. @defaultValue the one of the SDK that is registered, whenever that is; without one nothing happens */
  readonly tracer?: TracerLike | undefined;
  /** The module `@opentelemetry/api`, for bundles in which it cannot be found by its name. @defaultValue loaded when it is needed */
  readonly api?: OpenTelemetryLike | undefined;
  /** Where a call is sent to. @defaultValue read from the arguments where those are a request */
  readonly serverAddress?: ((call: Call) => ServerAddress | undefined) | undefined;
  /** Reads the status of the SDK's results and errors. */
  readonly reply?: ReplyReader | undefined;
  /** The `sluice.caller` of spans; an empty text leaves it out. @defaultValue namespace, tenant and user, with slashes */
  readonly callerLabel?: ((caller: Caller) => string) | undefined;
}

/** What was granted after a wait, as far as spans care. */
export interface GrantLike {
  /** Instant on the store's clock at which it was booked; the command that booked it is found by it. Unit: microseconds. */
  readonly atUs?: number | undefined;
  readonly remaining?: number | undefined;
}

/** What a store answered, as far as spans care. */
export interface StoreReplyLike {
  readonly slots?: readonly { readonly atUs: number }[] | undefined;
}

/** OpenTelemetry spans of one client. Nothing here throws into a call, unless one of the options does. */
export interface Tracing {
  /** One for the call and one for each request that is sent. The second belongs innermost, behind the limits. */
  readonly hooks: readonly [call: Hook, attempt: Hook];
  /** A span around a wait for limits. It links to what it waited for: who had the tokens before, and the command that booked its own. */
  waiting<Grant extends GrantLike | undefined>(
    call: Call,
    buckets: readonly string[],
    wait: () => Promise<Grant>,
  ): Promise<Grant>;
  /** A span around a command of a store. */
  command<Reply>(command: StoreCommand, run: () => Reply): Reply;
  /** An attempt is about to be repeated: an event of the call's span. */
  retried(call: Call, about: { readonly delayMs: number; readonly reason: string }): void;
}

/** A command of a store. */
export interface StoreCommand {
  readonly name: string;
  /** `redis`. */
  readonly system: string;
  readonly buckets: readonly string[];
}
