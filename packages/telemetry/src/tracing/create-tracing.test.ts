import * as api from "@opentelemetry/api";
import { ConfigError, createCall, createHookChain, type Hook, nextAttempt, runCall, SluiceError } from "@sluice/core";
import { afterEach, describe, expect, it } from "vitest";
import { withCorrelation } from "../correlation/correlation.js";
import { createTracing } from "./create-tracing.js";
import { recordingTracer, type Recorded, registerRecorder } from "./recording.test-support.js";
import type { Tracing, TracingOptions } from "./tracing.js";

let stop: (() => void) | undefined;
afterEach(() => {
  stop?.();
  stop = undefined;
});

function record(): Recorded[] {
  const recorder = registerRecorder();
  stop = recorder.stop;
  return recorder.spans;
}

const about = { provider: "acme", account: "main", operation: "GET /things/{id}", timeoutMs: 1000 };

/** A chain with a limit that grants what it is told to. */
function chainOf(tracing: Tracing, grant: () => Promise<{ atUs: number; remaining: number }>, hooks: Hook[] = []) {
  const [call, attempt] = tracing.hooks;
  const limit: Hook = {
    name: "limit",
    wrap: async (next, one) => {
      await tracing.waiting(one, ["bucket"], grant);
      return next(one);
    },
  };
  return createHookChain({ hooks: [call, ...hooks, limit, attempt] });
}

/** A store that is asked over a network. */
function storeOf(tracing: Tracing) {
  let atUs = 0;
  return async () => {
    const command = { name: "take", system: "redis", buckets: ["bucket"] };
    const reply = await tracing.command(command, async () => ({ slots: [{ atUs: (atUs += 1000) }] }));
    return { atUs: reply.slots[0]?.atUs ?? 0, remaining: 3 };
  };
}

function send(chain: ReturnType<typeof createHookChain>, transport: () => Promise<unknown>, extra: object = {}) {
  return runCall(chain, { ...about, ...extra }, (call) => chain.run("attempt", call, transport));
}

const ok = async () => ({ status: 200 });

describe("spans of a call", () => {
  it("are one for the call, one for the wait with its command below, and one for the request", async () => {
    const spans = record();
    const tracing = createTracing();
    await send(chainOf(tracing, storeOf(tracing)), ok, { caller: { tenant: "t", user: "ann" } });
    expect(spans.map(({ name, parent, kind, ends }) => ({ name, parent, kind, ends }))).toEqual([
      { name: "acme GET /things/{id}", parent: undefined, kind: api.SpanKind.INTERNAL, ends: 1 },
      { name: "sluice.rate_limit.wait", parent: "acme GET /things/{id}", kind: api.SpanKind.INTERNAL, ends: 1 },
      { name: "redis take", parent: "sluice.rate_limit.wait", kind: api.SpanKind.CLIENT, ends: 1 },
      { name: "GET /things/{id}", parent: "acme GET /things/{id}", kind: api.SpanKind.CLIENT, ends: 1 },
    ]);
    expect(new Set(spans.map(({ context }) => context.traceId)).size).toBe(1);
  });

  it("carry the attributes of the semantic conventions", async () => {
    const spans = record();
    const tracing = createTracing();
    const args = { url: new URL("https://api.acme.example:8443/things/7?token=planted") };
    await withCorrelation("request-7", () =>
      send(chainOf(tracing, storeOf(tracing)), ok, { args, caller: { user: "ann" } }),
    );
    expect(spans.at(-1)?.attributes).toEqual({
      "sluice.provider": "acme",
      "sluice.account": "main",
      "sluice.operation": "GET /things/{id}",
      "sluice.caller": "ann",
      "sluice.correlation_id": "request-7",
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "url.template": "/things/{id}",
      "server.address": "api.acme.example",
      "server.port": 8443,
    });
    expect(spans.find(({ name }) => name === "redis take")?.attributes).toMatchObject({
      "db.system.name": "redis",
      "db.operation.name": "take",
    });
    expect(JSON.stringify(spans)).not.toContain("planted");
  });

  it("count repetitions, and name what failed without its message", async () => {
    const spans = record();
    const tracing = createTracing();
    const again: Hook = {
      name: "again",
      wrap: (next, call) =>
        next(call).catch(
          () => (tracing.retried(call, { delayMs: 5, reason: "network_error" }), next(nextAttempt(call))),
        ),
    };
    let attempts = 0;
    const transport = async () => {
      attempts += 1;
      if (attempts === 1) throw Object.assign(new Error("Bearer planted"), { code: "ECONNRESET" });
      return { status: 503 };
    };
    await send(chainOf(tracing, storeOf(tracing), [again]), transport);
    const [first, second] = spans.filter(({ name }) => name === "GET /things/{id}");
    expect(first?.attributes).toMatchObject({ "error.type": "ECONNRESET" });
    expect(first?.attributes).not.toHaveProperty("http.request.resend_count");
    expect(first?.status?.code).toBe(api.SpanStatusCode.ERROR);
    expect(second?.attributes).toMatchObject({
      "http.request.resend_count": 1,
      "http.response.status_code": 503,
      "error.type": "503",
    });
    expect(spans[0]?.attributes).toMatchObject({ "sluice.attempts": 2, "error.type": "503" });
    expect(spans[0]?.events).toEqual([
      {
        name: "sluice.retry",
        attributes: { "sluice.retry.delay_ms": 5, "sluice.retry.reason": "network_error", "sluice.retry.attempt": 1 },
      },
    ]);
    expect(JSON.stringify(spans)).not.toContain("planted");
  });

  it("of a refused wait has no request below, and says which error of ours it was", async () => {
    const spans = record();
    const tracing = createTracing();
    const refuse = () => Promise.reject(new SluiceError("LIMIT_EXCEEDED", "no"));
    await expect(send(chainOf(tracing, refuse), ok)).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(spans.map(({ name, attributes, ends }) => [name, attributes["error.type"], ends])).toEqual([
      ["acme GET /things/{id}", "LIMIT_EXCEEDED", 1],
      ["sluice.rate_limit.wait", "LIMIT_EXCEEDED", 1],
    ]);
  });

  it("stand under whatever is active around the call", async () => {
    const spans = record();
    const tracing = createTracing();
    const outer = api.trace.getTracer("app").startSpan("job");
    await api.context.with(api.trace.setSpan(api.context.active(), outer), () =>
      send(chainOf(tracing, storeOf(tracing)), ok),
    );
    expect(spans[1]?.parent).toBe("job");
  });

  it("of two calls at once are never mixed up", async () => {
    const spans = record();
    const tracing = createTracing();
    const chain = chainOf(tracing, storeOf(tracing));
    await Promise.all(Array.from({ length: 20 }, () => send(chain, ok)));
    const perTrace = new Map<string, number>();
    for (const { context } of spans) perTrace.set(context.traceId, (perTrace.get(context.traceId) ?? 0) + 1);
    expect([...perTrace.values()]).toEqual(Array.from({ length: 20 }, () => 4));
  });
});

describe("links of a wait", () => {
  it("point to the request that had the tokens before, and to the command that booked its own", async () => {
    const spans = record();
    const tracing = createTracing();
    const chain = chainOf(tracing, storeOf(tracing));
    await send(chain, ok);
    await send(chain, ok);
    const waits = spans.filter(({ name }) => name === "sluice.rate_limit.wait");
    const takes = spans.filter(({ name }) => name === "redis take");
    const request = spans.find(({ name }) => name === "GET /things/{id}");
    const linked = waits.map(({ links }) =>
      links.map(({ context, attributes }) => [attributes?.["sluice.link"], context.spanId]),
    );
    expect(linked).toEqual([
      [["booked_by", takes[0]?.context.spanId]],
      [
        ["taken_before", request?.context.spanId],
        ["booked_by", takes[1]?.context.spanId],
      ],
    ]);
  });

  it("find the command also where somebody else's question booked the tokens", async () => {
    const spans = record();
    const tracing = createTracing();
    const asked = storeOf(tracing)();
    // One question for two who wait; it began outside of both.
    const chain = chainOf(tracing, () => asked);
    await Promise.all([send(chain, ok), send(chain, ok)]);
    const take = spans.find(({ name }) => name === "redis take");
    for (const wait of spans.filter(({ name }) => name === "sluice.rate_limit.wait"))
      expect(wait.links.at(-1)?.context.spanId).toBe(take?.context.spanId);
  });
});

describe("without an SDK", () => {
  it("nothing happens: what is run is run as it is, and its result is the very same", async () => {
    const tracing = createTracing();
    const call = createCall(about);
    const wait = Promise.resolve({ atUs: 1 });
    const sent = Promise.resolve("answer");
    const next = <Result>(): Promise<Result> => sent as Promise<Result>;
    expect(tracing.waiting(call, [], () => wait)).toBe(wait);
    for (const hook of tracing.hooks) expect(hook.wrap?.(next, call)).toBe(sent);
    expect(tracing.command({ name: "take", system: "redis", buckets: [] }, () => 7)).toBe(7);
    expect(() => tracing.retried(call, { delayMs: 1, reason: "other" })).not.toThrow();
  });

  it("spans begin as soon as one is registered", async () => {
    const tracing = createTracing();
    const chain = chainOf(tracing, storeOf(tracing));
    await send(chain, ok);
    const spans = record();
    await send(chain, ok);
    expect(spans).toHaveLength(4);
  });
});

describe("a tracer of one's own", () => {
  it("is used, and the call's spans belong together without a context manager", async () => {
    const { tracer, spans } = recordingTracer();
    const options: TracingOptions = { tracer, api };
    const tracing = createTracing(options);
    await send(chainOf(tracing, storeOf(tracing)), ok);
    expect(spans.map(({ name, parent }) => [name, parent])).toEqual([
      ["acme GET /things/{id}", undefined],
      ["sluice.rate_limit.wait", "acme GET /things/{id}"],
      ["redis take", undefined],
      ["GET /things/{id}", "acme GET /things/{id}"],
    ]);
  });

  it("that is none is refused", () => {
    expect(() => createTracing({ tracer: {} as never })).toThrow(ConfigError);
  });
});
