import { anObject, type Call, ConfigError, type Next, readReply, stateKey } from "@sluice/core";
import { callerText } from "../labels/caller-text.js";
import { addressOf, callAttributes, filled, requestAttributes, requestName } from "./attributes.js";
import { Lately } from "./lately.js";
import { loadApi } from "./load-api.js";
import { type AttributesLike, type ContextLike, kinds, type SpanContextLike, type SpanLike } from "./open-telemetry.js";
import { createFinder, fail, inSpan, type Live, within } from "./spans.js";
import type { StoreReplyLike, Tracing, TracingOptions } from "./tracing.js";

/** Who had the tokens last: the span of the wait, and that of the request once it has begun. */
interface Holder {
  context: SpanContextLike;
}

/** Places where tokens were taken, and commands that booked some, that are remembered for links. */
const MOST_REMEMBERED = 1000;
const callSpan = stateKey<SpanLike | undefined>("tracing", () => undefined);

/**
 * Makes the spans of a client.
 *
 * @throws ConfigError when a `tracer` is given and `@opentelemetry/api` is not installed.
 */
export function createTracing(options: TracingOptions = {}): Tracing {
  anObject("options", options);
  check(options);
  const find = createFinder(options);
  const serverOf = options.serverAddress ?? addressOf;
  const reply = options.reply ?? readReply;
  const callerOf = (call: Call): string =>
    call.caller === undefined ? "" : (options.callerLabel ?? callerText)(call.caller);
  const holders = new Lately<Holder>(MOST_REMEMBERED);
  const bookings = new Lately<SpanContextLike>(MOST_REMEMBERED);
  const holding = new WeakMap<object, Holder>();

  const answered = (result: unknown): AttributesLike => {
    const { status } = reply(result);
    const failed = status !== undefined && status >= 400;
    return filled({ "http.response.status_code": status, "error.type": failed ? String(status) : undefined });
  };

  const aroundCall = <Result>(next: Next<Result>, call: Call): Promise<Result> => {
    const live = find();
    if (live === undefined) return next(call);
    const around = live.api.context.active();
    const attributes = callAttributes(call, callerOf);
    const name = `${String(attributes["sluice.provider"])} ${String(attributes["sluice.operation"])}`;
    const span = live.tracer.startSpan(name, { kind: kinds.internal, attributes }, around);
    call.state.set(callSpan, span);
    const ended = (result: Result): AttributesLike => {
      const { attempts, waitedMs } = call.progress;
      return { ...answered(result), "sluice.attempts": attempts, "sluice.waited_ms": waitedMs };
    };
    return inSpan(live.api, { span, around }, () => next(call), ended, reply);
  };

  const aroundAttempt = <Result>(next: Next<Result>, call: Call): Promise<Result> => {
    const live = find();
    if (live === undefined) return next(call);
    const around = above(live, call);
    const attributes = { ...callAttributes(call, callerOf), ...requestAttributes(call, serverOf(call)) };
    const span = live.tracer.startSpan(requestName(call), { kind: kinds.client, attributes }, around);
    const holder = holding.get(call.progress);
    if (holder !== undefined) holder.context = span.spanContext();
    return inSpan(live.api, { span, around }, () => next(call), answered, reply);
  };

  const bookedBy = (buckets: readonly string[], atUs: number | undefined): SpanContextLike | undefined => {
    if (atUs === undefined) return undefined;
    for (const bucket of buckets) {
      const found = bookings.get(`${atUs} ${bucket}`);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  return {
    hooks: [
      { name: "tracing", stage: "call", wrap: aroundCall },
      { name: "tracing-attempt", stage: "attempt", wrap: aroundAttempt },
    ],

    waiting(call, buckets, wait) {
      const live = find();
      if (live === undefined) return wait();
      const around = above(live, call);
      const where = [call.provider, call.account, ...buckets].join("\u0000");
      const before = holders.get(where)?.context;
      const links = before === undefined ? [] : [{ context: before, attributes: { "sluice.link": "taken_before" } }];
      const attributes = { ...callAttributes(call, callerOf), "sluice.rate_limit.buckets": buckets.length };
      const how = { kind: kinds.internal, attributes, links };
      const span = live.tracer.startSpan("sluice.rate_limit.wait", how, around);
      return inSpan(
        live.api,
        { span, around },
        wait,
        (grant) => {
          const holder: Holder = { context: span.spanContext() };
          holders.set(where, holder);
          holding.set(call.progress, holder);
          const booked = bookedBy(buckets, grant?.atUs);
          if (booked !== undefined) span.addLink?.({ context: booked, attributes: { "sluice.link": "booked_by" } });
          const remaining = Number.isFinite(grant?.remaining) ? grant?.remaining : undefined;
          return filled({ "sluice.rate_limit.remaining": remaining });
        },
        reply,
      );
    },

    command({ name, system, buckets }, run) {
      const live = find();
      if (live === undefined) return run();
      const around = live.api.context.active();
      const attributes = {
        "db.system.name": system,
        "db.operation.name": name,
        "sluice.rate_limit.buckets": buckets.length,
      };
      const span = live.tracer.startSpan(`${system} ${name}`, { kind: kinds.client, attributes }, around);
      const end = (value: unknown): void => {
        for (const { atUs } of (value as StoreReplyLike | undefined)?.slots ?? [])
          for (const bucket of buckets) bookings.set(`${atUs} ${bucket}`, span.spanContext());
        span.end();
      };
      const give = (error: unknown): void => {
        fail(span, error);
        span.end();
      };
      try {
        const result = live.api.context.with(within(live.api, around, span), run);
        // Looked at from the side: the store's own promise goes on to who asked.
        if (result instanceof Promise) result.then(end, give);
        else end(result);
        return result;
      } catch (error) {
        give(error);
        throw error;
      }
    },

    retried(call, { delayMs, reason }) {
      if (!call.state.has(callSpan)) return;
      const attributes = {
        "sluice.retry.delay_ms": delayMs,
        "sluice.retry.reason": reason,
        "sluice.retry.attempt": call.attempt,
      };
      call.state.get(callSpan)?.addEvent("sluice.retry", attributes);
    },
  };
}

/** The call's span stands above, also where no context manager is registered. */
function above({ api }: Live, call: Call): ContextLike {
  const active = api.context.active();
  if (!call.state.has(callSpan) || api.trace.getSpan(active) !== undefined) return active;
  return within(api, active, call.state.get(callSpan));
}

function check({ tracer, api }: TracingOptions): void {
  if (tracer === undefined) return;
  if (typeof tracer?.startSpan !== "function")
    throw new ConfigError({ option: "tracing.tracer", accepted: "a tracer of OpenTelemetry", value: tracer });
  if (api !== undefined || loadApi() !== undefined) return;
  throw new ConfigError({
    option: "tracing.tracer",
    accepted: "a tracer, with @opentelemetry/api installed or given as tracing.api",
    value: "a tracer",
  });
}
